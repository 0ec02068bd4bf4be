"""marquee find: which videos fulfil conditions."""

import json
import re
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from analyzer.cli.console import clock, complain, err, out, print_line, table
from analyzer.cli.people.common import AsJson, counted, open_library
from analyzer.cli.stores import StoreOption, opened
from analyzer.errors import UsageError
from analyzer.library.whereabouts import Appearances, appearances
from analyzer.paths import from_uri, shown
from analyzer.records import LARGEST
from analyzer.settings import nearest
from analyzer.stores.contract import Order, Query, Store
from analyzer.stores.entries import Row

DURATION = re.compile(r"(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9}(?:\.\d+)?)s?)?", re.ASCII)
People = Annotated[
    list[str] | None, typer.Option(metavar="PERSON", help="Who must be in it; see 'marquee people'.")
]


def find(
    person: People = None,
    with_: Annotated[
        list[str] | None, typer.Option("--with", metavar="PERSON", help="And who else must be.")
    ] = None,
    object_: Annotated[
        list[str] | None, typer.Option("--object", metavar="LABEL", help="An object class that must be seen.")
    ] = None,
    tag: Annotated[list[str] | None, typer.Option(metavar="NAME", help="A tag that it must have.")] = None,
    name: Annotated[str, typer.Option(metavar="TEXT", help="What must be part of its path.")] = "",
    longer: Annotated[str | None, typer.Option(metavar="TIME", help="At least: 90, 90s, 20m, 1h30m.")] = None,
    shorter: Annotated[str | None, typer.Option(metavar="TIME", help="At most.")] = None,
    sort: Annotated[
        Order | None,
        typer.Option(
            help="billing: of the first person, which is the default where one is named; else name."
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, max=LARGEST, metavar="N", help="At most so many.")
    ] = None,
    json_: AsJson = False,
    store: StoreOption = None,
) -> None:
    """Find videos by who and what is in them; every condition must be fulfilled."""
    people = _people([*(person or ()), *(with_ or ())])
    query = Query(
        people=tuple(people),
        objects=tuple(map(_text, object_ or ())),
        tags=tuple(map(_text, tag or ())),
        name=_text(name),
        longer_s=None if longer is None else seconds(longer),
        shorter_s=None if shorter is None else seconds(shorter),
        order=sort or ("billing" if people else "name"),
        limit=limit,
    )
    with opened(store) as kept:
        rows = kept.find(query)
        if not rows:
            _explain(kept, query)
    if json_:
        print_line(json.dumps([_as_json(row, people[:1]) for row in rows]))
    elif rows:
        _print(rows, people[:1])
    err.print(f"{counted(len(rows), 'video')} found")


def seconds(text: str) -> float:
    """Return what a length of time means: 90, 90s, 20m, 1h30m.

    Raises:
        UsageError: it means none.
    """
    match = DURATION.fullmatch(text.strip().lower())
    if not match or not any(match.groups()):
        raise UsageError(f"{text!r} is no length of time; such are 90, 90s, 20m, 1h30m")
    hours, minutes, rest = (float(group or 0) for group in match.groups())
    return 3600 * hours + 60 * minutes + rest


def _people(names: Sequence[str]) -> list[Appearances]:
    """Where each is seen; without names the library is not read."""
    library = open_library() if names else None
    return [appearances(library, name) for name in names if library]


def _text(word: str) -> str:
    """A word of the command line as the store has it: bytes that are not UTF-8 as escapes."""
    return word.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _explain(store: Store, query: Query) -> None:
    """Say which labels there are nowhere: they may be misspelt."""
    asked = {*query.objects, *query.tags}
    known = [*store.tags()] if asked else []
    folded = {name.casefold() for name in known}
    for label in sorted(label for label in asked if label.casefold() not in folded):
        complain(f"no video has {label!r}{nearest(label, known)}")


def _print(rows: Sequence[Row], star: Sequence[Appearances]) -> None:
    numbers = ("length", "billing", "people", "leads")
    found = table("video", *(n for n in numbers if star or n != "billing"), "", right=numbers)
    for row in rows:
        length = counted(round(row.duration_s), "picture") if row.gallery else clock(row.duration_s)
        billing = [str(_billing(row, star) or "")] if star else []
        away = "" if _is_there(row) else "offline"
        found.add_row(shown(from_uri(row.uri)), length, *billing, str(row.people), str(row.leads), away)
    out.print(found)


def _as_json(row: Row, star: Sequence[Appearances]) -> dict[str, Any]:
    billing = {"billing": _billing(row, star)} if star else {}
    return row.model_dump(mode="json") | billing | {"offline": not _is_there(row)}


def _billing(row: Row, star: Sequence[Appearances]) -> int | None:
    """Where the first person that was asked for is billed: "p1" is billed first."""
    ids = (id_ for who in star for video, id_ in who if video == row.video)
    return min((int(id_[1:]) for id_ in ids if id_[1:].isdecimal()), default=None)


def _is_there(row: Row) -> bool:
    try:
        return from_uri(row.uri).exists()
    except OSError:
        return False
