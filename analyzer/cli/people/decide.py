"""marquee people name, alias, merge, split, not, hide, undo: what the user decides."""

from collections.abc import Sequence
from typing import Annotated

import typer

from analyzer.cli.console import clock, out
from analyzer.cli.people.common import Faces, Who, open_library
from analyzer.cli.people.words import in_words
from analyzer.errors import UsageError
from analyzer.library.addresses import check_name, told_apart
from analyzer.library.cast import Member, shared_frame
from analyzer.library.decisions import Alias, Anchor, AnyDecision, Hide, Merge, Name, Not, Split
from analyzer.library.library import Library

Called = Annotated[str, typer.Argument(metavar="NAME", help="In quotes where it has spaces.")]


def name(
    person: Who,
    name: Called,
    another: Annotated[bool, typer.Option("--another", help="Make a second person of that name.")] = False,
) -> None:
    """Give a person a name, or another one.

    Naming someone whom the library only recognised, by the name that it gave, confirms it.
    """
    library, name = open_library(), check_name(name)
    member = library.resolve(person)
    if member.key and ":" in person and not member.is_called(person):
        anchors = _confirmed(library, member, person, name)
    else:
        anchors = () if member.key else member.anchors()
    if not anchors and member.name == name:
        raise UsageError(f"{member.label} is called so already")
    others = [other for other in library.addresses.called(name) if other != member]
    if others and not another:
        raise UsageError(
            f"{name} is taken: {told_apart(others)}; 'marquee people merge' if it is the same person, "
            "--another for a second person of that name"
        )
    _decide(library, Name(key=member.key, name=name, anchors=anchors))


def _confirmed(library: Library, member: Member, place: str, name: str) -> tuple[Anchor, ...]:
    """The sightings of a known person that are named by that person's own name."""
    if not member.is_called(name):
        raise UsageError(
            f"{place} is {member.label}; to rename that person, name {member.key}; if it is somebody else, "
            f"say 'marquee people not {member.key} {place}' first"
        )
    return library.addresses.place(place).anchors()


def alias(person: Who, alias: Called) -> None:
    """Give a person a name beside the first: they are found under both."""
    library, alias = open_library(), check_name(alias)
    member = _known(library, person)
    if member.is_called(alias):
        raise UsageError(f"{member.label} is called {alias} already")
    _decide(library, Alias(key=member.key, alias=alias))


def merge(
    person: Who,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="Who is the same person.")],
    force: Annotated[bool, typer.Option("--force", help="Although a frame shows both.")] = False,
) -> None:
    """Make two people one; the first one's name stays, the other's becomes an alias."""
    library = open_library()
    kept, gone = library.resolve(person), library.resolve(other)
    if kept == gone:
        raise UsageError(f"{person} and {other} are the same person already, {kept.label}")
    if not force and (frame := shared_frame(kept, gone)):
        card, time_s = frame
        raise UsageError(
            f"{kept.label} and {gone.label} are two people: {card.path} shows both at {clock(time_s)} "
            f"({time_s:.1f} s); --force merges them all the same"
        )
    if kept.key is None:
        kept, gone = gone, kept
    unknown = [member for member in (kept, gone) if member.key is None]
    anchors = tuple(anchor for member in unknown for anchor in member.anchors())
    _decide(library, Merge(key=kept.key, other=gone.key, anchors=anchors))


def split(person: Who, faces: Faces) -> None:
    """Make a person of their own of the sightings that some faces belong to."""
    library = open_library()
    member = library.resolve(person)
    moved = _anchors(library, member, faces)
    rest = tuple(anchor for anchor in member.anchors(sure=False) if anchor not in moved)
    if len(moved) == len(member.anchors()):
        raise UsageError(f"that is all of {member.label}: nothing would be left")
    _decide(library, Split(anchors=moved, rest=rest))


def not_(person: Who, faces: Faces) -> None:
    """Say that some faces are not of a person: they never come back to that one by themselves."""
    library = open_library()
    member = _known(library, person)
    _decide(library, Not(key=member.key, anchors=_anchors(library, member, faces)))


def hide(person: Who, off: Annotated[bool, typer.Option("--off", help="Show again.")] = False) -> None:
    """Leave a person out of the list, or show them again."""
    library = open_library()
    member = library.resolve(person)
    if member.hidden != off:
        raise UsageError(f"{member.label} is {'not hidden' if off else 'hidden already'}")
    anchors = () if member.key else member.anchors()
    _decide(library, Hide(key=member.key, hidden=not off, anchors=anchors))


def undo(
    number: Annotated[
        int | None, typer.Argument(help="As 'history' shows it; else the last decision.")
    ] = None,
) -> None:
    """Take a decision back, the last one or any; to take the undo back, undo its own number."""
    library = open_library()
    target = library.undo(number)
    again = library.known.undone[target.n]
    out.print(f"undone: decision {target.n}, {in_words(target)} ('marquee people undo {again}' redoes it)")


def _known(library: Library, person: str) -> Member:
    member = library.resolve(person)
    if member.key is None:
        raise UsageError(f"{member.label} is nobody known; 'marquee people name' or 'split' makes them so")
    return member


def _anchors(library: Library, member: Member, faces: Sequence[str]) -> tuple[Anchor, ...]:
    """The sightings that faces belong to, all of them the member's."""
    found: dict[Anchor, None] = {}
    for face in faces:
        named = library.addresses.place(face)
        rows = set(named.rows) & member.rows_of(named.appearance)
        if not rows:
            owner, _ = library.addresses.owner(named)
            raise UsageError(
                f"{face} is not {member.label}'s" + (f" but {owner.label}'s" if owner.key else "")
            )
        found |= dict.fromkeys(named.anchors(rows))
    return tuple(found)


def _decide(library: Library, decision: AnyDecision) -> None:
    number = library.decide(decision)
    written = next(line for line in library.decisions if line.n == number)
    out.print(f"{in_words(written)} (decision {number}; 'marquee people undo' takes it back)")
