"""Many files, one after another, and what happens when one fails."""

import logging
import time
from collections.abc import Callable, Collection, Generator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeVar

from analyzer import manifest
from analyzer.detect.table import KINDS, Part
from analyzer.discovery import refuse_nothing
from analyzer.errors import (
    USER_ERRORS,
    MarqueeError,
    NewerSidecarError,
    OutputError,
    SidecarError,
    UsageError,
    WorkerError,
)
from analyzer.keeping import Keeper
from analyzer.log import log_path
from analyzer.media.footage import footage
from analyzer.paths import as_text, shown
from analyzer.progress import Progress
from analyzer.records import Movie, Stage
from analyzer.settings import Settings
from analyzer.stores import sidecar
from analyzer.worker import Worker
from models.errors import ModelError

R = TypeVar("R")


@dataclass(frozen=True)
class Job:
    """What is asked of every file of a run.

    Attributes:
        settings: how.
        only: which of faces, poses, objects, features and tags.
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


def check(job: Job) -> None:
    """Find out before any file is looked at whether a job can be done at all.

    Raises:
        UsageError: the settings or `only` name what there is not, or the folder for sidecars is none.
    """
    manifest.stale({}, manifest.expected(job.settings), job.only)
    if job.output_dir and job.output_dir.exists() and not job.output_dir.is_dir():
        raise UsageError(f"--output-dir {shown(job.output_dir)}: is not a folder")


def parts_of(job: Job) -> list[Part]:
    """Return the parts whose networks a job needs."""
    todo = manifest.stale({}, manifest.expected(job.settings), job.only)
    return [part for stage in todo for part in manifest.parts_of(stage, job.settings)]


def run(
    files: Mapping[Path, Path],
    job: Job,
    keeper: Keeper,
    progress: Callable[[Path], Progress],
    prepare: Callable[[], None],
) -> Generator[Outcome, None, None]:
    """Analyze each file, write its sidecar and yield what became of it; a bad file never stops the rest.

    Args:
        files: see analyzer.discovery.discover.
        job: what is asked.
        keeper: writes the records.
        progress: called with each path that is to be analyzed; returns what is told how far it is.
        prepare: called before each file that needs the networks.
    """
    with Worker(job.settings) as worker:
        run = _Run(job, manifest.expected(job.settings), worker, keeper, progress, prepare)
        for path, below in files.items():
            started = time.monotonic()
            try:
                outcome = run.one(path, below)
            except USER_ERRORS as error:
                outcome = Outcome(path, "failed", error=error)
            except Exception as error:
                logging.exception("%s", path)
                what = (
                    f"{shown(path)}: {type(error).__name__}: {error} (an error of Marquee; see {log_path()})"
                )
                outcome = Outcome(path, "failed", error=WorkerError(" ".join(what.split())))
            yield replace(outcome, elapsed_s=time.monotonic() - started)


@dataclass(frozen=True)
class _Run:
    """What all files of a run share; `now`: how each stage would be done."""

    job: Job
    now: Mapping[str, Stage]
    worker: Worker
    keeper: Keeper
    progress: Callable[[Path], Progress]
    prepare: Callable[[], None]

    def one(self, path: Path, below: Path) -> Outcome:
        """Bring one file's sidecar up to date."""
        job = self.job
        target = sidecar.sidecar_path(path, job.output_dir and job.output_dir / below)
        refuse_nothing(path)
        fingerprint = footage(path).oshash()
        header, notice = self._sound(target, fingerprint, sidecar.read_header)
        if header and header.source.oshash != fingerprint:
            self._refuse_to_replace(target, header, path)
            header = None
        if header and not manifest.stale(header.manifest, self.now, job.only, job.force):
            return Outcome(
                path, "fresh", target, notice=notice or self.keeper.found(target, path, fingerprint)
            )
        self._refuse_to_drop(path, header)
        if header:  # what is to be kept of it must be sound as a whole
            previous, notice = self._sound(target, fingerprint, sidecar.read)
            header = header if previous else None
        sidecar.check_writable(target)
        self.prepare()
        kept = target if header else None
        movie = self.worker.analyze(path, kept, job.only, job.force, self.progress(path))
        unlisted = self.keeper.write(target, movie) or self.keeper.renew(movie, self.worker.reembed)
        return Outcome(path, "done", target, movie, notice=notice or _damage(movie) or unlisted)

    def _sound(
        self, target: Path, video: str, read: Callable[[Path], R | None]
    ) -> tuple[R | None, str | None]:
        """What `read` finds, and what to tell the user of it: a damaged sidecar is set aside."""
        try:
            return read(target), None
        except NewerSidecarError:
            if not self.job.force:
                raise
            what = "newer"
        except SidecarError:
            what = "damaged"
        aside = self.keeper.set_aside(target, what, video)
        return None, f"the sidecar was {what}; it is kept as {shown(aside)}"

    def _refuse_to_drop(self, path: Path, header: sidecar.Header | None) -> None:
        """Other keyframes make stale what hangs on them; what is not asked for as well would be gone."""
        before = header.manifest if header else {}
        todo = manifest.stale(before, self.now, self.job.only, self.job.force)
        lost = [
            kind for kind in KINDS if kind in before and kind not in manifest.kept(before, todo, self.now)
        ]
        if lost and not self.job.force:
            raise UsageError(
                f"{shown(path)}: its {', '.join(lost)} are of other keyframe or shot settings and would be "
                "dropped; use those settings, ask for these too, or --force"
            )

    def _refuse_to_replace(self, target: Path, header: sidecar.Header, path: Path) -> None:
        """In a common folder, two videos of one name must not replace each other's record."""
        other = header.source.path
        if self.job.output_dir and not self.job.force and other != as_text(path.absolute()):
            raise OutputError(
                f"{shown(target)}: holds the record of another file, {other}; "
                "give another --output-dir (--force would replace that record)"
            )


def _damage(movie: Movie) -> str | None:
    source = movie.source
    if source.missing_s:
        promised = source.duration_s + source.missing_s
        return f"ends at {source.duration_s:.0f} s of {promised:.0f} s: it was cut off"
    what = "pictures" if source.is_gallery else "packets or frames"
    return f"{source.damaged} {what} could not be decoded" if source.damaged else None
