"""marquee analyze."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from analyzer import jobs
from analyzer.cli.console import complain, err, out, print_json
from analyzer.cli.progress import BatchProgress
from analyzer.cli.weights import fetch_missing
from analyzer.detect.table import KINDS
from analyzer.errors import UsageError
from analyzer.paths import shown
from analyzer.settings import load

INTERRUPTED = 130


def analyze(
    files: Annotated[list[str], typer.Argument(help="Videos, folders, or patterns such as 'films/*.mkv'.")],
    preset: Annotated[str, typer.Option(help="Settings that ship with Marquee: embedded, gpu.")] = "embedded",
    config: Annotated[Path | None, typer.Option(help="Your own settings, a TOML file.")] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="SECTION.KEY=VALUE", help="One setting; see configs/default.toml."),
    ] = None,
    effort: Annotated[
        str | None, typer.Option(help="How many frames are looked at: fast, balanced or thorough.")
    ] = None,
    only: Annotated[
        str | None, typer.Option(metavar="KIND,...", help=f"Look only for some of {', '.join(KINDS)}.")
    ] = None,
    device: Annotated[str | None, typer.Option(help="What to compute on: auto, cpu or cuda.")] = None,
    batch_size: Annotated[
        int | None, typer.Option(min=1, help="Pictures a network looks at in one go.")
    ] = None,
    output_dir: Annotated[
        Path | None, typer.Option(help="Where sidecars go; the default is beside each video.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Do again what is up to date.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print one line of JSON a file.")] = False,
) -> int:
    """Analyze videos: leaves a complete record beside each, as VIDEO.marquee.json.

    What is up to date is skipped. A bad file never stops the rest. Ends with 0 only when all went well.
    """
    shortcuts = {"keyframes.effort": effort, "engine.device": device, "engine.batch_size": batch_size}
    given = [f"{key}={value}" for key, value in shortcuts.items() if value is not None]
    settings = load(preset, config, [*(set_ or []), *given])
    kinds = tuple(kind.strip() for kind in only.split(",")) if only else KINDS
    paths = jobs.discover(files, settings)
    if not paths:
        raise UsageError("no video found there; jobs.include says what counts as one")
    job = jobs.Job(settings, kinds, output_dir, force)
    fetch_missing(jobs.models_of(job))
    return run_batch(paths, job, json_)


def run_batch(paths: list[Path], job: jobs.Job, as_json: bool = False) -> int:
    """Analyze the files, print what becomes of them and a summary; return the exit code."""
    outcomes: list[jobs.Outcome] = []
    interrupted = False
    with BatchProgress(len(paths)) as progress:
        try:
            for outcome in jobs.run(paths, job, progress.start):
                outcomes.append(outcome)
                progress.finish(len(outcomes))
                _report(outcome, as_json)
        except KeyboardInterrupt:
            interrupted = True
    _summarize(outcomes, len(paths), interrupted)
    return INTERRUPTED if interrupted else exit_code(outcomes)


def exit_code(outcomes: list[jobs.Outcome]) -> int:
    """Return 0 if nothing failed, the code of the failures if they share one, else 1."""
    codes = {outcome.error.exit_code for outcome in outcomes if outcome.error}
    return codes.pop() if len(codes) == 1 else int(bool(codes))


def _report(outcome: jobs.Outcome, as_json: bool) -> None:
    if as_json:
        print_json(json.dumps(_as_json(outcome)))
    if outcome.notice:
        complain(f"{shown(outcome.path)}: {outcome.notice}")
    if outcome.error:
        complain(str(outcome.error))
    elif not as_json and out.is_terminal:
        out.print(f"{shown(outcome.path)}: {_in_words(outcome)}", markup=False)


def _in_words(outcome: jobs.Outcome) -> str:
    movie = outcome.movie
    if movie is None:
        return f"up to date ({outcome.elapsed_s:.2f} s)"
    leads = sum(person.role == "lead" for person in movie.people)
    speed = movie.source.duration_s / outcome.elapsed_s if outcome.elapsed_s else 0
    return (
        f"{leads} leading of {len(movie.people)} people, {len(movie.faces)} faces, {len(movie.shots)} shots "
        f"in {outcome.elapsed_s:.1f} s, {speed:.0f}x real time"
    )


def _as_json(outcome: jobs.Outcome) -> dict[str, Any]:
    line: dict[str, Any] = {
        "path": shown(outcome.path),
        "status": outcome.status,
        "sidecar": shown(outcome.sidecar) if outcome.sidecar else None,
        "elapsed_s": round(outcome.elapsed_s, 3),
    }
    if outcome.error:
        line |= {"error": str(outcome.error), "exit_code": outcome.error.exit_code}
    if movie := outcome.movie:
        counts = ("people", "faces", "poses", "objects", "shots", "keyframes")
        line |= {"duration_s": movie.source.duration_s} | {n: len(getattr(movie, n)) for n in counts}
    return line


def _summarize(outcomes: list[jobs.Outcome], files: int, interrupted: bool) -> None:
    count = {status: sum(o.status == status for o in outcomes) for status in ("done", "fresh", "failed")}
    words = f"{count['done']} analyzed, {count['fresh']} up to date, {count['failed']} failed"
    if interrupted:
        words = f"stopped: {words}, {files - len(outcomes)} not done"
    err.print(words, markup=False)
