"""Films whose frames are numbered, in the picture and by clicks in the sound, to judge cuts of them by."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from analyzer.media.write import Image, write_video
from tests.clips import FAST, SMALL
from tests.scenes.films import FPS, LABELS, take
from tests.scenes.sound import add_sound, clicks, heard

BITS = 16
CLICK_EVERY = 10
"""Frames; the first of them begins with a click."""
SCENE = 75
"""Frames of one texture."""
NEAR_S = 0.15
"""A click that is farther off belongs to another frame."""


@dataclass(frozen=True)
class Counted:
    """What the decoder makes of a film.

    Attributes:
        frames: numbers of its frames; -1 where none can be read.
        times_s: when they are shown.
        clicks_s: when clicks are heard.
    """

    frames: tuple[int, ...]
    times_s: tuple[float, ...]
    clicks_s: tuple[float, ...]

    def late_s(self) -> list[float]:
        """Return by how much the sound is late, wherever a frame with a click is shown.

        Right after a joint it is not told: packets of sound do not begin where frames do, and what is heard
        there may be half a click, or only the next one.
        """
        clicks_s = np.array(self.clicks_s)
        shown = zip(self.frames, self.frames[1:], self.times_s[1:], strict=False)
        marked = [time for before, n, time in shown if n % CLICK_EVERY == 0 and before == n - 1]
        off = [clicks_s[np.abs(clicks_s - time).argmin()] - time for time in marked]
        return [float(late) for late in off if abs(late) < NEAR_S]


def counted_film(
    path: Path,
    frames: int,
    *,
    fps: Fraction | int = FPS,
    size: tuple[int, int] = SMALL,
    options: Mapping[str, str | int] = FAST,
    codec: str = "aac",
) -> None:
    """Write a film of so many numbered frames, with sound."""
    write_video(path, _numbered(frames, size), fps, options=options)
    times = [float(n / fps) for n in range(0, frames, CLICK_EVERY)]
    add_sound(path, clicks([*times, float(frames / fps)]), codec)


def counted(path: Path) -> Counted:
    """Read the numbers and clicks of a film, or of what was cut from it."""
    with av.open(path) as container:
        shown = [(_number(f.to_ndarray(format="gray")), f.time) for f in container.decode(video=0)]
    numbers, times = zip(*shown, strict=True)
    return Counted(numbers, times, tuple(heard(path)))


def _numbered(frames: int, size: tuple[int, int]) -> Iterator[Image]:
    takes = [take(label, seed, size) for seed, label in enumerate(LABELS)]
    for n in range(frames):
        image = takes[n // SCENE % len(takes)](n)
        _write(image, n)
        yield image


def _cells(shape: Sequence[int]) -> Iterator[tuple[slice, slice]]:
    """Yield the places of the bits: a row of squares along the lower edge, and their opposites above it."""
    height, width = shape[:2]
    side = width // BITS
    for row in (1, 2):
        for bit in range(BITS):
            yield slice(height - row * side, height - (row - 1) * side), slice(bit * side, (bit + 1) * side)


def _write(image: Image, number: int) -> None:
    bits = [number >> bit & 1 for bit in range(BITS)]
    for (rows, columns), bit in zip(_cells(image.shape), bits + [1 - b for b in bits], strict=True):
        image[rows, columns] = 225 if bit else 30


def _number(grey: np.ndarray) -> int:
    bits = np.array([grey[rows, columns].mean() > 128 for rows, columns in _cells(grey.shape)])
    if (bits[:BITS] == bits[BITS:]).any():
        return -1
    return int((bits[:BITS] << np.arange(BITS)).sum())
