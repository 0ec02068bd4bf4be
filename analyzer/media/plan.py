"""When to look: pure arithmetic on seconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Literal

Effort = Literal["fast", "balanced", "thorough"]

GAP_S = {"fast": 60.0, "balanced": 3.5, "thorough": 0.5}
"""Seconds after which a shot is looked at again; balanced promises 4, and both ends may be off by a slack."""
LEAST_LOOKS, LEAST_GAP_S = 30, 0.5
"""Unless in a hurry, a short film is looked at so many times, or so often."""
SLACK_S = 0.25
"""A frame at hand this near to the planned time will do."""
LOOKS = {"fast": 1, "balanced": 3, "thorough": 1}
"""Looks that each shot gets, where it has so many frames."""
KEY_EVERY_S = {"fast": 1.0, "balanced": 2.0, "thorough": 0.5}
"""Key frames come free: they are looked at though nothing asks for it, at most this often."""
CLOSE_S = 1e-4
"""Times that are nearer to each other than this are one."""
_MAX_STEPS = 2000
"""More than a group has packets: damaged time stamps must not ask for millions of looks."""
_EARLY = 0.75
"""Looks are drawn towards the start of a group by this factor: decoding begins there."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A time to look.

    Attributes:
        shot: number of the shot.
        start_s, end_s: the piece of the shot in which the look must lie.
        slack_s: how far from `time_s` a frame may be that need not be decoded first.
    """

    time_s: float
    shot: int
    start_s: float
    end_s: float
    slack_s: float


@dataclass(slots=True)
class Planner:
    """Plans the looks at a film, group after group.

    Attributes:
        effort: how often.
        duration_s: of the film, as far as it is known; 0: it is not.
    """

    effort: Effort
    duration_s: float = 0.0
    _shot: int = 0
    _had: int = 0
    _last_s: float = 0.0

    @property
    def gap_s(self) -> float:
        """Seconds after which a shot is looked at again."""
        gap = GAP_S[self.effort]
        if self.effort == "fast" or not self.duration_s:
            return gap
        return min(gap, max(LEAST_GAP_S, self.duration_s / LEAST_LOOKS))

    def stops(
        self, start_s: float, end_s: float, keys: Sequence[float], changes: Sequence[float], last: bool
    ) -> list[Stop]:
        """Return the stops in a group, rising.

        Args:
            start_s: of the group.
            end_s: of the group.
            keys: times of key frames in it.
            changes: where shots begin in it or at its end, rising.
            last: whether it is the film's last group.
        """
        edges = [start_s, *(c for c in changes if start_s + CLOSE_S < c < end_s - CLOSE_S), end_s]
        ends_shot = last or any(c >= end_s - CLOSE_S for c in changes)
        stops: list[Stop] = []
        for i, (begin, end) in enumerate(pairwise(edges)):
            closes = i < len(edges) - 2 or ends_shot
            inside = [key for key in keys if begin - CLOSE_S <= key < end - CLOSE_S]
            times = self._times(begin, end, inside, closes)
            slack = min(SLACK_S, 0.5 * (end - begin) / (len(times) or 1))
            stops += [Stop(t, self._shot, begin, end, CLOSE_S if t in inside else slack) for t in times]
            self._had += len(times)
            self._last_s = times[-1] if times else self._last_s
            if closes:
                self._shot, self._had = self._shot + 1, 0
        return stops

    def _times(self, begin: float, end: float, keys: Sequence[float], closes: bool) -> list[float]:
        """Return when to look at a piece of the open shot."""
        chosen: list[float] = []
        for key in keys:
            if not (self._had or chosen) or key - (chosen or [self._last_s])[-1] >= KEY_EVERY_S[self.effort]:
                chosen.append(key)
        if not (self._had or chosen):
            chosen.append(begin)
        # The next piece begins with a key frame: a shot that goes on has one look more to come.
        wanted = LOOKS[self.effort] - self._had - (0 if closes else 1)
        posts = [*([self._last_s] if self._had else []), *chosen, end]
        for a, b in pairwise(posts):
            lacking = wanted - len(chosen) if b == end else 0
            chosen += [max(time, begin) for time in _between(a, b, self.gap_s, lacking)]
        return sorted(set(chosen))


def _between(a: float, b: float, gap_s: float, count: int) -> list[float]:
    """Return times between two looks: at least `count`, no gap over `gap_s`, rather early than late."""
    steps = min(max(ceil((b - a) / gap_s - 1e-6), count + 1, 1), _MAX_STEPS)
    width = (b - a) / steps
    tail = (b - a) - (steps - 1) * width * _EARLY
    factor = _EARLY if tail <= gap_s else 1.0
    return [a + width * factor * i for i in range(1, steps)]
