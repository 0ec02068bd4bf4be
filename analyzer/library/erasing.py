"""The journal without a person."""

from collections.abc import Collection, Mapping, Sequence

from analyzer.library.cards import Card
from analyzer.library.cast import Member
from analyzer.library.decisions import Alias, Anchor, AnyDecision, Enrol, Merge, Name, Split, Undo
from analyzer.library.known import Known, plain
from analyzer.library.placing import Finder

Anchors = Mapping[str, tuple[Anchor, ...]]
"""Where someone is seen, by video."""


def without(
    lines: Sequence[AnyDecision], known: Known, member: Member, anchors: Anchors, cards: Mapping[str, Card]
) -> tuple[AnyDecision, ...]:
    """Return the decisions that are left when a person is forgotten.

    Gone are those about the person, under all keys and whether they count or not, with their undo lines; and
    out of the others the person's sightings and name.
    """
    names = {plain(name) for name in names_of(lines, known, member)}
    keys = _keys(lines, known, member, names)
    gone = {line.n for line in lines if line.key in keys or (isinstance(line, Merge) and line.other in keys)}
    gone |= {line.n for line in lines if line.n in known.undone and plain(_name_in(line)) in names}
    for line in lines:  # an undo comes after what it undoes
        if isinstance(line, Undo) and line.undone in gone:
            gone.add(line.n)
    theirs = _Sightings(anchors, cards)
    return tuple(_cleaned(line, known, names, theirs) for line in lines if line.n not in gone)


def names_of(lines: Sequence[AnyDecision], known: Known, member: Member) -> set[str]:
    """Return all names that a person has or had."""
    keys = known.family(member.key) if member.key else frozenset()
    given = {_name_in(line) for line in lines if line.key in keys}
    return {name for name in (member.name, *member.aliases, *given) if name}


def _keys(lines: Sequence[AnyDecision], known: Known, member: Member, names: Collection[str]) -> set[str]:
    """The keys of the person, and those that count no more and bore the name."""
    keys = set(known.family(member.key)) if member.key else set()
    dead = {
        line.key for line in lines if line.key and line.key not in known and plain(_name_in(line)) in names
    }
    return keys | dead


def _name_in(line: AnyDecision) -> str:
    match line:
        case Name(name=name) | Enrol(name=name) | Alias(alias=name):
            return name
    return ""


class _Sightings:
    """The sightings of the person who is forgotten."""

    def __init__(self, anchors: Anchors, cards: Mapping[str, Card]) -> None:
        self._finders = {video: Finder(cards[video]) for video in anchors}
        self._places = {
            video: {hit[0] for anchor in some if (hit := self._finders[video].find(anchor))}
            for video, some in anchors.items()
        }

    def out_of(self, anchors: Sequence[Anchor]) -> tuple[Anchor, ...]:
        """Return the anchors that mean none of them."""
        return tuple(anchor for anchor in anchors if not self._means_one(anchor))

    def _means_one(self, anchor: Anchor) -> bool:
        finder = self._finders.get(anchor.video)
        hit = finder.find(anchor) if finder else None
        return hit is not None and hit[0] in self._places[anchor.video]


def _cleaned(line: AnyDecision, known: Known, names: Collection[str], theirs: _Sightings) -> AnyDecision:
    changes: dict[str, object] = {"anchors": theirs.out_of(line.anchors)}
    if isinstance(line, Split):
        changes["rest"] = theirs.out_of(line.rest)
    if plain(_name_in(line)) in names and line.key and line.key in known:
        person = known.people[known.root(line.key)]
        if not person.is_called(_name_in(line)):  # a name that was given by mistake and changed
            changes["name"] = person.name
    return line.model_copy(update=changes)
