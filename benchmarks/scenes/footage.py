"""The film that speed is measured on: real clips, one class each, cut into scenes whose truth is known.

It is 24.5 minutes, 1280 x 720, 25 frames/s, H.264 as x264 makes it by default, with sound. Two reels of 3.5
minutes take turns, joined without encoding, in the middle of a scene; each scene is 3 to 60 s of a clip, from
somewhere on, which begins again where it ends, but is shown twice at most: else a single picture that the
classifier takes for another would count many times. The same data make the same film.
"""

import hashlib
import itertools
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import imageio_ffmpeg  # type: ignore[import-untyped, unused-ignore]
import numpy as np

from analyzer.media.write import Image, write_video
from benchmarks.film import FPS, filling, grainy
from tests.scenes.classifier import write_classifier
from tests.scenes.sound import add_sound, clicks

CLIPS = {
    "animals": ("moviepy_animals_noface_30s.mp4",),
    "chaplin": ("moviepy_chaplin.mp4",),
    "elephants": ("katna_elephants_dream_16s.mp4",),
    "other": ("one-by-one-person-detection.mp4", "short_hamilton_clip.mp4"),
    "sintel": ("sintel_trailer_animated_52s.mp4",),
    "tears": ("tears-of-steel-battle-clip-medium.webm",),
}
"""Files of ../shared/data/videos by class."""
SECONDS = 1470
REELS, REEL_S = 2, 210
SHORTEST_S, LONGEST_S = 3.0, 60.0
KNOWN_S, MOST_KNOWN_S = 4.0, 32.0
"""The classifier is fitted to every other so many seconds of each clip, and so much of one at most: half of
the film is new to it."""
FITTED_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a reel: frames of a clip from some time on."""

    label: str
    clip: str
    start_s: float
    frames: int


@dataclass(frozen=True, slots=True)
class Footage:
    """The film, its truth, and a classifier of what it shows.

    Attributes:
        labels: what each of its seconds shows in its middle.
        scenes: how many there are.
    """

    path: Path
    classifier: Path
    labels: tuple[str, ...]
    scenes: int

    @property
    def inputs(self) -> dict[str, Path]:
        """What each kind of entry is given; see benchmarks.speed."""
        return {"video": self.path}


def footage(data: Path, folder: Path, seed: int = 1) -> Footage:
    """Return the film, made in a folder unless it is there; making it takes about five minutes."""
    reels = [_parts(data, np.random.default_rng([seed, number])) for number in range(REELS)]
    digest = hashlib.sha256(repr(reels).encode()).hexdigest()[:8]
    path, network = folder / f"scenes_{digest}.mp4", folder / "clips.onnx"
    order = [number % REELS for number in range(SECONDS // REEL_S)]
    shown = [part.label for number in order for part in reels[number] for _ in range(part.frames)]
    changes = [n for n in range(1, len(shown)) if shown[n] != shown[n - 1]]
    if not path.exists():
        with tempfile.TemporaryDirectory(dir=folder) as name:
            made = [Path(name) / f"{number}.mp4" for number in range(REELS)]
            for number, reel in enumerate(reels):
                write_video(made[number], grainy(np.random.default_rng(number), _reel(data, reel)), FPS)
            joined = _joined([made[number] for number in order], Path(name))
            add_sound(joined, clicks([0.0, *(n / FPS for n in changes), SECONDS]))
            joined.replace(path)
    if not network.exists():
        with tempfile.TemporaryDirectory(dir=folder) as name:
            pictures, names = zip(*_known(data, Path(name)), strict=True)
        write_classifier(network, pictures, names, width=64, side=224)
    return Footage(path, network, tuple(shown[FPS // 2 :: FPS]), len(changes) + 1)


def _joined(reels: Sequence[Path], folder: Path) -> Path:
    """Join films by copying their packets."""
    names, target = folder / "reels.txt", folder / "joined.mp4"
    names.write_text("".join(f"file '{reel.name}'\n" for reel in reels), "utf-8")
    join = ["-f", "concat", "-i", f"file:{names}", "-c", "copy", f"file:{target}"]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", *join], check=True)
    return target


def _parts(data: Path, rng: np.random.Generator) -> list[Part]:
    """Choose the scenes of a reel: no class twice in a row."""
    parts: list[Part] = []
    left = REEL_S * FPS
    while left:
        label = str(rng.choice([label for label in CLIPS if not parts or label != parts[-1].label]))
        clip = str(rng.choice(CLIPS[label]))
        length_s = _length_s(data / "videos" / clip)
        longest_s = min(LONGEST_S, 2 * length_s)
        frames = round(FPS * min(max(rng.lognormal(2.5, 0.8), SHORTEST_S), longest_s))
        if left - frames < SHORTEST_S * FPS:
            frames = left
        parts.append(Part(label, clip, float(rng.uniform(0, length_s)), frames))
        left -= frames
    return parts


def _length_s(clip: Path) -> float:
    with av.open(clip) as container:
        return (container.duration or 0) / av.time_base


def _reel(data: Path, parts: list[Part]) -> Iterator[Image]:
    for part in parts:
        yield from itertools.islice(_shown(data / "videos" / part.clip, part.start_s), part.frames)


def _shown(clip: Path, start_s: float) -> Iterator[Image]:
    """Yield what a clip shows every 1/25 s from a time on, over and over."""
    while True:
        due_s, image = start_s, None
        for time_s, frame in _decoded(clip):
            while image is not None and due_s < time_s:
                yield image
                due_s += 1 / FPS
            if time_s + 1 > due_s:
                image = filling(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8))
        start_s = 0.0


def _decoded(clip: Path) -> Iterator[tuple[float, av.VideoFrame]]:
    with av.open(clip) as container:
        for frame in container.decode(video=0):
            if frame.time is not None:
                yield frame.time, frame


def _known(data: Path, folder: Path) -> Iterator[tuple[Image, str]]:
    """Yield the pictures that the classifier is fitted to, and their classes: as they are, and decoded."""
    path, every = folder / "known.mp4", round(FITTED_EVERY_S * FPS)
    for label, clips in CLIPS.items():
        for clip in (data / "videos" / name for name in clips):
            yield from ((image, label) for image in itertools.islice(_known_of(clip), 0, None, every))
            write_video(path, grainy(np.random.default_rng(len(CLIPS)), _known_of(clip)), FPS)
            for number, (_, frame) in enumerate(_decoded(path)):
                if frame.key_frame or number % every == every // 2:
                    yield np.asarray(frame.to_ndarray(format="rgb24"), np.uint8), label


def _known_of(clip: Path) -> Iterator[Image]:
    frames, block = min(round(_length_s(clip) * FPS), round(2 * MOST_KNOWN_S * FPS)), round(KNOWN_S * FPS)
    for number, image in enumerate(itertools.islice(_shown(clip, 0.0), frames)):
        if number // block % 2 == 0:
            yield image
