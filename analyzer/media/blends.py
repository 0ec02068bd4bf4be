"""Dissolves, found by what they are: every frame is a blend of the two between which it lies.

A pan or a moving thing leaves frames that no blend of the ends explains; a change of light leaves ends
that correlate. The thresholds were set on films made by `benchmarks.shots`.
"""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from analyzer.media.pixels import Image

Pattern = npt.NDArray[np.float32]

_SIZE = (48, 27)
_WINDOWS_S = (0.5, 1.0, 1.6)
"""Lengths of the windows in which a dissolve is looked for."""
_MIN_FRAMES = 5
_UNLIKE = 0.6
"""The ends of a dissolve correlate less than this."""
_CHANGED = 10.0
"""They differ by at least this much, root of the mean square, of 255."""
_FLAT = 0.3
"""Neither varies less than this share of what the other does (standard deviations): else it is a fade."""
_RESIDUAL = 0.27
"""What no blend of the ends explains of a frame between, at most, as a share of their difference."""
_STEP = 0.34
"""A blend that moves further than this from one frame to the next is a cut."""


def pattern(image: Image) -> Pattern:
    """Return light and dark of an RGB picture: float32 (1296,), 0 to 255."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return cv2.resize(grey, _SIZE, interpolation=cv2.INTER_AREA).astype(np.float32).ravel()


def correlation(a: Pattern, b: Pattern) -> float:
    """Return Pearson's correlation of two patterns, -1 to 1; 0 where one is flat."""
    a, b = a - a.mean(), b - b.mean()
    return float(a @ b / (np.sqrt((a @ a) * (b @ b)) + 1e-3))


def find(times_s: Sequence[float], patterns: npt.NDArray[np.float32]) -> list[float]:
    """Return the times of the middles of dissolves among consecutive frames.

    Args:
        times_s: rising, seconds.
        patterns: float32 (frames, 1296), of those times.
    """
    times = np.asarray(times_s)
    found: list[tuple[float, float]] = []
    for window in _WINDOWS_S:
        lasts = np.searchsorted(times, times + window)
        for first, last in enumerate(lasts):
            if last - first >= _MIN_FRAMES - 1 and last < len(times):
                fit = _fit(patterns[first : last + 1])
                if fit is not None:
                    found.append((fit[0], float(times[first + fit[1]])))
    return _best(found, _WINDOWS_S[-1])


def _fit(frames: npt.NDArray[np.float32]) -> tuple[float, int] | None:
    """Fit frames (n, pixels) by blends of the first and last: (residual, index of the middle), or None."""
    start, end = frames[0], frames[-1]
    way = end - start
    length = float(way @ way)
    low, high = sorted([start.std(), end.std()])
    if length < _CHANGED**2 * way.size or low < _FLAT * high or correlation(start, end) > _UNLIKE:
        return None
    moved = frames - start
    share = moved @ way / length
    if np.abs(np.diff(share)).max() > _STEP:
        return None
    rest = moved - share[:, None] * way
    residual = float(np.sqrt((rest**2).sum(1).max() / length))
    return (residual, int(np.abs(share - 0.5).argmin())) if residual <= _RESIDUAL else None


def _best(found: Sequence[tuple[float, float]], apart_s: float) -> list[float]:
    """Keep the best fits that lie at least `apart_s` from better ones; return their times, rising."""
    kept: list[float] = []
    for _, time in sorted(found):
        if all(abs(time - other) >= apart_s for other in kept):
            kept.append(time)
    return sorted(kept)
