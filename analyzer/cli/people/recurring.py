"""marquee people common: who recurs across galleries or videos that each show little of them."""

import json
from collections.abc import Sequence
from math import ceil
from pathlib import Path
from typing import Annotated, Any

import typer

from analyzer.cli.console import clock, complain, err, out, print_line, table
from analyzer.cli.people.common import AsJson, counted, open_library
from analyzer.cli.people.photos import prepare
from analyzer.errors import USER_ERRORS, UsageError
from analyzer.library.addresses import check_name
from analyzer.library.cards import Card, card_of
from analyzer.library.decisions import Enrol
from analyzer.library.enrolling import anchors_of, card_of_one
from analyzer.library.identifying import Identifier
from analyzer.library.library import Library
from analyzer.library.recurring import LEAST, Recurring, find_recurring
from analyzer.paths import shown
from analyzer.progress import silent
from analyzer.recorded import record_of
from analyzer.records import Embedding, Movie
from analyzer.settings import Settings, load
from analyzer.worker import Worker

NEARLY_ALL = 0.8
"""Share of the galleries credited to a performer in which the performer's face must be."""
DOUBTFUL = 0.6
"""Below this confidence a face is not taken for a performer's."""
EVIDENCE = 4
"""Items whose best faces are shown."""


def common(
    items: Annotated[
        list[Path], typer.Argument(help="Videos, pictures, folders of pictures.", readable=False)
    ],
    performer: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Give this name to the one face that (nearly) all have in common."),
    ] = None,
    json_: AsJson = False,
) -> None:
    """Find who recurs across galleries or videos, although each shows them little.

    Without --performer nothing is written.
    """
    library, name, settings = open_library(), performer and check_name(performer), load()
    prepare(settings)
    movies = _records(items, settings)
    people = find_recurring(list(movies.values()))
    rows = [_row(person, movies, Identifier(library)) for person in people]
    if json_:
        print_line(json.dumps(rows))
    else:
        _show(rows, len(movies))
    if name:
        said = _name(library, name, _performer(people, len(movies), name), list(movies.values()))
        (err if json_ else out).print(said)


def _records(items: Sequence[Path], settings: Settings) -> dict[Path, Movie]:
    """The records of what can be read, each once.

    Raises:
        UsageError: fewer than two are left.
    """
    found: dict[Path, Movie] = {}
    with Worker(settings) as worker:
        for path in items:
            try:
                movie = record_of(path, settings, worker, silent)
            except USER_ERRORS as error:
                complain(str(error))
                continue
            if movie.source.oshash in {other.source.oshash for other in found.values()}:
                complain(f"{shown(path)}: left out: it is the same as another one")
            else:
                found[path] = movie
    if len(found) < LEAST:
        raise UsageError("nothing can be common to fewer than two galleries or videos; name more")
    return found


def _row(person: Recurring, movies: dict[Path, Movie], identifier: Identifier) -> dict[str, Any]:
    paths, records = list(movies), list(movies.values())
    evidence = [_evidence(paths[item], records[item], i) for item, i in person.best_faces(records).items()]
    match = identifier.who(_vectors(person, records))
    known = identifier.members[match.ranked[0][0]].label if match.verdict == "known" else None
    seen = sum(len(tracks) for tracks in person.tracks.values())
    return {
        "items": len(person.tracks),
        "of": len(movies),
        "seen": seen,
        "confidence": round(person.confidence, 3),
        "known": known,
        "evidence": evidence,
    }


def _evidence(path: Path, movie: Movie, index: int) -> dict[str, Any]:
    face = movie.faces[index]
    keyframe = movie.keyframes[face.keyframe]
    return {"item": str(path), "picture": keyframe.picture, "time_s": keyframe.time_s, "box": face.box}


def _vectors(person: Recurring, movies: Sequence[Movie]) -> list[Embedding]:
    tracks = (movies[item].tracks[t] for item, own in person.tracks.items() for t in own)
    return [track.embedding for track in tracks if track.embedding]


def _show(rows: Sequence[dict[str, Any]], items: int) -> None:
    if not rows:
        out.print(f"nobody is in two of {items}")
        return
    numbers = ("#", "seen", "confidence")
    lines = table("#", "in", "seen", "confidence", "known as", "for example", right=numbers)
    for i, row in enumerate(rows, 1):
        examples = ", ".join(_example(evidence) for evidence in row["evidence"][:EVIDENCE])
        support, sure = f"{row['items']} of {items}", f"{row['confidence']:.2f}"
        lines.add_row(str(i), support, str(row["seen"]), sure, row["known"] or "", examples)
    out.print(lines)


def _example(evidence: dict[str, Any]) -> str:
    item = Path(evidence["item"])
    if evidence["picture"]:
        return shown(item / evidence["picture"] if item.is_dir() else item)
    return f"{shown(item)} at {clock(evidence['time_s'])}"


def _performer(people: Sequence[Recurring], items: int, name: str) -> Recurring:
    needed = max(LEAST, ceil(NEARLY_ALL * items))
    likely = [p for p in people if len(p.tracks) >= needed and p.confidence >= DOUBTFUL]
    if len(likely) == 1:
        return likely[0]
    near = ", ".join(f"#{i + 1} in {len(p.tracks)}" for i, p in enumerate(people[:EVIDENCE])) or "nobody"
    raise UsageError(
        f"{name} is not named: {len(likely) or 'no'} faces are common to at least {needed} of {items} "
        f"({near}); give other galleries"
    )


def _name(library: Library, name: str, person: Recurring, movies: Sequence[Movie]) -> str:
    if taken := library.addresses.called(name):
        raise UsageError(f"{name} is taken, by {taken[0].key}; name the performer otherwise, then merge them")
    excerpts = [person.excerpt(movies, item) for item in person.tracks]
    anchors = tuple(anchor for excerpt in excerpts for anchor in anchors_of(_card(library, excerpt)))
    number = library.decide(Enrol(name=name, anchors=anchors))
    items = counted(len(excerpts), "item")
    return f"{name} is named in {items} (decision {number}; 'marquee people undo' takes it back)"


def _card(library: Library, excerpt: Movie) -> Card:
    """The card of one person in one item, kept in the library unless it knows the item."""
    if excerpt.source.oshash in library.cards:
        return card_of(excerpt, None)
    card = card_of_one(excerpt)
    library.shelf.put(card)
    return card
