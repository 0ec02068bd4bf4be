"""marquee watch."""

import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer

from analyzer import jobs
from analyzer.cli.batch import exit_code, in_words
from analyzer.cli.console import complain, err
from analyzer.cli.find import seconds
from analyzer.cli.options import ConfigOption, EffortOption, OutputOption, PresetOption, SetOption
from analyzer.cli.progress import BatchProgress
from analyzer.cli.stores import StoreOption, opened
from analyzer.cli.weights import fetch_parts
from analyzer.errors import INTERRUPTED, DiskFullError, InputError, StoreAwayError
from analyzer.keeping import Keeper
from analyzer.paths import marquee_home, shown
from analyzer.settings import load
from analyzer.watching import afterwards
from analyzer.watching.asking import Request
from analyzer.watching.consumer import Consumer
from analyzer.watching.database import QueueDatabase
from analyzer.watching.folders import Folder
from analyzer.watching.folders import folders as folders_of
from analyzer.watching.looking import Looker
from analyzer.watching.owners import Owner
from analyzer.watching.queue import Queue
from analyzer.watching.watcher import TICK_S, Watcher

RETRY_S = 10.0
_SAID = {
    "moved": "moved or copied; its record came with it",
    "gone": "is gone; a record that it left is kept for 30 days",
}


def watch(
    folders: Annotated[list[Path], typer.Argument(help="Folders of videos.")],
    recursive: Annotated[
        bool, typer.Option("--recursive/--no-recursive", help="Watch what is below them, too.")
    ] = True,
    settle: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="How long a file must not have changed to count, as 30s or 2m; else 5s."
        ),
    ] = None,
    then: Annotated[
        str | None,
        typer.Option(
            metavar="COMMAND,...",
            help="Programs that are run after each new record, with the paths of video and sidecar.",
        ),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Do what there is to do, then end.")] = False,
    preset: PresetOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    effort: EffortOption = None,
    output_dir: OutputOption = None,
    store: StoreOption = None,
) -> int:
    """Watch folders: each video that comes is analyzed once it is whole; moves and deletions are followed.

    What was there before, or came in the meantime, is caught up on. Several processes share the work. Ends
    with 0 when it is stopped by Ctrl-C or a signal; --once ends like 'marquee analyze'.
    """
    given = [*(set_ or []), *([] if effort is None else [f"keyframes.effort={effort}"])]
    given += [] if settle is None else [f"watch.settle_s={seconds(settle)}"]
    settings = load(preset, config, given)
    job = jobs.Job(settings, output_dir=output_dir)
    jobs.check(job)
    roots = folders_of(folders, recursive, settings)
    commands = () if then is None else afterwards.commands(then)
    home = marquee_home()
    with opened(store) as kept, Owner(home) as owner, QueueDatabase(home) as database:
        request, queue = Request.of(job, kept.name, commands), Queue(database, owner)
        digest = queue.ask(request)

        def looker(stop: threading.Event) -> Looker:
            return Looker(home, owner, request, digest, err.print, stop)

        watcher = Watcher(roots, looker, settings.watch, err.print)
        with BatchProgress(1) as progress:
            keeper = Keeper(home, kept)
            with Consumer(home, queue, kept.name, keeper, progress.start, _prepare) as consumer:
                failures = _missing(roots) if once else []
                return _run(consumer, watcher, progress, failures, once)


def _missing(folders: Iterable[Folder]) -> list[int]:
    """Say which folders are not there; return the exit codes."""
    errors = [InputError(f"{shown(f.path)}: no such folder") for f in folders if not f.state()]
    for error in errors:
        complain(str(error))
    return [error.exit_code for error in errors]


def _run(
    consumer: Consumer, watcher: Watcher, progress: BatchProgress, failures: list[int], once: bool
) -> int:
    """Do what comes until there is a signal or, with `once`, nothing more to do; return the exit code."""
    watcher.start()
    try:
        while True:
            calm = watcher.has_caught_up()  # asked before the queue, which it fills
            if watcher.error:
                raise watcher.error
            outcome = _next(consumer)
            if outcome:
                progress.finish(1)
                _report(outcome)
                failures += [outcome.error.exit_code] if outcome.error else []
            elif once and calm:
                return exit_code(failures)
            else:
                time.sleep(TICK_S)
    except KeyboardInterrupt:
        err.print("stopped")
        return INTERRUPTED if once else 0
    finally:
        watcher.stop()


def _next(consumer: Consumer) -> jobs.Outcome | None:
    """Do the next file; where the queue itself cannot be written for now, wait."""
    try:
        return consumer.next()
    except (DiskFullError, StoreAwayError) as error:
        complain(str(error))
        time.sleep(RETRY_S)
        return None


def _prepare(job: jobs.Job) -> Callable[[], None]:
    """Return what fetches the networks of a job, until it has."""
    missing = [jobs.parts_of(job)]

    def call() -> None:
        if missing:
            fetch_parts(missing[0])
            missing.clear()

    return call


def _report(outcome: jobs.Outcome) -> None:
    name, notice = shown(outcome.path), f" ({outcome.notice})" if outcome.notice else ""
    if outcome.error:
        complain(f"{outcome.error}{notice}")
    elif outcome.status == "done":
        err.print(f"{name}: {in_words(outcome)}{notice}")
    elif outcome.status in _SAID or notice:
        err.print(f"{name}: {_SAID.get(outcome.status, 'up to date')}{notice}")
