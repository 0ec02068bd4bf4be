"""Which packets are copied and which frames are encoded again; numbers only, nothing is read."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate

from analyzer.media.cutting.plans import How, Stretch
from analyzer.media.cutting.scan import Scan

REORDERED = 16
"""Frames that decoding may run ahead of showing at most."""
_WORTH = 6
"""Fewer packets in a row are encoded with those beside them."""


class Planner:
    """Plans stretches of one picture track.

    Args:
        scan: of the track.
        mixes: whether copied packets of its codec and encoded ones can follow each other.
    """

    def __init__(self, scan: Scan, mixes: bool) -> None:
        self._scan = scan
        self._stamps = scan.stamps
        self._joints = set(scan.joints)
        self._shown = sorted((s, n) for n, s in enumerate(scan.stamps) if s not in scan.hidden)
        self._mixes = mixes and scan.even and not scan.counted
        backwards = list(accumulate(reversed(scan.stamps), min))
        self._least_after = [*reversed(backwards), scan.end]

    def plan(self, spans: Sequence[tuple[int, int]], how: How) -> list[list[Stretch]]:
        """Return the stretches of each span [start, end), in stamps; none where there is no frame."""
        if how == "copy":
            return [self._copied(*span) for span in spans]
        plans = [self._mixed(*span) for span in spans]
        if self._mixes or all(s.part is None for stretches in plans for s in stretches):
            return plans
        return [self._encoded(*span) for span in spans]

    def snapped(self, start: int, end: int) -> tuple[int, int]:
        """Return the span from a key frame to where copying can end that holds all of a span."""
        copied = self._copied(start, end)
        if not copied:
            return start, end
        low, high = copied[0].low, copied[0].high
        if self._scan.counted:  # the last ones may be decoded later than their number says
            high = (*self._stamps, self._scan.end)[min(copied[0].last + REORDERED, len(self._stamps))]
        return low, high

    def _copied(self, start: int, end: int) -> list[Stretch]:
        before = [k for k in self._scan.keys if self._stamps[k] <= start]
        first = before[-1] if before else self._scan.keys[0]
        low = self._stamps[first]
        last, high = self._clean_end(first, end, beyond=True)
        return [self._stretch(low, high, first, last)] if high > low else []

    def _mixed(self, start: int, end: int) -> list[Stretch]:
        joint = next((j for j in self._scan.joints if start <= self._stamps[j] < end), None)
        if joint is None:
            return self._encoded(start, end)
        low = self._stamps[joint]
        last, high = self._clean_end(joint, end, beyond=False)
        if last - joint < _WORTH and (self._encoded(start, low) or self._encoded(high, end)):
            return self._encoded(start, end)
        return [
            *self._encoded(start, low),
            self._stretch(low, high, joint, last),
            *self._encoded(high, end),
        ]

    def _stretch(self, low: int, high: int, first: int, last: int) -> Stretch:
        frames = sum(stamp >= low for stamp in self._stamps[first:last])
        return Stretch(low=low, high=high, first=first, last=last, frames=frames)

    def _clean_end(self, first: int, end: int, beyond: bool) -> tuple[int, int]:
        """Return up to which packet to copy from `first` on, and the stamp of the first frame left out.

        What is copied are then exactly the frames up to there: all that are shown before `end` and no other,
        as far as the order of decoding allows; `beyond`: or a few more.
        """
        low = latest = self._stamps[first]
        last, high = first, low
        for n in range(first, len(self._stamps)):
            latest = max(latest, self._stamps[n])
            if latest >= end and not beyond:
                break
            if latest < self._least_after[n + 1]:
                last, high = n + 1, self._least_after[n + 1]
                if high >= end:
                    break
        return last, high

    def _encoded(self, start: int, end: int) -> list[Stretch]:
        """Encode what is shown from `start` to before `end`, if there is anything."""
        shown = self._shown[bisect_left(self._shown, (start, 0)) : bisect_left(self._shown, (end, 0))]
        if not shown:
            return []
        first = 0 if self._scan.counted else self._entry(shown[0][0])
        last = max(n for _, n in shown) + 1
        return [Stretch(low=start, high=end, first=first, last=last, frames=len(shown), part=0)]

    def _entry(self, stamp: int) -> int:
        """Return the key frame to decode from; one more ahead where a decoder needs a run-up."""
        keys = self._scan.keys
        at = max(0, bisect_right(keys, stamp, key=self._stamps.__getitem__) - 1)
        return keys[at] if keys[at] in self._joints else keys[max(0, at - 1)]
