"""Video clips made at test time. Each function writes into a folder and returns the file's path."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path

import numpy as np

from analyzer.demo import FPS, PEOPLE, DemoShot, View, look, make_demo
from analyzer.media.write import Image, write_video
from benchmarks.film import repeat

SMALL = (320, 180)
FAST = {"preset": "ultrafast"}


def texture(seed: int, height: int = 512, width: int = 512) -> Image:
    """Return a picture with large and small detail and nobody in it."""
    rng = np.random.default_rng(seed)
    picture = np.zeros((height, width, 3))
    for cell in (128, 32, 8, 2):
        grid = rng.uniform(-0.5, 0.5, (-(-height // cell), -(-width // cell), 3))
        picture += np.kron(grid, np.ones((cell, cell, 1)))[:height, :width]
    return np.clip(128 + 80 * picture, 0, 255).astype(np.uint8)


def faceless_pictures() -> dict[str, Image]:
    """Return stand-ins for the demo's pictures, for tests of the film alone."""
    return {name: texture(seed) for seed, name in enumerate(PEOPLE)}


def demo_clip(folder: Path, pictures: Mapping[str, Image]) -> tuple[Path, tuple[DemoShot, ...]]:
    """The demo film and the truth about it."""
    path = folder / "demo.mp4"
    return path, make_demo(path, pictures)


def one_picture_clip(
    folder: Path, picture: Image, *, seconds: int = 4, size: tuple[int, int] = (640, 360)
) -> Path:
    """One shot that slowly closes in on one picture: whoever is in it is seen all through."""
    path = folder / "one_picture.mp4"
    write_video(path, _zoom(picture, seconds * FPS, size), FPS, options=FAST)
    return path


def nobody_clip(folder: Path, *, seconds: int = 4, fps: Fraction | int = FPS) -> Path:
    """One moving shot with nobody in it."""
    path = folder / "nobody.mp4"
    write_video(path, _zoom(texture(7), int(seconds * fps), SMALL), fps, options=FAST)
    return path


def long_clip(folder: Path, clip: Path, minutes: float, clip_s: float) -> Path:
    """Another clip of `clip_s` seconds over and over, at least so many minutes; only packets are copied."""
    path = folder / f"long_{clip.name}"
    repeat(clip, path, int(-(-60 * minutes // clip_s)))
    return path


def _zoom(picture: Image, frames: int, size: tuple[int, int]) -> Iterator[Image]:
    height, width, _ = picture.shape
    widest = min(1.0, height * size[0] / size[1] / width)
    middle = View(0.5, 0.5, widest)
    for frame in range(frames):
        yield look(picture, middle.towards(View(0.5, 0.45, 0.8 * widest), frame / frames), size)
