"""Make the film that speed is measured on: people of all kinds, cut like a film, 720p H.264.

python -m benchmarks.film FOLDER [--data DIR]

writes film_5min.mp4 (84 shots, every eighth begins with a dissolve) and film_2h.mp4 (the same 24 times
over, copied without encoding). The pictures and clips come from a folder of test data; nothing of it is
part of the project. The same data make the same frames.
"""

import argparse
import itertools
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import av
import cv2
import imageio_ffmpeg  # type: ignore[import-untyped, unused-ignore]
import numpy as np

from analyzer.demo import View, look
from analyzer.media.write import Image, write_video

SIZE = WIDTH, HEIGHT = 1280, 720
FPS = 25
DISSOLVE = 15  # frames
GRAIN = 5.0  # standard deviation of the noise, grey levels
SOURCE_SIDE = 1600  # larger pictures are scaled down to this

Source = Callable[[np.random.Generator, int], Iterator[Image]]
"""Begins an endless shot; the number is how many frames its camera move is planned for."""


def make_film(path: Path, data: Path, *, seconds: int = 300, shots: int = 84, seed: int = 1) -> None:
    """Write a film with x264's default settings.

    Args:
        path: where to.
        data: a folder with faces/ (pictures, and faces/lfw_subset/: close portraits) and videos/.
        seconds: how long.
        shots: every eighth begins with a dissolve, the others with a cut.
        seed: another one makes another film.
    """
    rng = np.random.default_rng(seed)
    lengths = _lengths(rng, seconds * FPS, shots)
    sources = _sources(data)
    takes = [sources[int(rng.integers(len(sources)))](rng, length) for length in lengths]
    write_video(path, grainy(rng, _cut(takes, lengths)), FPS)


def repeat(path: Path, target: Path, times: int) -> None:
    """Write a video that plays another one several times over; its packets are copied."""
    loop = ["-stream_loop", str(times - 1), "-i", f"file:{path}", "-c", "copy", f"file:{target}"]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-y", *loop], check=True)


def _lengths(rng: np.random.Generator, frames: int, shots: int) -> list[int]:
    """Return lengths as films have them: many short shots, few long ones, none under a second."""
    shares = rng.lognormal(0, 1, shots)
    ends = np.cumsum(shares / shares.sum()) * (frames - shots * FPS)
    return [int(n) + FPS for n in np.diff(np.round(ends), prepend=0)]


def _cut(takes: Sequence[Iterator[Image]], lengths: Sequence[int]) -> Iterator[Image]:
    for number, (take, length) in enumerate(zip(takes, lengths, strict=True)):
        for frame in range(length):
            image = next(take)
            if number % 8 == 7 and frame < DISSOLVE:
                share = (frame + 1) / (DISSOLVE + 1)
                image = _u8(cv2.addWeighted(next(takes[number - 1]), 1 - share, image, share, 0))
            yield image


def grainy(rng: np.random.Generator, frames: Iterator[Image]) -> Iterator[Image]:
    """Add the noise of a sensor, so that packets are as large as those of a real film."""
    noise = [rng.normal(0, GRAIN, (HEIGHT, WIDTH, 3)).astype(np.int16) for _ in range(7)]
    for frame, grain in zip(frames, itertools.cycle(noise), strict=False):
        yield _u8(cv2.add(frame, grain, dtype=cv2.CV_8U))


def _sources(data: Path) -> list[Source]:
    portraits = sorted((data / "faces" / "lfw_subset").rglob("*.jpg"))
    pictures = sorted(set((data / "faces").rglob("*.jpg")) - set(portraits))
    videos = sorted(p for p in (data / "videos").glob("*.*") if p.suffix in {".mp4", ".webm"})
    sources: list[Source] = []
    if pictures:
        sources += [lambda rng, frames: _pan(rng, frames, pictures)]
    if pictures and portraits:
        sources += [lambda rng, frames: _group(rng, frames, pictures, portraits)]
    if videos:
        sources += [lambda rng, frames: _footage(rng, videos)]
    if not sources:
        raise SystemExit(f"{data}: no faces/*.jpg and no videos/*.mp4 to make a film of")
    return sources


def _pan(rng: np.random.Generator, frames: int, pictures: Sequence[Path]) -> Iterator[Image]:
    """A hand-held camera moves over a picture."""
    picture = _read(pictures[int(rng.integers(len(pictures)))])
    height, width, _ = picture.shape
    widest = min(1.0, height * WIDTH / HEIGHT / width)
    start, end = (
        View(rng.uniform(0.45, 0.55), rng.uniform(0.3, 0.42), widest * rng.uniform(0.65, 1)) for _ in range(2)
    )
    for frame in itertools.count():
        view = start.towards(end, frame / frames)
        shake_x, shake_y = 0.003 * np.sin(frame / 5), 0.003 * np.sin(frame / 7)
        yield look(picture, View(view.x + shake_x, view.y + shake_y, view.width), SIZE)


def _group(
    rng: np.random.Generator, frames: int, pictures: Sequence[Path], portraits: Sequence[Path]
) -> Iterator[Image]:
    """Two to four people side by side, each moving a little, before a blurred background."""
    people = int(rng.integers(2, 5))
    faces = [_read(portraits[int(n)]) for n in rng.choice(len(portraits), people, replace=False)]
    phases = rng.uniform(0, 6, people)
    for frame, picture in enumerate(_pan(rng, frames, pictures)):
        image = _u8(cv2.GaussianBlur(picture, (0, 0), 6))
        for number, (face, phase) in enumerate(zip(faces, phases, strict=True)):
            x = int(WIDTH * (number + 0.5) / people + 12 * np.sin(phase + frame / 11)) - 150
            y = int(HEIGHT * 0.45 + 20 * np.sin(phase + frame / 17)) - 150
            x = min(max(x, 0), WIDTH - 300)
            image[y : y + 300, x : x + 300] = cv2.resize(face, (300, 300), interpolation=cv2.INTER_AREA)
        yield image


def _footage(rng: np.random.Generator, videos: Sequence[Path]) -> Iterator[Image]:
    """A real clip from some point on, filling the frame; it begins again where it ends."""
    path = videos[int(rng.integers(len(videos)))]
    skip = int(rng.integers(0, 100))
    while True:
        with av.open(path) as container:
            stream = container.streams.video[0]
            hold = max(1, round(FPS / (stream.average_rate or FPS)))
            for frame in itertools.islice(container.decode(stream), skip, None):
                yield from itertools.repeat(filling(_u8(frame.to_ndarray(format="rgb24"))), hold)
        skip = 0


def filling(image: Image) -> Image:
    """Return what fills the frame of a picture, as much of it as can be seen."""
    widest = min(1.0, image.shape[0] * WIDTH / HEIGHT / image.shape[1])
    return look(image, View(0.5, 0.5, widest), SIZE)


def _read(path: Path) -> Image:
    """Read a picture as RGB, no side longer than SOURCE_SIDE."""
    image = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR_RGB)
    if image is None:
        raise SystemExit(f"{path}: not a picture")
    scale = min(1.0, SOURCE_SIDE / max(image.shape))
    return _u8(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))


def _u8(image: Any) -> Image:
    """Tell the type checker what OpenCV gives back: what it was given."""
    return np.asarray(image, np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    arguments = parser.parse_args()
    short, long = arguments.folder / "film_5min.mp4", arguments.folder / "film_2h.mp4"
    make_film(short, arguments.data)
    repeat(short, long, 24)


if __name__ == "__main__":
    main()
