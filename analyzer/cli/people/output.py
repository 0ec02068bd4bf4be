"""marquee people export: the library for other programs."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from analyzer.cli.console import err, print_line
from analyzer.cli.people.common import open_library
from analyzer.cli.people.words import as_json
from analyzer.errors import OutputError
from analyzer.library.cast import Member
from analyzer.paths import shown
from analyzer.stores.whole import write_whole


def export(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Where to; else printed.")] = None,
    format_: Annotated[
        Literal["json", "csv"], typer.Option("--format", help="JSON, or a line a stretch of time.")
    ] = "json",
    hidden: Annotated[bool, typer.Option("--hidden", help="Those who are hidden, too.")] = False,
) -> None:
    """Write who is seen in which video, and when; 'forget' deletes such a file."""
    library = open_library()
    members = [member for member in library.cast.members if hidden or not member.hidden]
    text = _csv(members) if format_ == "csv" else json.dumps([as_json(member) for member in members])
    if output is None:
        print_line(text)
        return
    content = text.encode("utf-8", "surrogateescape") + b"\n"
    library.shelf.ledger.record(output, "export", content=content)
    try:
        write_whole(output, content)
    except OSError as error:
        raise OutputError(f"{shown(output)}: cannot be written: {error.strerror or error}") from None
    err.print(f"{shown(output)}: {len(members)} people")


def _csv(members: Sequence[Member]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["person", "name", "video", "path", "role", "start_s", "end_s"])
    for member in map(as_json, members):
        for video in member["videos"]:
            for start, end in video["intervals"]:
                who = [member["person"], member["name"] or ""]
                writer.writerow([*who, video["video"], video["path"], video["role"], start, end])
    return file.getvalue().rstrip("\n")
