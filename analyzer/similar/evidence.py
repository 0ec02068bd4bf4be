"""How much the keyframes that a line brings together speak for two films showing the same there."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from analyzer.media.views import Hashes
from analyzer.similar.aligning import Line, Times
from analyzer.similar.variants import Distances

Places = npt.NDArray[np.intp]

TOLERANCE_S = 1.0
"""Keyframes so near to each other on the line are compared."""
_FARTHER = 8.0
"""Of keyframes within reach, one that is a second farther must be more alike by so many bits."""
_ELSEWHERE_S = 4.0
"""Keyframes at least so far from the line show what else the film looks like."""
_CHANCE = 128.0, 9.5
"""Mean and deviation of the bits between unrelated pictures, measured."""
_TRUE_BITS, _TRUE_LOG = (30, 90, 115), (0.0, -1.0, -2.0)
"""Of keyframes that do show the same moment, give or take the tolerance, so many (log10) are so far apart."""
_LEAST, _MOST = -1.0, 3.0
"""What one keyframe can say, log10 of a ratio of likelihoods: titles may be new, and pictures may recur."""
_OTHER = 40
_EVENT_S = 1.0
"""From so many bits and seconds on a picture is another one: what repeats the last one says nothing new."""


@dataclass(frozen=True)
class Evidence:
    """What a line brings together where it speaks for it most.

    Attributes:
        score: log10 of the odds that the keyframes give.
        looks: different pictures that agree.
        ours_s: from when to when they may show the same; infinite where nothing speaks against it.
    """

    score: float
    looks: int
    ours_s: tuple[float, float]

    def within(self, duration_s: float) -> tuple[float, float]:
        """Return `ours_s` as far as the film goes."""
        return max(self.ours_s[0], 0.0), min(self.ours_s[1], duration_s)


def weigh(line: Line, apart: Distances, ours_s: Times, theirs_s: Times, ours: Hashes) -> Evidence | None:
    """Return the evidence for a line, None if there is none.

    Args:
        line: how the films' times may go together.
        apart: bits between keyframes, (ours, theirs).
        ours_s: when ours are shown.
        theirs_s: when theirs are.
        ours: a hash of each of ours.
    """
    i, j, options = _pairs(line, apart, ours_s, theirs_s)
    if not len(i):
        return None
    said = _say(line, i, j, options, apart, ours_s, theirs_s)
    event = _events(ours_s[i], ours[i])
    size = np.bincount(event)
    value = np.bincount(event, said) / size
    begin, end = _best_run(value)
    score = float(value[begin:end].sum())
    inside = np.flatnonzero((event >= begin) & (event < end))
    agree = inside[said[inside] > 0]
    if score <= 0 or not len(agree):
        return None
    return Evidence(
        score=score,
        looks=int((value[begin:end] > 0).sum()),
        ours_s=(_edge(ours_s[i], agree[0], -1), _edge(ours_s[i], agree[-1], +1)),
    )


def _edge(times_s: Times, agrees: int, step: int) -> float:
    """Return how far what agrees reaches: midway to the next look, which does not, or without bound."""
    after = agrees + step
    if not 0 <= after < len(times_s):
        return step * np.inf
    return float(times_s[agrees] + times_s[after]) / 2


def _pairs(line: Line, apart: Distances, ours_s: Times, theirs_s: Times) -> tuple[Places, Places, Places]:
    """For each look of the film that has fewer, the most alike of the other within reach, each at most once.

    Returns their indices, and how many there were to choose from.
    """
    if len(ours_s) > len(theirs_s):
        back = Line(1 / line.speed, -line.offset_s / line.speed)
        j, i, options = _pairs(back, apart.T, theirs_s, ours_s)
        return i, j, options
    there = line.there(ours_s)
    low = np.searchsorted(theirs_s, there - TOLERANCE_S)
    high = np.searchsorted(theirs_s, there + TOLERANCE_S, "right")
    best: dict[int, tuple[float, int, int]] = {}
    for n, (begin, end) in enumerate(zip(low.tolist(), high.tolist(), strict=True)):
        if begin < end:
            bits = apart[n, begin:end] + _FARTHER * np.abs(theirs_s[begin:end] - there[n])
            nearest = begin + int(np.argmin(bits))
            this = float(bits.min()), n, end - begin
            best[nearest] = min(best.get(nearest, this), this)
    found = np.array([(n, m, options) for m, (_, n, options) in sorted(best.items())], np.intp).reshape(-1, 3)
    return found[:, 0], found[:, 1], found[:, 2]


def _say(
    line: Line, i: Places, j: Places, options: Places, apart: Distances, ours_s: Times, theirs_s: Times
) -> Times:
    """What each pair says for the line: it counts how often the two look so alike elsewhere, too."""
    bits = apart[i, j]
    chance = np.minimum(1, options * ndtr((bits - _CHANCE[0]) / _CHANCE[1]))
    there, here = line.there(ours_s), line.here(theirs_s)
    rows = np.abs(theirs_s[None] - there[i, None]) > _ELSEWHERE_S
    columns = np.abs(ours_s[None] - here[j, None]) > _ELSEWHERE_S
    as_alike = [
        (((apart[i] <= bits[:, None]) & rows).sum(1), rows.sum(1)),
        (((apart.T[j] <= bits[:, None]) & columns).sum(1), columns.sum(1)),
    ]
    null = np.maximum.reduce([(count + chance) / (total + 1) for count, total in as_alike] + [chance])
    true = np.interp(bits, _TRUE_BITS, _TRUE_LOG)
    said: Times = np.clip(true - np.log10(np.maximum(null, 1e-9)), _LEAST, _MOST)
    return said


def _events(times_s: Times, hashes: Hashes) -> Places:
    """Number looks so that those that show much the same, or follow in a second, have one number."""
    numbers = np.zeros(len(times_s), np.intp)
    first = 0
    for n in range(1, len(times_s)):
        later = times_s[n] - times_s[first] >= _EVENT_S
        new = later and np.bitwise_count(hashes[n] ^ hashes[first]).sum() > _OTHER
        first = n if new else first
        numbers[n] = numbers[n - 1] + new
    return numbers


def _best_run(values: Times) -> tuple[int, int]:
    """Return begin and end of the run of the largest sum."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    floor = np.minimum.accumulate(total)
    end = int(np.argmax(total - floor))
    begin = int(np.argmin(total[: end + 1]))
    return begin, end
