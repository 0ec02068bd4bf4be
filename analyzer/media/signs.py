"""What an encoder tells of changes of shot: it begins a group, or sets an intra frame, where one is."""

from collections.abc import Sequence
from itertools import pairwise

from analyzer.media import judge
from analyzer.media.judge import Change, Glimpse
from analyzer.media.packets import Group

SAME = 9.0
"""Content value up to which two glimpses show one shot."""
CUT = 16.0
"""Content value from which an intra frame that the encoder chose to set begins a shot."""
_JITTER = 4
"""Groups of regular length differ by so many packets: frames at their end may be coded in the next one."""


class Signs:
    """Reads the signs of a film, group after group.

    Args:
        trusting: also of an encoder whose groups may be of any length, and of what may be a flash.
    """

    def __init__(self, trusting: bool) -> None:
        self._trusting = trusting
        self._longest = 0
        self._before = 0

    def read(
        self, seen: Sequence[Glimpse], group: Group
    ) -> tuple[list[Change], list[tuple[Glimpse, Glimpse]]]:
        """Return the changes that the encoder marked, and the pairs that differ without a clear mark.

        Args:
            seen: the frames of a group that decode alone, and the first of the next group.
            group: the group.
        """
        ended_early = self._ended_early(group)
        changes, open_pairs = [], []
        for a, b in pairwise(seen):
            value = judge.content(a, b)
            if value < SAME or judge.alike(a, b) or judge.dark(b):
                continue
            marked = value >= CUT and (b is not seen[-1] or ended_early) and not judge.dark(a)
            if marked and (self._trusting or not judge.lit(a, b)):
                changes.append(Change(b.time_s, "cut"))
            else:
                open_pairs.append((a, b))
        return changes, open_pairs

    def _ended_early(self, group: Group) -> bool:
        """Whether the encoder ended a group though neither its length nor a regular beat asked for it."""
        size, longest, before = len(group.packets), self._longest, self._before
        self._longest, self._before = max(longest, size), size
        regular = group.keys > 1 or abs(size - before) <= _JITTER
        return not regular and (self._trusting or size < longest - _JITTER)
