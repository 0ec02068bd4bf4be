"""The key frames of a video, decoded once for everybody."""

import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import imageio_ffmpeg  # type: ignore[import-untyped, unused-ignore]
import numpy as np


@dataclass(frozen=True)
class Film:
    """What is known about a video before anything is measured.

    Attributes:
        frames: a folder of .npy files, RGB uint8, (H, W, 3): its key frames, or evenly chosen ones of them.
        used: how many those are.
        second: a video of about its first second.
    """

    path: Path
    duration_s: float
    key_frames: int
    frames: Path
    used: int
    second: Path

    @property
    def inputs(self) -> dict[str, Path]:
        """What each kind of entry is given."""
        return {"frames": self.frames, "video": self.path, "second": self.second}


def open_film(path: Path, folder: Path, limit: int) -> Film:
    """Decode at most `limit` key frames, evenly spread, into `folder`, and cut off the first second."""
    with av.open(path) as container:
        duration_s = (container.duration or 0) / av.time_base
        total = sum(packet.is_keyframe for packet in container.demux(video=0) if packet.size)
    wanted = set(np.linspace(0, total - 1, min(limit, total)).astype(int).tolist())
    target = Path(tempfile.mkdtemp(dir=folder))
    for number, image in enumerate(key_frames(path)):
        if number in wanted:
            np.save(target / f"{number:06}.npy", image)
    second = _first_second(path, folder / f"{path.stem}_second.mkv")
    return Film(path, duration_s, total, target, len(list(target.iterdir())), second)


def _first_second(path: Path, target: Path) -> Path:
    cut = ["-t", "1", "-i", f"file:{path}", "-map", "0:v:0", "-c", "copy", f"file:{target}"]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-y", *cut], check=True)
    return target


def key_frames(path: Path) -> Iterator[np.ndarray]:
    """Yield every key frame as RGB, (H, W, 3)."""
    with av.open(path) as container:
        stream = container.streams.video[0]
        stream.codec_context.skip_frame = "NONKEY"
        for frame in container.decode(stream):
            yield frame.to_ndarray(format="rgb24")
