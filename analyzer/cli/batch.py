"""A batch on the terminal: what becomes of each file, and a summary."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from analyzer import jobs
from analyzer.cli.console import complain, err, print_line
from analyzer.cli.progress import BatchProgress
from analyzer.cli.weights import fetch_parts
from analyzer.errors import INTERRUPTED, USER_ERRORS
from analyzer.keeping import Keeper
from analyzer.paths import shown
from analyzer.watching.claims import Claims


def run_batch(
    paths: Mapping[Path, Path], job: jobs.Job, keeper: Keeper, claims: Claims, as_json: bool = False
) -> int:
    """Analyze what discover found, print what becomes of it and a summary; return the exit code."""
    counts: Counter[str] = Counter()
    failures: list[jobs.Outcome] = []
    interrupted = False
    with BatchProgress(len(paths)) as progress:
        parts = jobs.parts_of(job)
        run = jobs.run(paths, job, keeper, claims, progress.start, _once(lambda: fetch_parts(parts)))
        try:
            with closing(run) as outcomes:
                for outcome in outcomes:
                    counts[outcome.status] += 1
                    failures += [outcome] if outcome.error else []
                    progress.finish(counts.total())
                    _report(outcome, as_json)
        except KeyboardInterrupt:
            interrupted = True
    _summarize(counts, failures, len(paths), interrupted)
    return INTERRUPTED if interrupted else exit_code([o.error.exit_code for o in failures if o.error])


def _once(function: Callable[[], None]) -> Callable[[], None]:
    """Return what does its work at the first call alone, and raises at each what was raised then."""
    failures: list[Exception | None] = []

    def call() -> None:
        if not failures:
            try:
                function()
                failures.append(None)
            except USER_ERRORS as error:
                failures.append(error)
        if failures[0]:
            raise failures[0]

    return call


def exit_code(failures: Iterable[int]) -> int:
    """Return 0 if nothing failed, the code of the failures if they share one, else 1."""
    codes = set(failures)
    return codes.pop() if len(codes) == 1 else int(bool(codes))


def _report(outcome: jobs.Outcome, as_json: bool) -> None:
    if as_json:
        print_line(json.dumps(_as_json(outcome)))
    if outcome.notice:
        complain(f"{shown(outcome.path)}: {outcome.notice}")
    if outcome.error:
        complain(str(outcome.error))
    elif err.is_terminal:
        err.print(f"{shown(outcome.path)}: {in_words(outcome)}")


def in_words(outcome: jobs.Outcome) -> str:
    """Say what became of a file that went well."""
    movie = outcome.movie
    if movie is None:
        return f"up to date ({outcome.elapsed_s:.2f} s)"
    leads = sum(person.role == "lead" for person in movie.people)
    speed = movie.source.duration_s / outcome.elapsed_s if outcome.elapsed_s else 0
    return (
        f"people: {len(movie.people)} ({leads} leading), faces: {len(movie.faces)}; "
        f"{outcome.elapsed_s:.1f} s, {speed:.0f}x real time"
    )


def _as_json(outcome: jobs.Outcome) -> dict[str, Any]:
    line: dict[str, Any] = {
        "path": str(outcome.path),
        "status": outcome.status,
        "sidecar": str(outcome.sidecar) if outcome.sidecar else None,
        "elapsed_s": round(outcome.elapsed_s, 3),
    }
    if outcome.notice:
        line["notice"] = outcome.notice
    if outcome.error:
        line |= {"error": str(outcome.error), "exit_code": outcome.error.exit_code}
    if movie := outcome.movie:
        counts = ("people", "faces", "poses", "objects", "tags", "shots", "keyframes")
        source = movie.source
        line |= {"duration_s": source.duration_s, "damaged": source.damaged, "missing_s": source.missing_s}
        line |= {name: len(getattr(movie, name)) for name in counts}
    return line


def _summarize(counts: Counter[str], failures: list[jobs.Outcome], files: int, interrupted: bool) -> None:
    words = f"{counts['done']} analyzed, {counts['fresh']} up to date, {counts['failed']} failed"
    if interrupted:
        words = f"stopped: {words}, {files - counts.total()} not done"
    err.print(words)
    if files > 1 and err.is_terminal:  # the lines above have scrolled away
        for outcome in failures:
            err.print(f"  {outcome.error}")
