"""How the time of one film runs in another: found by votes of keyframes that look alike, then fitted."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from analyzer.similar.variants import Distances

Times = npt.NDArray[np.float64]
T = TypeVar("T", float, Times)

NEAR = 88
"""Bits up to which two keyframes vote: of unrelated pictures one pair in a hundred thousand is nearer."""
_SOFT = 25.0
"""A vote weighs less by a factor of e for so many bits."""
_STEP = 0.005
_SPEEDS = np.arange(0.94, 1.0601, _STEP)
_ORDINARY = 1.1
"""Of speeds that fit about alike the ordinary one is taken: its votes count so much more."""
_BIN_S = 1.0
_PEAKS = 3
"""Lines that are tried of each pair of films."""
_REACH_S = (3.0, 1.5, 1.0, 1.0)
"""Votes so far from the line take part in fitting it, round by round."""
_STIFF_S = 30.0
"""A line is held to its speed as by votes so many seconds apart: few votes close together do not turn it."""


@dataclass(frozen=True)
class Line:
    """What is seen at t seconds in one film is seen at speed * t + offset_s in the other."""

    speed: float
    offset_s: float

    def there(self, time_s: T) -> T:
        """Return times in the other film."""
        return self.speed * time_s + self.offset_s

    def here(self, time_s: T) -> T:
        """Return times in the one film, by those in the other."""
        return (time_s - self.offset_s) / self.speed


def lines(apart: Distances, ours_s: Times, theirs_s: Times) -> Iterator[Line]:
    """Yield the likeliest lines of two films, the likeliest first.

    Args:
        apart: bits, (ours, theirs).
        ours_s: when our keyframes are shown.
        theirs_s: when theirs are.
    """
    i, j = np.nonzero(apart <= NEAR)
    if not len(i):
        return
    like = np.exp(-apart[i, j] / _SOFT)
    rows, columns = np.bincount(i, like, len(ours_s)), np.bincount(j, like, len(theirs_s))
    weight = like / np.sqrt(rows[i] * columns[j])
    x, y = ours_s[i], theirs_s[j]
    for guess in _peaks(x, y, weight):
        yield _fitted(guess, x, y, weight)


def _peaks(x: Times, y: Times, weight: Times) -> list[Line]:
    found: list[tuple[float, Line]] = []
    low = y.min() - _SPEEDS.max() * x.max()
    for speed in _SPEEDS:
        bins = ((y - speed * x - low) / _BIN_S).astype(np.intp)
        votes = np.convolve(np.bincount(bins, weight), (0.5, 1, 0.5), "same")
        for top in np.argsort(votes)[-_PEAKS:]:
            favour = _ORDINARY if abs(speed - 1) < _STEP / 2 else 1.0
            found.append((votes[top] * favour, Line(float(speed), float(low + (top + 0.5) * _BIN_S))))
    found.sort(key=lambda pair: -pair[0])
    chosen: list[Line] = []
    middle = np.array([x.mean()])
    for _, line in found:
        if all(abs((line.there(middle) - other.there(middle))[0]) > 2 * _BIN_S for other in chosen):
            chosen.append(line)
        if len(chosen) == _PEAKS:
            break
    return chosen


def _fitted(guess: Line, x: Times, y: Times, weight: Times) -> Line:
    """Fit a line to the votes near it; the speed stays within a step of the guess."""
    line = guess
    for reach in _REACH_S:
        off = y - line.there(x)
        near = np.abs(off) <= reach
        if not near.any():
            return line
        w, at, off = weight[near], x[near], off[near]
        centre, shift = float(np.average(at, weights=w)), float(np.average(off, weights=w))
        spread = float((w * (at - centre) ** 2).sum()) + w.max() * _STIFF_S**2
        turn = float((w * (at - centre) * (off - shift)).sum()) / spread
        speed = float(np.clip(line.speed + turn, guess.speed - _STEP, guess.speed + _STEP))
        line = Line(speed, line.offset_s + shift - (speed - line.speed) * centre)
    return line
