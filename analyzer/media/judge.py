"""Thumbnails in, changes of shot out. PySceneDetect judges cuts and fades; dissolves are judged here."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt
from scenedetect import (  # type: ignore[import-untyped]
    AdaptiveDetector,
    ContentDetector,
    FrameTimecode,
    SceneDetector,
    ThresholdDetector,
)
from scenedetect.common import Timecode  # type: ignore[import-untyped]

from analyzer.media.pixels import Image

WIDTH = 128
"""Long side of the thumbnails that are judged, pixels."""

_MICRO = Fraction(1, 1_000_000)
_FADE_LEVEL = 14
"""Mean of RGB under which a frame is faded out."""
_WINDOWS_S = (0.5, 1.0, 1.6)
"""Lengths of the windows in which a dissolve is looked for."""
_UNLIKE = 0.65
"""The ends of a dissolve correlate less than this."""
_CHANGED = 10.0
"""They differ by more than this on average, of 255."""
_RESIDUAL = 0.35
"""What no blend of the ends explains of the frames between, as a share of the ends' difference."""
_STEP = 0.34
"""A blend that moves further than this from one frame to the next is a cut."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A frame as the judge sees it: time in seconds, RGB uint8 thumbnail (H, W, 3) of `WIDTH`."""

    time_s: float
    thumb: Image


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


def fades(frame_s: float) -> Feed:
    """Return a judge of fades through black; it sees all frames in order, and dates a fade to its end."""
    return Feed(ThresholdDetector(threshold=_FADE_LEVEL, min_scene_len=0, fade_bias=1.0), frame_s)


def content(a: Image, b: Image) -> float:
    """Return how much two thumbnails differ: PySceneDetect's content value, 0 to 255 (27 is its cut)."""
    detector = ContentDetector()
    code = FrameTimecode(0, 25.0)
    detector.process_frame(code, a)
    detector.process_frame(code + 1, b)
    return float(detector._frame_score or 0.0)


def cuts(glimpses: Sequence[Glimpse], frame_s: float) -> list[Change]:
    """Find hard cuts among consecutive frames."""
    feed = Feed(AdaptiveDetector(min_scene_len=0), frame_s)
    found = [time for glimpse in glimpses for time in feed.see(glimpse)]
    # The detector answers two frames late: repeat the last one so that it sees the end, too.
    last = glimpses[-1]
    tail = [Glimpse(last.time_s + frame_s * i, last.thumb) for i in (1, 2)]
    found += [time for glimpse in tail for time in feed.see(glimpse)]
    return [Change(time, "cut") for time in found]


def dissolves(glimpses: Sequence[Glimpse]) -> list[Change]:
    """Find dissolves among consecutive frames.

    In a dissolve every frame is a blend of the two that it lies between, and the blend moves steadily. A pan
    or a moving thing leaves frames that no blend explains; a change of light leaves ends that correlate.
    """
    if len(glimpses) < 5:
        return []
    times = np.array([glimpse.time_s for glimpse in glimpses])
    small = np.stack([_tiny(glimpse.thumb) for glimpse in glimpses])
    found: list[tuple[float, float]] = []
    for window in _WINDOWS_S:
        for first in range(0, len(times) - 4):
            last = int(np.searchsorted(times, times[first] + window))
            if last - first >= 4 and last < len(times):
                fit = _blend(small[first : last + 1])
                if fit is not None:
                    residual, middle = fit
                    found.append((residual, float(times[first + middle])))
    return [Change(time, "dissolve") for time in _best(found, _WINDOWS_S[-1])]


def _tiny(thumb: Image) -> npt.NDArray[np.float32]:
    grey = cv2.cvtColor(thumb, cv2.COLOR_RGB2GRAY)
    return cv2.resize(grey, (24, 16), interpolation=cv2.INTER_AREA).astype(np.float32).ravel()


def _blend(frames: npt.NDArray[np.float32]) -> tuple[float, int] | None:
    """Return (residual, index of the frame in the middle of the blend) of frames (n, pixels), or None."""
    start, end = frames[0], frames[-1]
    way = end - start
    length = float(way @ way)
    if length < _CHANGED**2 * way.size or _correlation(start, end) > _UNLIKE:
        return None
    moved = frames - start
    share = moved @ way / length
    if np.abs(np.diff(share)).max() > _STEP:
        return None
    rest = moved - share[:, None] * way
    residual = float(np.sqrt((rest**2).sum(1).max() / length))
    if residual > _RESIDUAL:
        return None
    return residual, int(np.abs(share - 0.5).argmin())


def _correlation(a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]) -> float:
    a, b = a - a.mean(), b - b.mean()
    return float(a @ b / (np.sqrt((a @ a) * (b @ b)) + 1e-6))


def _best(found: Sequence[tuple[float, float]], apart_s: float) -> list[float]:
    """Keep the best fits that lie at least `apart_s` from better ones; return their times, rising."""
    kept: list[float] = []
    for _, time in sorted(found):
        if all(abs(time - other) >= apart_s for other in kept):
            kept.append(time)
    return sorted(kept)
