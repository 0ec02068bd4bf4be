"""marquee similar: which videos show what one shows."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from analyzer.cli.console import clock, complain, err, out, print_line, table
from analyzer.cli.people.common import AsJson, counted
from analyzer.cli.stores import StoreOption, opened
from analyzer.errors import UsageError
from analyzer.paths import from_uri, key_of, shown
from analyzer.progress import silent
from analyzer.recorded import frames_of
from analyzer.settings import load
from analyzer.similar.comparing import Film
from analyzer.similar.films import Films
from analyzer.similar.searching import Found, Searcher, Subject, at_hand
from analyzer.similar.verdict import Common
from analyzer.stores.entries import Row, prints_of
from analyzer.worker import Worker

SHORT_S = 600.0
"""Videos up to this long are looked at closely before they are looked for."""
WORDS = {
    "file": "the same file",
    "same": "the same",
    "part": "is a clip of it",
    "whole": "holds it as a clip",
    "shares": "has a part in common",
}


def similar(
    video: Annotated[Path, typer.Argument(help="A video, analyzed or not.", readable=False)],
    look: Annotated[
        bool,
        typer.Option("--look/--no-look", help="Decode videos again where their hashes leave doubt."),
    ] = True,
    json_: AsJson = False,
    store: StoreOption = None,
) -> None:
    """Find videos of the store that show the same as one: copies, edits, clips of it, films that it is in.

    Videos on a drive that is away are compared, too, by what their records hold. Nothing is written.
    """
    if at_hand(video) and video.is_dir():
        raise UsageError(f"{shown(video)}: is a folder; name a video")
    films = films_of(store)
    with Worker(load()) as worker:
        subject = _subject(video, films, worker, look)
        others = [n for n in films.candidates(subject.film.prints) if films.rows[n].key != key_of(video)]
        found = searcher(films, worker, look).search(subject, others)
    tell_without(films)
    if json_:
        print_line(json.dumps([_as_json(films.rows[n], one) for n, one in found]))
    elif found:
        _print(films.rows, found)
    err.print(f"{counted(len(found), 'similar video')} found")


def films_of(store: str | None) -> Films:
    """Return the films of a store."""
    with opened(store) as kept:
        return Films(kept.prints())


def tell_without(films: Films) -> None:
    """Say how many films have no hashes."""
    if films.without:
        complain(
            f"not compared: {counted(films.without, 'video')} without hashes, all black or of older records; "
            "'marquee analyze' renews these"
        )


def searcher(films: Films, worker: Worker, look: bool) -> Searcher:
    """Return what compares films, and with `look` decodes those that leave doubt."""
    return Searcher(films, (lambda path, span: worker.look_closely(path, span, silent)) if look else None)


def _subject(video: Path, films: Films, worker: Worker, look: bool) -> Subject:
    """The video as it is now; of one that is away, what the store has."""
    known = next((n for n, row in enumerate(films.rows) if row.key == key_of(video)), None)
    if known is not None and not at_hand(video):
        complain(f"{shown(video)}: is away; compared by what its record holds")
        return Subject(films.films[known], None, films.rows[known].video)
    movie = frames_of(video, load(), worker, silent)
    source = movie.source
    if look and source.duration_s <= SHORT_S:
        span = (0.0, source.duration_s)
        film = Film(duration_s=source.duration_s, prints=worker.look_closely(video, span, silent))
        return Subject(film, video, source.oshash, close=True)
    film = Film(duration_s=source.duration_s, prints=prints_of(movie))
    return Subject(film, video, source.oshash)


def _print(rows: Sequence[Row], found: Sequence[tuple[int, Found]]) -> None:
    shows = table("video", "what it is", "there", "here", "", "seen by", right=("there", "here"))
    for n, one in found:
        common = one.common
        by = "pictures" if one.looked else "hashes"
        where = (_span(common.theirs_s), _span(common.ours_s))
        name = shown(from_uri(rows[n].uri))
        shows.add_row(
            name, WORDS[common.relation], *where, _edits(common), "" if common.relation == "file" else by
        )
    out.print(shows)


def _span(span: tuple[float, float]) -> str:
    return f"{clock(span[0])} - {clock(span[1])}"


def _edits(common: Common) -> str:
    speed = f"at {1 / common.speed:.0%} of the speed" if abs(common.speed - 1) > 0.01 else ""
    return ", ".join(filter(None, ["mirrored" if common.mirrored else "", speed]))


def _as_json(row: Row, found: Found) -> dict[str, Any]:
    by = "pictures" if found.looked else "hashes"
    return {"path": row.path, "uri": row.uri, "by": by, **found.common.model_dump(mode="json")}
