"""marquee dedupe: which videos are there more than once."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from analyzer.cli.console import clock, err, megabytes, out, print_line, table
from analyzer.cli.people.common import AsJson, counted
from analyzer.cli.progress import BatchProgress
from analyzer.cli.similar import films_of, searcher, tell_without
from analyzer.cli.stores import StoreOption
from analyzer.errors import MarqueeError
from analyzer.paths import from_uri, shown
from analyzer.settings import load
from analyzer.similar.dedupe import Clip, Duplicates, Group, duplicates
from analyzer.similar.quality import Condition, Copy, why
from analyzer.stores import sidecar
from analyzer.stores.entries import Row
from analyzer.worker import Worker


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
    films = films_of(store)
    with Worker(load()) as worker, BatchProgress(1) as progress:
        found = duplicates(films, searcher(films, worker, look), _condition, progress.start(Path("films")))
    tell_without(films)
    if json_:
        print_line(json.dumps(_as_json(found)))
    else:
        _print(found)
    spare = sum(copy.row.size_bytes for group in found.groups for copy in group.copies[1:])
    err.print(
        f"{counted(len(found.groups), 'film')} in several copies, {megabytes(spare)} in those not to keep; "
        f"{counted(len(found.clips), 'clip')} of other films"
    )


def _condition(row: Row) -> Condition:
    try:
        header = sidecar.read_header(from_uri(row.sidecar))
    except (MarqueeError, OSError):
        return Condition()
    if header is None or header.source.oshash != row.video:
        return Condition()
    return Condition(damaged=header.source.damaged, missing_s=header.source.missing_s)


def _print(found: Duplicates) -> None:
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


def _as_json(found: Duplicates) -> dict[str, Any]:
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
