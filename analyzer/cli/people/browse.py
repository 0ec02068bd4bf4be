"""marquee people list, show, history: what the library knows."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from analyzer.cli.console import clock, complain, err, out, print_line, table
from analyzer.cli.people.common import AsJson, Who, counted, open_library, roles_of
from analyzer.cli.people.words import as_json, evidence, in_words
from analyzer.library.cast import Cast, Member, Part
from analyzer.library.known import Known
from analyzer.people.billing import screen_time
from analyzer.records import Interval

SHOWN = 4
"""Stretches of time that are shown of an appearance."""


def list_(
    hidden: Annotated[bool, typer.Option("--hidden", help="Show those who are hidden, too.")] = False,
    extras: Annotated[
        bool, typer.Option("--extras", help="Show passers-by, too: extras of one video whom nobody named.")
    ] = False,
    json_: AsJson = False,
) -> None:
    """List everyone in billing order: who leads more videos, is in the cast of more, is longer on screen."""
    library = open_library()
    cast = library.cast
    chosen = [m for m in cast.members if (hidden or not m.hidden) and (extras or not _passes_by(m))]
    if json_:
        print_line(json.dumps([as_json(member) for member in chosen]))
        return
    numbers = ("#", "videos", "seconds", "confirmed", "recognised")
    rows = table("#", "person", "name", "roles", *numbers[1:], "longest in", right=numbers)
    for rank, member in enumerate(chosen, 1):
        recognised = sum(part.how == "recognised" for part in member.parts)
        counts = (len(member.videos), f"{member.screen_time_s:.1f}", member.confirmed or "", recognised or "")
        name = (member.name or "") + (" (hidden)" if member.hidden else "")
        where = Path(member.parts[0].unit.card.path).name if member.parts else ""
        rows.add_row(str(rank), member.handle, name, roles_of(member), *map(str, counts), where)
    if chosen:
        out.print(rows)
    else:
        out.print("nobody yet; 'marquee analyze' a video, its people appear here")
    _explain(cast, hidden, extras)
    if damaged := library.shelf.damaged:
        complain(
            f"{counted(len(damaged), 'damaged card')} left out; analyzing those videos again renews them"
        )


def _passes_by(member: Member) -> bool:
    return member.key is None and len(member.videos) == 1 and set(member.roles) == {"extra"}


def _explain(cast: Cast, hidden: bool, extras: bool) -> None:
    if not hidden and (count := sum(member.hidden for member in cast.members)):
        err.print(f"{count} hidden (--hidden shows them)")
    if not extras and (count := sum(map(_passes_by, cast.members))):
        err.print(f"{count} passing by, as extras of one video (--extras shows them)")
    if cast.unresolved:
        err.print(f"{counted(cast.unresolved, 'decided sighting')} not found in the records as they are now")
    if cast.unmatched:
        err.print(f"{counted(cast.unmatched, 'sighting')} without an embedding to compare")


def show(person: Who, json_: AsJson = False) -> None:
    """Show one person: when they are seen in which video, by which faces, and what was decided about them."""
    library = open_library()
    member = library.resolve(person)
    if json_:
        print_line(json.dumps(as_json(member)))
        return
    out.print(member.label, style="bold")
    if member.aliases:
        out.print(f"also called {', '.join(member.aliases)}")
    place = library.cast.members.index(member) + 1
    out.print(
        f"number {place} of the library: {counted(len(member.videos), 'video')}, "
        f"{clock(member.screen_time_s)} on screen, {roles_of(member)}" + (", hidden" if member.hidden else "")
    )
    if member.parts:
        out.print(_appearances(member, library.known))
    for decision in library.decisions:
        if decision.n in member.decisions:
            out.print(f"decision {decision.n}: {in_words(decision)}")


def _appearances(member: Member, known: Known) -> Table:
    rows = table(
        "person", "role", "seconds", "how", "when", "faces", title="\nAppearances", right=("seconds",)
    )
    for part in member.parts:
        appearance = part.unit.appearance
        rows.add_row(
            part.handle,
            appearance.role,
            f"{screen_time(part.intervals):.1f}",
            _how(part, known),
            _when(part.intervals),
            ", ".join(f"{face} at {clock(time_s)}" for face, time_s in evidence(part)),
        )
    return rows


def _how(part: Part, known: Known) -> str:
    if part.maybe:
        likely = (f"{known.people[key].name or key} {sure:.0%}" for key, sure in part.maybe)
        return f"maybe {' or '.join(likely)}"
    return f"{part.how}, {part.sure:.0%}" if part.how == "recognised" else part.how


def _when(intervals: Sequence[Interval]) -> str:
    shown = ", ".join(f"{clock(start)}-{clock(end)}" for start, end in intervals[:SHOWN])
    return shown + (f" and {len(intervals) - SHOWN} more" if len(intervals) > SHOWN else "")


def history() -> None:
    """Show every decision in order; the numbers are what 'undo' takes."""
    library = open_library()
    rows = table("#", "when", "what", "", right=("#",))
    for decision in library.decisions:
        by = library.known.undone.get(decision.n)
        rows.add_row(str(decision.n), decision.at, in_words(decision), f"undone by {by}" if by else "")
    if library.decisions:
        out.print(rows)
    else:
        out.print("nothing was decided yet")
