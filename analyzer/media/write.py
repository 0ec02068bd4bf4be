"""Write a video from frames: the only place that encodes."""

import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import IO, Any

import ffmpeg  # type: ignore[import-untyped, unused-ignore]
import imageio_ffmpeg  # type: ignore[import-untyped, unused-ignore]
import numpy as np
import numpy.typing as npt

from analyzer.errors import OutputError

Image = npt.NDArray[np.uint8]
"""RGB, shape (H, W, 3)."""

BT709 = {"colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709", "color_range": "tv"}


def write_video(
    path: Path,
    frames: Iterable[Image],
    fps: Fraction | int,
    *,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    options: Mapping[str, str | int] | None = None,
) -> None:
    """Encode frames of one size, without sound. The file appears whole or not at all.

    Args:
        path: its suffix chooses the container; a file that is there is replaced.
        frames: taken one at a time; pixel formats with halved colour want even sides.
        fps: frames a second, exact.
        codec: ffmpeg's name of the encoder.
        pixel_format: ffmpeg's name of the pixel format in the file.
        options: more of ffmpeg's output options, such as {"crf": 18, "preset": "veryfast"}.

    Raises:
        ValueError: there are no frames, or one is not like the first or not RGB uint8.
        OutputError: the folder cannot be written, or ffmpeg failed (what it said is given).
    """
    checked = _alike(frames)
    first = next(checked, None)
    if first is None:
        raise ValueError(f"{path}: no frames to write")
    height, width, _ = first.shape
    arguments = {"vcodec": codec, "pix_fmt": pixel_format, **BT709, **(options or {})}
    with _reported(path):
        beside = tempfile.TemporaryDirectory(prefix=".marquee-", dir=path.parent)
    with beside as folder:
        unfinished = Path(folder) / f"video{path.suffix}"
        command = _command(unfinished, (width, height), Fraction(fps), arguments)
        _encode(command, chain([first], checked), path)
        with _reported(path):
            unfinished.replace(path)


@contextmanager
def _reported(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error


def _alike(frames: Iterable[Image]) -> Iterator[Image]:
    shape = None
    for frame in frames:
        shape = shape or frame.shape
        if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[2] != 3 or frame.shape != shape:
            raise ValueError(
                f"expected RGB uint8 frames like the first, {shape}: {frame.dtype} {frame.shape}"
            )
        yield frame


def _command(target: Path, size: tuple[int, int], fps: Fraction, arguments: Mapping[str, Any]) -> list[str]:
    source = ffmpeg.input("pipe:0", format="rawvideo", pix_fmt="rgb24", s="{}x{}".format(*size), r=fps)
    stream = source.filter("scale", out_color_matrix="bt709", out_range="tv")
    output = stream.output(f"file:{target}", **arguments).global_args("-loglevel", "error")
    command: list[str] = output.compile(cmd=imageio_ffmpeg.get_ffmpeg_exe(), overwrite_output=True)
    return command


def _encode(command: list[str], frames: Iterable[Image], path: Path) -> None:
    """Run ffmpeg to its end. Its messages go to a file: a full pipe would stop it, and us."""
    with tempfile.TemporaryFile() as messages:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=messages)
        assert process.stdin is not None
        try:
            _feed(process.stdin, frames)
            code = process.wait()
        finally:
            process.kill()  # does nothing where it has ended
            process.wait()
        if code != 0:
            messages.seek(0)
            raise OutputError(f"{path}: ffmpeg: {_words(messages.read()) or f'ended with {code}'}")


def _feed(pipe: IO[bytes], frames: Iterable[Image]) -> None:
    """Write every frame, or as many as ffmpeg takes before it dies."""
    try:
        for frame in frames:
            data = np.ascontiguousarray(frame).data
            try:
                pipe.write(data)
            except OSError:
                return
    finally:
        with suppress(OSError):
            pipe.close()


def _words(log: bytes) -> str:
    """Return ffmpeg's first and last message: mostly what went wrong and what came of it."""
    lines = [line.strip() for line in log.decode("utf-8", "replace").splitlines()]
    telling = [line for line in lines if line and line != "Conversion failed!"]
    return "; ".join(dict.fromkeys(telling[:1] + telling[-1:]))
