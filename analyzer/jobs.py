"""Which files, in what order, and what happens when one fails."""

import fnmatch
import glob
import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from analyzer import manifest
from analyzer.detect.table import KINDS
from analyzer.errors import USER_ERRORS, MarqueeError, NewerSidecarError, OutputError, SidecarError
from analyzer.media.fingerprint import oshash
from analyzer.paths import shown
from analyzer.records import Movie, Stage
from analyzer.settings import Settings
from analyzer.stores import sidecar
from analyzer.worker import Progress, Worker
from models.errors import ModelError


@dataclass(frozen=True)
class Job:
    """What is asked of every file of a run.

    Attributes:
        settings: how.
        only: which of faces, poses, objects and features.
        output_dir: where sidecars go; None: beside the videos.
        force: do again what `only` names although it is up to date; replace what stands in the way.
    """

    settings: Settings
    only: Collection[str] = KINDS
    output_dir: Path | None = None
    force: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of one file.

    Attributes:
        sidecar: where the record is; None where the file failed.
        movie: the record where it was made now.
        error: why it failed.
        notice: what the user should know although it went well.
        elapsed_s: how long it took.
    """

    path: Path
    status: Literal["done", "fresh", "failed"]
    sidecar: Path | None = None
    movie: Movie | None = None
    error: MarqueeError | ModelError | None = None
    notice: str | None = None
    elapsed_s: float = 0.0


def models_of(job: Job) -> list[str]:
    """Return the names of the networks that a job needs.

    Raises:
        UsageError: the settings or `only` name what there is not.
    """
    now = manifest.expected(job.settings)
    todo = manifest.stale({}, now, job.only)
    return list(dict.fromkeys(name for stage in todo for name in now[stage].models))


def discover(names: Iterable[str], settings: Settings) -> list[Path]:
    """Return the files that names of files, folders and patterns stand for, in order, each once.

    A file is taken as it is named; a folder is searched with everything below it for `jobs.include`. What
    `jobs.exclude` matches is left out everywhere but where it is named itself. A name that stands for
    nothing is kept: it fails in its turn, as a missing file.
    """
    found: dict[Path, None] = {}
    for name in names:
        path = Path(name)
        if path.is_dir():
            matches = _search(path, settings)
        elif not os.path.lexists(path) and glob.has_magic(name):
            matches = _expand(name, settings) or [path]
        else:
            matches = [path]
        found |= dict.fromkeys(matches)
    return list(found)


def run(files: Iterable[Path], job: Job, progress: Callable[[Path], Progress]) -> Iterator[Outcome]:
    """Analyze each file, write its sidecar and yield what became of it; a bad file never stops the rest.

    `progress(path)` returns the function that is told how far that file is.
    """
    now = manifest.expected(job.settings)
    with Worker(job.settings) as worker:
        for path in files:
            started = time.monotonic()
            try:
                outcome = _one(path, job, now, worker, progress)
            except USER_ERRORS as error:
                outcome = Outcome(path, "failed", error=error)
            yield replace(outcome, elapsed_s=time.monotonic() - started)


def _one(
    path: Path, job: Job, now: Mapping[str, Stage], worker: Worker, progress: Callable[[Path], Progress]
) -> Outcome:
    target = sidecar.sidecar_path(path, job.output_dir)
    fingerprint = oshash(path)
    header, notice = _header_of(target, job.force)
    if header and header.source.oshash != fingerprint:
        if job.output_dir and not job.force and header.source.path != shown(path.absolute()):
            raise OutputError(
                f"{shown(target)}: holds the record of another file, {header.source.path}; "
                "give another --output-dir, or --force to replace it"
            )
        header = None
    before = header.manifest if header else {}
    if header and not manifest.stale(before, now, job.only, job.force):
        return Outcome(path, "fresh", target, notice=notice)
    sidecar.check_writable(target)
    movie = worker.analyze(path, target if header else None, job.only, job.force, progress(path))
    sidecar.write(target, movie)
    return Outcome(path, "done", target, movie, notice=notice)


def _header_of(target: Path, force: bool) -> tuple[sidecar.Header | None, str | None]:
    """The sidecar's header, and what to tell the user of it: a damaged one is set aside."""
    try:
        return sidecar.read_header(target), None
    except NewerSidecarError:
        if not force:
            raise
        reason = "was of a newer version"
    except SidecarError:
        reason = "was damaged"
    return None, f"the sidecar {reason}; it is kept as {shown(sidecar.set_aside(target))}"


def _expand(pattern: str, settings: Settings) -> list[Path]:
    matches = map(Path, sorted(glob.glob(pattern, recursive=True)))  # noqa: PTH207 - takes absolute ones too
    return [file for file in matches if file.is_file() and not _matches(file, settings.jobs.exclude)]


def _search(folder: Path, settings: Settings) -> list[Path]:
    jobs = settings.jobs
    files = sorted(Path(root) / name for root, _, names in os.walk(folder) for name in names)
    return [file for file in files if _matches(file, jobs.include) and not _matches(file, jobs.exclude)]


def _matches(file: Path, patterns: Iterable[str]) -> bool:
    """Whether a pattern fits the name, or, where it has a slash, the path; case does not matter."""
    name, path = file.name.lower(), file.as_posix().lower()
    return any(fnmatch.fnmatchcase(path if "/" in p else name, p.lower()) for p in patterns)
