"""Thumbnails in, changes of shot out. PySceneDetect judges cuts and fades; dissolves are judged here."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
from scenedetect import (
    AdaptiveDetector,
    ContentDetector,
    FrameTimecode,
    SceneDetector,
    ThresholdDetector,
)
from scenedetect.common import Timecode

from analyzer.media import blends
from analyzer.media.pixels import Image

WIDTH = 128
"""Long side of the thumbnails that are judged, pixels."""

_MICRO = Fraction(1, 1_000_000)
_DARK = 14.0
"""Mean of RGB under which a frame is faded out."""
_FADE_S = 1.5
"""Nearer to black than this, what looks like a dissolve is half a fade."""
_GREY = 12.0
"""Mean saturation under which only luma is judged, lest the missing colours count as unchanged."""
_ALIKE = 0.85
"""Frames that correlate this well show one thing in different light."""
_LIT = 45.0
"""Rise of the mean of RGB that a flash makes."""
_FLASH = 4
"""Frames that a flash may last: what looks alike before and after it is one shot."""


@dataclass(frozen=True)
class Glimpse:
    """A frame as the judge sees it: time in seconds, RGB uint8 thumbnail (H, W, 3) of `WIDTH`."""

    time_s: float
    thumb: Image

    @cached_property
    def pattern(self) -> npt.NDArray[np.float32]:
        """Light and dark in it; see `blends.pattern`."""
        return blends.pattern(self.thumb)

    @cached_property
    def brightness(self) -> float:
        """Mean of RGB, 0 to 255."""
        return float(self.thumb.mean())


@dataclass(frozen=True, slots=True)
class Change:
    """A new shot begins at `time_s`."""

    time_s: float
    transition: Literal["cut", "fade", "dissolve"]


class Feed:
    """Hands glimpses, in rising time, to one of PySceneDetect's detectors."""

    def __init__(self, detector: SceneDetector, frame_s: float) -> None:
        self._detector = detector
        self._rate = Fraction(1 / max(frame_s, 1e-3)).limit_denominator(1001)

    def see(self, glimpse: Glimpse) -> list[float]:
        """Return the times of the shots that this glimpse reveals, seconds."""
        code = FrameTimecode(Timecode(round(glimpse.time_s * 1_000_000), _MICRO), self._rate)
        bgr = np.ascontiguousarray(glimpse.thumb[..., ::-1])
        return [found.seconds for found in self._detector.process_frame(code, bgr)]


class Fades:
    """Finds fades through black. It is shown the whole film in order, and dates a fade to its end."""

    def __init__(self, frame_s: float) -> None:
        self._feed = Feed(ThresholdDetector(threshold=_DARK, min_scene_len=0, fade_bias=1.0), frame_s)
        self._last_s = -1.0

    def see(self, glimpses: Sequence[Glimpse]) -> list[Change]:
        """Return the fades that end in these glimpses; those seen before are passed over."""
        found: list[float] = []
        for glimpse in glimpses:
            if glimpse.time_s > self._last_s:
                self._last_s = glimpse.time_s
                found += self._feed.see(glimpse)
        return [Change(time, "fade") for time in found]


def content(a: Glimpse, b: Glimpse) -> float:
    """Return how much two frames differ: PySceneDetect's content value, 0 to 255 (27 is its cut)."""
    detector = ContentDetector(luma_only=_grey([a, b]))
    feed = Feed(detector, 0.04)
    feed.see(Glimpse(0.0, a.thumb))
    feed.see(Glimpse(0.04, b.thumb))
    return float(detector._frame_score or 0.0)


def lit(a: Glimpse, b: Glimpse) -> bool:
    """Whether the second frame is so much brighter that it may be a flash."""
    return b.brightness - a.brightness > _LIT


def alike(a: Glimpse, b: Glimpse) -> bool:
    """Whether two frames show the same, perhaps in different light."""
    return blends.correlation(a.pattern, b.pattern) >= _ALIKE


def dark(glimpse: Glimpse) -> bool:
    """Whether a frame is faded out: what it begins and ends is for `Fades` to judge."""
    return glimpse.brightness < _DARK


def changes(glimpses: Sequence[Glimpse], frame_s: float) -> list[Change]:
    """Find cuts and dissolves among consecutive frames."""
    if len(glimpses) < 2:
        return []
    black = [g.time_s for g in glimpses if dark(g)]
    soft = blends.find([g.time_s for g in glimpses], np.stack([g.pattern for g in glimpses]))
    soft = [time for time in soft if not any(abs(time - other) < _FADE_S for other in black)]
    return _cuts(glimpses, frame_s) + [Change(time, "dissolve") for time in soft]


def _cuts(glimpses: Sequence[Glimpse], frame_s: float) -> list[Change]:
    feed = Feed(AdaptiveDetector(min_scene_len=0, luma_only=_grey(glimpses)), frame_s)
    found = [time for glimpse in glimpses for time in feed.see(glimpse)]
    # The detector answers two frames late: repeat the last one so that it sees the end, too.
    last = glimpses[-1]
    tail = [Glimpse(last.time_s + frame_s * i, last.thumb) for i in (1, 2)]
    found += [time for glimpse in tail for time in feed.see(glimpse)]
    return [Change(time, "cut") for time in found if _is_cut(glimpses, time)]


def _is_cut(glimpses: Sequence[Glimpse], time_s: float) -> bool:
    at = next((i for i, g in enumerate(glimpses) if g.time_s >= time_s - 1e-4), len(glimpses))
    before, after = glimpses[max(0, at - _FLASH) : at], glimpses[at : at + _FLASH]
    if any(dark(g) for g in (*before[-1:], *after[:1])):
        return False
    return not any(alike(a, b) for a in before for b in after)


def _grey(glimpses: Sequence[Glimpse]) -> bool:
    first, last = glimpses[0].thumb, glimpses[-1].thumb
    return all(float((t.max(2) - t.min(2)).mean()) < _GREY for t in (first, last))
