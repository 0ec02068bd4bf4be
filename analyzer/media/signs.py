"""What an encoder tells of changes of shot: it begins a group, or sets an intra frame, where one is."""

from collections.abc import Sequence
from itertools import pairwise

from analyzer.media import judge
from analyzer.media.judge import Glimpse

SAME = 9.0
"""Content value up to which two glimpses show one shot."""
CUT = 16.0
"""Content value from which an intra frame that the encoder chose to set begins a shot."""
_JITTER = 4
"""Groups of regular length differ by so many packets: frames at their end may be coded in the next one."""


Pair = tuple[Glimpse, Glimpse]


class Signs:
    """Reads the signs of a film, group after group.

    Args:
        trusting: also of an encoder whose groups may be of any length.
    """

    def __init__(self, trusting: bool) -> None:
        self._trusting = trusting
        self._longest = 0
        self._before = 0

    def read(self, seen: Sequence[Glimpse], packets: int, keys: int) -> tuple[list[Pair], list[Pair]]:
        """Return what the encoder marked, and what differs without a clear mark, each as before and after.

        Args:
            seen: the frames of a group that decode alone, and the first of the next group.
            packets: how many the group has.
            keys: how many of them are key frames.
        """
        ended_early = self._ended_early(packets, keys)
        marked: list[Pair] = []
        unclear: list[Pair] = []
        for a, b in pairwise(seen):
            value = judge.content(a, b)
            if value < SAME or judge.alike(a, b) or judge.dark(b):
                continue
            sign = value >= CUT and (b is not seen[-1] or ended_early) and not judge.dark(a)
            (marked if sign else unclear).append((a, b))
        return marked, unclear

    def _ended_early(self, packets: int, keys: int) -> bool:
        """Whether the encoder ended a group though neither its length nor a regular beat asked for it."""
        longest, before = self._longest, self._before
        self._longest, self._before = max(longest, packets), packets
        regular = keys > 1 or abs(packets - before) <= _JITTER
        return not regular and (self._trusting or packets < longest - _JITTER)
