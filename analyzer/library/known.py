"""Known people: what the decisions of the journal add up to, replayed so that any can be undone."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from analyzer.library.decisions import (
    Alias,
    Anchor,
    AnyDecision,
    Enrol,
    Hide,
    Merge,
    Name,
    Not,
    Split,
    Undo,
)


@dataclass
class KnownPerson:
    """A person that the user has said something about.

    Attributes:
        decisions: the numbers of those about them.
    """

    key: str
    name: str | None = None
    aliases: list[str] = field(default_factory=list)
    hidden: bool = False
    decisions: list[int] = field(default_factory=list)

    def is_called(self, text: str) -> bool:
        """Whether that is their name or an alias; case and spaces do not matter."""
        return plain(text) in map(plain, [self.name or "", *self.aliases])


def plain(name: str) -> str:
    """Return a name as it is compared with others."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


@dataclass(frozen=True)
class Claim:
    """What one decision says of one sighting.

    Attributes:
        key: the person it is about.
        belongs: whether the sighting is theirs, or is not.
        family: all keys that stood for that person when it was decided; empty where a sighting was only
            told apart from a new person: that lapses once this one is merged with another.
    """

    n: int
    anchor: Anchor
    key: str
    belongs: bool
    family: frozenset[str]


class Known:
    """Who is known, and what is decided of whom.

    Attributes:
        people: by key; of those merged, the one that is left.
        undone: the number of the undo, by that of what it undoes.
        dangling: decisions about a person that no decision before them makes.
    """

    def __init__(self, decisions: Sequence[AnyDecision]) -> None:
        self.people: dict[str, KnownPerson] = {}
        self.undone = undone(decisions)
        self.dangling: list[AnyDecision] = []
        self._root: dict[str, str] = {}
        self._lapsed: frozenset[str] = frozenset()
        self._claims: dict[str, list[Claim]] = {}
        for decision in decisions:
            if decision.n not in self.undone and not isinstance(decision, Undo):
                self._replay(decision)

    def __contains__(self, key: str) -> bool:
        return key in self._root

    def root(self, key: str) -> str:
        """Return the key that stands for a person after all merges."""
        return self._root[key]

    def family(self, key: str) -> frozenset[str]:
        """Return all keys that stand for the same person."""
        return frozenset(k for k, root in self._root.items() if root == self._root[key])

    def claims(self, video: str) -> list[Claim]:
        """Return what was decided of the sightings of a video, in order."""
        claims = self._claims.get(video, [])
        return [claim for claim in claims if claim.family or claim.key not in self._lapsed]

    @property
    def videos(self) -> list[str]:
        """The videos in which something was decided."""
        return list(self._claims)

    def _replay(self, decision: AnyDecision) -> None:
        key, other = decision.key or "", decision.other if isinstance(decision, Merge) else None
        if key == f"k{decision.n}":
            self._root[key] = key
            self.people[key] = KnownPerson(key)
        if key not in self._root or (other and other not in self._root):
            self.dangling.append(decision)
            return
        person = self.people[self.root(key)]
        person.decisions.append(decision.n)
        match decision:
            case Name(name=name) | Enrol(name=name):
                person.name = name
            case Alias(alias=alias):
                person.aliases.append(alias)
            case Hide(hidden=hidden):
                person.hidden = hidden
            case Merge(other=str(other)):
                self._merge(person, self.people[self.root(other)])
        self._claim(decision, key)

    def _merge(self, person: KnownPerson, gone: KnownPerson) -> None:
        if gone is person:
            return
        both = self.family(person.key) | self.family(gone.key)
        self._lapsed |= both
        self._root |= dict.fromkeys(both, person.key)
        del self.people[gone.key]
        names = [name for name in (gone.name, *gone.aliases) if name and not person.is_called(name)]
        if person.name is None and names:
            person.name = names.pop(0)
        person.aliases += names
        person.decisions = sorted({*person.decisions, *gone.decisions})

    def _claim(self, decision: AnyDecision, key: str) -> None:
        belongs, family = not isinstance(decision, Not), self.family(key)
        for anchor in decision.anchors:
            self._note(Claim(decision.n, anchor, key, belongs, family))
        for anchor in decision.rest if isinstance(decision, Split) else ():
            self._note(Claim(decision.n, anchor, key, False, frozenset()))

    def _note(self, claim: Claim) -> None:
        self._claims.setdefault(claim.anchor.video, []).append(claim)


def undone(decisions: Sequence[AnyDecision]) -> dict[int, int]:
    """Return the number of the undo by that of the decision that it undoes; an undo can be undone, too."""
    by: dict[int, int] = {}
    for decision in reversed(decisions):
        if isinstance(decision, Undo) and decision.n not in by:
            by.setdefault(decision.undone, decision.n)
    return by
