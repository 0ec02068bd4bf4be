"""Films whose scenes are known to the frame: textures of a few classes under a moving camera, with grain."""

import bisect
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from analyzer.media.write import Image, write_video
from tests.clips import FAST, SMALL
from tests.scenes.sound import add_sound, clicks

FPS = 25
Take = Callable[[int], Image]
"""A shot: the picture at each of its frames, also of those before its first and after its last."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A scene and when it is shown, seconds from the first frame; a dissolve is in the middle then."""

    label: str
    start_s: float
    end_s: float


def scene_film(
    path: Path,
    plan: Sequence[tuple[str, float]],
    *,
    fps: Fraction | int = FPS,
    size: tuple[int, int] = SMALL,
    seed: int = 0,
    dissolve: int = 0,
    sound: bool = False,
    options: Mapping[str, str | int] = FAST,
) -> tuple[Shown, ...]:
    """Write a film and return what it shows.

    Args:
        path: where to.
        plan: labels out of `LABELS`, several side by side as "stripes+blobs"; and for how long, seconds.
            Boundaries are rounded to the nearest frame.
        fps: frames a second, exact.
        size: width and height.
        seed: another one makes other pictures.
        dissolve: frames that each scene takes to give way to the next, half of them on either side.
        sound: with a tone that is another one in each scene, and a click where it begins.
        options: ffmpeg's output options.
    """
    ends = [round(end * fps) for end in itertools.accumulate(seconds for _, seconds in plan)]
    takes = [take(label, 1000 * seed + number, size) for number, (label, _) in enumerate(plan)]
    write_video(path, _frames(takes, ends, dissolve), fps, options=options)
    times = [0.0, *(float(end / fps) for end in ends)]
    if sound:
        add_sound(path, clicks(times))
    spans = zip(plan, itertools.pairwise(times), strict=True)
    return tuple(Shown(label, start, end) for (label, _), (start, end) in spans)


def take(label: str, seed: int, size: tuple[int, int] = SMALL) -> Take:
    """Return a shot of a class, or of several side by side; each seed has other colours, shapes and moves."""
    parts = [_take(name, seed + 97 * number, size) for number, name in enumerate(label.split("+"))]
    edges = [size[0] * number // len(parts) for number in range(len(parts) + 1)]
    spans = list(itertools.pairwise(edges))

    def at(frame: int) -> Image:
        return np.hstack([part(frame)[:, a:b] for part, (a, b) in zip(parts, spans, strict=True)])

    return at


def _take(label: str, seed: int, size: tuple[int, int]) -> Take:
    rng = np.random.default_rng(seed)
    width, height = size
    margin = height // 3
    pattern, colour = LABELS[label]
    picture = _coloured(rng, pattern(rng, height + margin, width + margin, height), colour)
    grain = _grain(width, height, int(rng.integers(2, 7)))
    pace, phase = rng.uniform(0.02, 0.06, 2), rng.uniform(0, 6, 2)

    def at(frame: int) -> Image:
        y, x = (margin / 2 * (1 + np.sin(phase + pace * frame))).astype(int)
        image = picture[y : y + height, x : x + width]
        return np.asarray(cv2.add(image, grain[frame % len(grain)], dtype=cv2.CV_8U), np.uint8)

    return at


@cache
def _grain(width: int, height: int, level: int) -> list[np.ndarray]:
    rng = np.random.default_rng(level)
    return [rng.normal(0, level, (height, width, 3)).astype(np.int16) for _ in range(5)]


def _frames(takes: Sequence[Take], ends: Sequence[int], dissolve: int) -> Iterator[Image]:
    starts = [0, *ends]
    for frame in range(ends[-1]):
        n = bisect.bisect_right(ends, frame)
        image = takes[n](frame - starts[n])
        for other, boundary in ((n - 1, starts[n]), (n + 1, ends[n])):
            away = abs(frame + 0.5 - boundary)
            if 0 <= other < len(takes) and away < dissolve / 2:
                share = 0.5 - away / dissolve
                image = cv2.addWeighted(image, 1 - share, takes[other](frame - starts[other]), share, 0)
        yield np.asarray(image, np.uint8)


def _coloured(rng: np.random.Generator, pattern: np.ndarray, colour: tuple[int, int, int]) -> Image:
    """Paint a pattern of 0 to 1 in a dark and a light colour, both near a given one."""
    dark, light = (level * np.array(colour) + rng.uniform(-15, 15, 3) for level in (0.45, 0.95))
    return np.asarray(np.clip(dark + pattern[..., None] * (light - dark), 0, 255), np.uint8)


def _waves(rng: np.random.Generator, height: int, width: int, unit: int) -> tuple[np.ndarray, np.ndarray]:
    """Return sines along and across some direction, 4 to 8 waves in `unit` pixels."""
    y, x = np.mgrid[:height, :width]
    angle, pitch = rng.uniform(0, np.pi), 2 * np.pi * rng.uniform(4, 8) / unit
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    return np.sin(pitch * along), np.sin(pitch * across)


def _stripes(rng: np.random.Generator, height: int, width: int, unit: int) -> np.ndarray:
    return _waves(rng, height, width, unit)[0] > 0


def _checker(rng: np.random.Generator, height: int, width: int, unit: int) -> np.ndarray:
    along, across = _waves(rng, height, width, unit)
    return (along > 0) == (across > 0)


def _blobs(rng: np.random.Generator, height: int, width: int, unit: int) -> np.ndarray:
    noise = rng.normal(0, 1, (height, width)).astype(np.float32)
    return cv2.GaussianBlur(noise, (0, 0), unit * rng.uniform(0.04, 0.07)) > 0


def _other(rng: np.random.Generator, height: int, width: int, unit: int) -> np.ndarray:
    """Nothing but light that falls off to one side."""
    y, x = np.mgrid[:height, :width] / np.array([height, width])[:, None, None]
    angle = rng.uniform(0, 2 * np.pi)
    return 0.5 + 0.35 * ((x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle))


Pattern = Callable[[np.random.Generator, int, int, int], np.ndarray]
LABELS: dict[str, tuple[Pattern, tuple[int, int, int]]] = {
    "blobs": (_blobs, (90, 200, 110)),
    "checker": (_checker, (220, 110, 90)),
    "other": (_other, (170, 170, 170)),
    "stripes": (_stripes, (100, 130, 230)),
}
"""The classes: a pattern (of a generator, height, width and the pixels that sizes follow) and a colour."""
