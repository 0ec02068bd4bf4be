"""Which groups hold a change of shot, and where.

An encoder that looks for cuts begins a group, or sets an intra frame, where one is: such a frame that differs
from the last one is the cut, and nothing more is decoded. Where frames differ without such a sign, the
group between them is decoded and judged frame by frame.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from av.video.frame import VideoFrame

from analyzer.media import judge
from analyzer.media.judge import Change, Glimpse
from analyzer.media.packets import Group
from analyzer.media.plan import Effort
from analyzer.records import Shot

SAME = 9.0
"""Content value up to which two glimpses may show one shot."""
CUT = 18.0
"""Content value from which an intra frame set by the encoder begins a shot."""
ALLOWANCE = {"fast": 0.05, "balanced": 0.5, "thorough": 1.0}
"""Share of a film's packets that may be decoded to judge changes."""


@dataclass(slots=True)
class Scouted:
    """A group, the frames in it that decode alone (the first is the group's start), and glimpses of them."""

    group: Group
    frames: list[VideoFrame]
    glimpses: list[Glimpse]
    start_s: float


@dataclass(slots=True)
class ShotFinder:
    """Finds changes of shot, group after group.

    Attributes:
        effort: how much may be decoded.
        min_length_s: shots shorter than this are joined to the one before.
        frame_s: how long a frame is usually shown.
        decode: returns glimpses of all frames of a group.
    """

    effort: Effort
    min_length_s: float
    frame_s: float
    decode: Callable[[Group], Iterable[Glimpse]]
    changes: list[Change] = field(default_factory=list)
    _fades: judge.Feed = field(init=False)
    _longest: int = 0
    _read: int = 0
    _judged: int = 0

    def __post_init__(self) -> None:
        self._fades = judge.fades(self.frame_s)

    def find(self, here: Scouted, after: Scouted | None) -> list[Change]:
        """Return the changes in a group and at the start of the one `after` it, in order."""
        seen = [*here.glimpses, *(after.glimpses[:1] if after else [])]
        natural = abs(len(here.group.packets) - self._longest) <= 1 or len(here.group.packets) > self._longest
        self._longest = max(self._longest, len(here.group.packets))
        self._read += len(here.group.packets)
        found: list[Change] = []
        suspect = False
        for index, (a, b) in enumerate(pairwise(seen), 1):
            value = judge.content(a.thumb, b.thumb)
            forced = after is not None and index == len(seen) - 1 and natural
            if value >= CUT and not forced:
                found.append(Change(b.time_s, "cut"))
            elif value >= SAME:
                suspect = True
        if suspect and self._may_judge(here.group):
            seen = [*self.decode(here.group), *(after.glimpses[:1] if after else [])]
            found = self._judge(seen)
        found += [Change(time, "fade") for glimpse in self._new(seen) for time in self._fades.see(glimpse)]
        return self._accept(found)

    _last_seen: float = -1.0

    def _new(self, seen: list[Glimpse]) -> list[Glimpse]:
        fresh = []
        for glimpse in seen:
            if glimpse.time_s > self._last_seen:
                self._last_seen = glimpse.time_s
                fresh.append(glimpse)
        return fresh

    def _may_judge(self, group: Group) -> bool:
        if self._judged > ALLOWANCE[self.effort] * self._read:
            return False
        self._judged += len(group.packets)
        return True

    def _judge(self, seen: list[Glimpse]) -> list[Change]:
        if len(seen) < 2:
            return []
        return judge.cuts(seen, self.frame_s) + judge.dissolves(seen)

    def _accept(self, found: list[Change]) -> list[Change]:
        accepted = []
        for change in sorted(found, key=lambda c: (c.time_s, c.transition)):
            last = self.changes[-1].time_s if self.changes else 0.0
            if change.time_s - last >= self.min_length_s:
                self.changes.append(change)
                accepted.append(change)
        return accepted

    def shots(self, end_s: float) -> tuple[Shot, ...]:
        """Return the shots up to the end of the film; a last one that is too short joins the one before."""
        changes = [c for c in self.changes if c.time_s < end_s]
        if changes and end_s - changes[-1].time_s < self.min_length_s:
            changes.pop()
        ends = [*(c.time_s for c in changes), end_s]
        first = Shot(start_s=0, end_s=ends[0], transition="start")
        rest = zip(changes, ends[1:], strict=True)
        return first, *(Shot(start_s=c.time_s, end_s=end, transition=c.transition) for c, end in rest)
