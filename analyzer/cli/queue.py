"""marquee jobs: the queue of watched files."""

import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from analyzer.cli.console import err, out, print_line
from analyzer.errors import InputError, UsageError
from analyzer.paths import marquee_home, shown
from analyzer.settings import nearest
from analyzer.watching.database import QueueDatabase, set_aside
from analyzer.watching.listing import Listed, Listing
from analyzer.watching.queue import STATES

app = typer.Typer(
    no_args_is_help=True, help="The queue of watched files: what waits, and what was set aside."
)

Files = Annotated[list[Path] | None, typer.Argument(help="Files, or folders with everything below them.")]


@app.command("list")
def list_(
    state: Annotated[
        str | None, typer.Option(metavar="STATE", help=f"Only those that are {', '.join(STATES)}.")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print one line of JSON a file.")] = False,
) -> None:
    """List the files that are not done, a line each; with --state done, those that are."""
    if state is not None and state not in STATES:
        raise UsageError(f"no state {state!r}; choose {', '.join(STATES)}{nearest(state, STATES)}")
    with QueueDatabase(marquee_home()) as database:
        listing = Listing(database)
        for listed in listing.files([state] if state else [s for s in STATES if s != "done"]):
            if json_:
                print_line(json.dumps(listed.as_json()))
            else:
                out.print(_in_words(listed))
        if not json_:
            counts = listing.counts()
            err.print(", ".join(f"{counts.get(state, 0)} {state}" for state in STATES))
            for reason in listing.pauses():
                err.print(f"paused: {reason}")


def _in_words(listed: Listed) -> str:
    words = [f"{listed.state:9} {shown(listed.path)}"]
    if listed.attempts:
        words.append(f"attempts: {listed.attempts}")
    if (wait_s := listed.not_before_s - time.time()) > 0 and listed.state == "waiting":
        words.append(f"again in {wait_s:.0f} s")
    error = (listed.error or "").removeprefix(f"{shown(listed.path)}: ")
    return "; ".join([*words, *filter(None, [error])])


@app.command()
def retry(
    files: Files = None,
    all_: Annotated[bool, typer.Option("--all", help="Everything that failed or was cancelled.")] = False,
) -> None:
    """Have files done after all that failed or were cancelled; those that wait for another attempt, now."""
    if bool(files) == all_:
        raise UsageError("name files, or --all")
    with QueueDatabase(marquee_home()) as database:
        _tell(Listing(database).retry(files), files, "wait to be done")


@app.command()
def cancel(files: Annotated[list[Path], typer.Argument(help="Files, or folders.")]) -> None:
    """Have files that wait not done, until they change or 'marquee jobs retry'; not what is running."""
    with QueueDatabase(marquee_home()) as database:
        _tell(Listing(database).cancel(files), files, "cancelled")


@app.command()
def clear(
    damaged: Annotated[
        bool, typer.Option("--damaged", help="Set a damaged queue.db aside, as queue.db.damaged-N.")
    ] = False,
) -> None:
    """Forget what waits, failed or was cancelled; what is still there comes again when watching restarts."""
    if damaged:
        err.print(f"kept as {shown(set_aside(marquee_home()))}; restart what is watching")
        return
    with QueueDatabase(marquee_home()) as database:
        err.print(f"{Listing(database).clear()} forgotten")


def _tell(changed: int, files: Iterable[Path] | None, what: str) -> None:
    if files and not changed:
        raise InputError(f"{', '.join(map(shown, files))}: not in the queue, or nothing to change")
    err.print(f"{changed} {what}")
