"""marquee similar, dedupe: which videos show the same."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from analyzer.cli.console import clock, complain, err, megabytes, out, print_line, table
from analyzer.cli.people.common import AsJson, counted
from analyzer.cli.progress import BatchProgress
from analyzer.cli.stores import StoreOption, opened
from analyzer.errors import MarqueeError, UsageError
from analyzer.paths import from_uri, key_of, shown
from analyzer.progress import silent
from analyzer.recorded import frames_of
from analyzer.settings import load
from analyzer.similar.comparing import Film
from analyzer.similar.dedupe import Clip, Duplicates, Group, duplicates
from analyzer.similar.films import Films
from analyzer.similar.quality import Condition, Copy, why
from analyzer.similar.searching import Found, Look, Searcher, Subject
from analyzer.similar.verdict import Common
from analyzer.stores import sidecar
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
    if video.is_dir():
        raise UsageError(f"{shown(video)}: is a folder; name a video")
    films = _films(store)
    with Worker(load()) as worker, _looking(worker, look) as looker:
        subject = _subject(video, films, worker, look)
        others = [n for n in films.candidates(subject.film.prints) if films.rows[n].key != key_of(video)]
        found = Searcher(films, looker).search(subject, others)
    if json_:
        print_line(json.dumps([_as_json(films.rows[n], one) for n, one in found]))
    elif found:
        _print(films.rows, found)
    err.print(f"{counted(len(found), 'similar video')} found")


def dedupe(
    look: Annotated[
        bool,
        typer.Option("--look/--no-look", help="Decode videos again where their hashes leave doubt; slow."),
    ] = False,
    json_: AsJson = False,
    store: StoreOption = None,
) -> None:
    """List films that are in the store more than once, which copy to keep and why; changes nothing.

    Clips of other films are listed as such. Galleries are left out.
    """
    films = _films(store)
    with Worker(load()) as worker, _looking(worker, look) as looker, BatchProgress(1) as progress:
        report = progress.start(Path("films"))
        found = duplicates(films, Searcher(films, looker), _condition, report)
    if json_:
        print_line(json.dumps(_duplicates_as_json(found)))
    else:
        _print_duplicates(found)
    spare = sum(copy.row.size_bytes for group in found.groups for copy in group.copies[1:])
    err.print(
        f"{counted(len(found.groups), 'film')} in several copies, {megabytes(spare)} in those not to keep; "
        f"{counted(len(found.clips), 'clip')} of other films"
    )


def _films(store: str | None) -> Films:
    with opened(store) as kept:
        films = Films(kept.prints())
    if films.without:
        complain(
            f"{counted(films.without, 'video')} without hashes, black or of older records: not compared; "
            "'marquee analyze' renews records"
        )
    return films


@contextmanager
def _looking(worker: Worker, look: bool) -> Iterator[Look | None]:
    yield (lambda path, span: worker.look_closely(path, span, silent)) if look else None


def _subject(video: Path, films: Films, worker: Worker, look: bool) -> Subject:
    """The video as it is now; of one that is away, what the store has."""
    known = next((n for n, row in enumerate(films.rows) if row.key == key_of(video)), None)
    if known is not None and not video.exists():
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


def _condition(row: Row) -> Condition:
    try:
        header = sidecar.read_header(from_uri(row.sidecar))
    except (MarqueeError, OSError):
        return Condition()
    if header is None or header.source.oshash != row.video:
        return Condition()
    return Condition(damaged=header.source.damaged, missing_s=header.source.missing_s)


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
    speed = f"{common.speed:.0%} of the speed" if abs(common.speed - 1) > 0.01 else ""
    return ", ".join(filter(None, ["mirrored" if common.mirrored else "", speed]))


def _as_json(row: Row, found: Found) -> dict[str, Any]:
    by = "pictures" if found.looked else "hashes"
    return {"path": row.path, "uri": row.uri, "by": by, **found.common.model_dump(mode="json")}


def _print_duplicates(found: Duplicates) -> None:
    for group in found.groups:
        out.print(shown(from_uri(group.copies[0].row.uri)), style="bold")
        rows = table("", "copy", "picture", "codec", "size", "length", "why not", right=("size", "length"))
        for copy in group.copies:
            rows.add_row(*_copy(group, copy))
        out.print(rows)
    if found.clips:
        rows = table("clip", "of", "from", "to", right=("from", "to"), title="Clips of other films")
        for clip in found.clips:
            begin, end = map(clock, clip.common.theirs_s)
            rows.add_row(shown(from_uri(clip.clip.uri)), shown(from_uri(clip.whole.uri)), begin, end)
        out.print(rows)


def _copy(group: Group, copy: Copy) -> Sequence[str]:
    row, keep = copy.row, group.copies[0]
    reason = "" if copy is keep else why(keep, copy)
    facts = f"{row.width} x {row.height}", row.codec, megabytes(row.size_bytes), clock(row.duration_s)
    return "keep" if copy is keep else "", shown(from_uri(row.uri)), *facts, reason


def _duplicates_as_json(found: Duplicates) -> dict[str, Any]:
    groups = [
        {
            "keep": _row_as_json(group.copies[0].row),
            "others": [
                _row_as_json(copy.row)
                | {
                    "why": why(group.copies[0], copy),
                    "lacks_s": round(copy.lacks_s, 1),
                    "mirrored": copy.mirrored,
                }
                for copy in group.copies[1:]
            ],
        }
        for group in found.groups
    ]
    return {"groups": groups, "clips": [_clip_as_json(clip) for clip in found.clips]}


def _row_as_json(row: Row) -> dict[str, Any]:
    facts = ("path", "uri", "size_bytes", "duration_s", "width", "height", "codec")
    return row.model_dump(mode="json", include=set(facts))


def _clip_as_json(clip: Clip) -> dict[str, Any]:
    return {
        "clip": _row_as_json(clip.clip),
        "of": _row_as_json(clip.whole),
        "from_s": clip.common.theirs_s[0],
        "to_s": clip.common.theirs_s[1],
    }
