"""The cast of the library: every person of every video with their appearances, in billing order."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, product
from typing import Literal

from analyzer.library.cards import Appearance, Card
from analyzer.library.decisions import Anchor
from analyzer.library.known import plain
from analyzer.library.placing import Unit
from analyzer.people.billing import screen_time
from analyzer.records import Interval

How = Literal["confirmed", "recognised", "unknown"]
ROLES = ("lead", "cast", "extra")


@dataclass(frozen=True, eq=False)
class Part:
    """What one appearance shows of a person: all of it, but where the user split it.

    Attributes:
        handle: how the command line names it: "<video>:p2", or by a face where another has most of p2.
        how: the user said so; it was recognised; or it is nobody known.
        sure: how probable it is where it was recognised, and how sure the video is of the appearance else.
        maybe: known people that it may be, but not surely, and how probable each is.
    """

    unit: Unit
    handle: str
    how: How
    sure: float
    maybe: tuple[tuple[str, float], ...] = ()

    @property
    def video(self) -> str:
        """The oshash of the video."""
        return self.unit.card.video

    @cached_property
    def intervals(self) -> tuple[Interval, ...]:
        """When on screen."""
        appearance, rows = self.unit.appearance, self.unit.rows
        if len(rows) == len(appearance.sightings):
            return appearance.intervals
        columns = appearance.sightings.columns
        seen = [(columns.starts[row], columns.ends[row]) for row in rows]
        overlaps = (
            (max(start, a), min(end, b))
            for start, end in appearance.intervals
            for a, b in seen
            if a < end and start < b
        )
        return merged(overlaps)


@dataclass(frozen=True, eq=False)
class Member:
    """A person of the library.

    Attributes:
        key: None for who is not known.
        decisions: the numbers of the user's decisions about them.
        parts: the appearances, the longest first.
    """

    parts: tuple[Part, ...]
    key: str | None = None
    name: str | None = None
    aliases: tuple[str, ...] = ()
    hidden: bool = False
    decisions: tuple[int, ...] = ()

    @property
    def handle(self) -> str:
        """What names the person on the command line, and no one else."""
        return self.key or self.parts[0].handle

    @property
    def label(self) -> str:
        """The name with what tells them from another of that name."""
        return f"{self.name} ({self.key})" if self.name else self.handle

    @cached_property
    def videos(self) -> dict[str, tuple[Part, ...]]:
        """The parts by video."""
        found: dict[str, list[Part]] = {}
        for part in self.parts:
            found.setdefault(part.video, []).append(part)
        return {video: tuple(parts) for video, parts in found.items()}

    @cached_property
    def screen_time_s(self) -> float:
        """Seconds on screen in all videos."""
        return sum(screen_time(intervals_of(parts)) for parts in self.videos.values())

    @cached_property
    def roles(self) -> Counter[str]:
        """In how many videos they have each role."""
        return Counter(
            min((p.unit.appearance.role for p in parts), key=ROLES.index) for parts in self.videos.values()
        )

    @property
    def confirmed(self) -> int:
        """How many parts the user gave them."""
        return sum(part.how == "confirmed" for part in self.parts)

    def is_called(self, name: str) -> bool:
        """Whether that is their name or an alias."""
        return plain(name) in map(plain, [self.name or "", *self.aliases])

    def anchors(self, sure: bool = True) -> tuple[Anchor, ...]:
        """Return what all their sightings are found by; unless `sure`, only those nobody confirmed."""
        parts = [part for part in self.parts if sure or part.how != "confirmed"]
        return tuple(chain.from_iterable(part.unit.anchors() for part in parts))

    def rows_of(self, appearance: Appearance) -> set[int]:
        """Return which sightings of an appearance are theirs."""
        units = [part.unit for part in self.parts if part.unit.appearance is appearance]
        return {row for unit in units for row in unit.rows}


@dataclass(frozen=True)
class Cast:
    """Everyone.

    Attributes:
        members: in billing order: who leads more videos, is in the cast of more, is longer on screen.
        unresolved: how many anchors of decisions mean no sighting that a card has now.
        unmatched: how many sightings are of another model than most, and so were compared with nobody.
    """

    members: tuple[Member, ...]
    unresolved: int
    unmatched: int


def billed(members: Iterable[Member]) -> tuple[Member, ...]:
    """Return people in billing order."""
    return tuple(
        sorted(members, key=lambda m: (-m.roles["lead"], -m.roles["cast"], -m.screen_time_s, m.handle))
    )


def intervals_of(parts: Sequence[Part]) -> tuple[Interval, ...]:
    """Return when someone is on screen in one video."""
    return merged(chain.from_iterable(part.intervals for part in parts))


def merged(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return stretches of time in order, those that overlap or touch as one."""
    union: list[Interval] = []
    for start, end in sorted(intervals):
        if union and start <= union[-1][1] + 1e-4:
            union[-1] = (union[-1][0], max(end, union[-1][1]))
        else:
            union.append((start, end))
    return tuple(union)


def shared_frame(one: Member, other: Member) -> tuple[Card, float] | None:
    """Return a frame that shows both of two people, as its video and time; None if there is none."""
    for video, parts in one.videos.items():
        for part, beside in product(parts, other.videos.get(video, ())):
            if common := part.unit.times() & beside.unit.times():
                return part.unit.card, min(common)
    return None
