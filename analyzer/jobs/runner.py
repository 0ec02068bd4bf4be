"""One file: its record is brought up to date, in the worker."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from analyzer import manifest
from analyzer.detect.table import KINDS
from analyzer.discovery import refuse_nothing
from analyzer.errors import USER_ERRORS, NewerSidecarError, OutputError, SidecarError, UsageError, WorkerError
from analyzer.jobs.job import Job, Outcome
from analyzer.keeping import Keeper
from analyzer.log import log_path
from analyzer.media.footage import footage
from analyzer.paths import as_text, shown
from analyzer.progress import Progress
from analyzer.records import Movie
from analyzer.stores import sidecar
from analyzer.worker import Worker

R = TypeVar("R")


class Runner:
    """Does one file after another with one worker. A context manager: leaving it ends the worker.

    Args:
        job: what is asked.
        keeper: writes the records.
        progress: called with each path that is to be analyzed; returns what is told how far it is.
        prepare: called before each file that needs the networks.
    """

    def __init__(
        self, job: Job, keeper: Keeper, progress: Callable[[Path], Progress], prepare: Callable[[], None]
    ) -> None:
        self._job, self._keeper, self._progress, self._prepare = job, keeper, progress, prepare
        self._now = manifest.expected(job.settings)
        self._worker = Worker(job.settings)

    def __enter__(self) -> "Runner":
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.__exit__()

    def run(self, path: Path, target: Path) -> Outcome:
        """Bring the sidecar of a file, at `target`, up to date; whatever goes wrong is in the outcome."""
        started = time.monotonic()
        try:
            outcome = self._bring(path, target)
        except Exception as error:
            outcome = failure(path, error)
        return replace(outcome, elapsed_s=time.monotonic() - started)

    def _bring(self, path: Path, target: Path) -> Outcome:
        job = self._job
        refuse_nothing(path)
        fingerprint = footage(path).oshash()
        header, notice = self._sound(target, fingerprint, sidecar.read_header)
        if header and header.source.oshash != fingerprint:
            self._refuse_to_replace(target, header, path)
            header = None
        if header and not manifest.stale(header.manifest, self._now, job.only, job.force):
            return Outcome(
                path, "fresh", target, notice=notice or self._keeper.found(target, path, fingerprint)
            )
        self._refuse_to_drop(path, header)
        if header:  # what is to be kept of it must be sound as a whole
            previous, notice = self._sound(target, fingerprint, sidecar.read)
            header = header if previous else None
        sidecar.check_writable(target)
        self._prepare()
        kept = target if header else None
        movie = self._worker.analyze(path, kept, job.only, job.force, self._progress(path))
        unlisted = self._keeper.write(target, movie) or self._keeper.renew(movie, self._worker.reembed)
        return Outcome(path, "done", target, movie, notice=notice or _damage(movie) or unlisted)

    def _sound(
        self, target: Path, video: str, read: Callable[[Path], R | None]
    ) -> tuple[R | None, str | None]:
        """What `read` finds, and what to tell the user of it: a damaged sidecar is set aside."""
        try:
            return read(target), None
        except NewerSidecarError:
            if not self._job.force:
                raise
            what = "newer"
        except SidecarError:
            what = "damaged"
        aside = self._keeper.set_aside(target, what, video)
        return None, f"the sidecar was {what}; it is kept as {shown(aside)}"

    def _refuse_to_drop(self, path: Path, header: sidecar.Header | None) -> None:
        """Other keyframes make stale what hangs on them; what is not asked for as well would be gone."""
        before = header.manifest if header else {}
        todo = manifest.stale(before, self._now, self._job.only, self._job.force)
        lost = [
            kind for kind in KINDS if kind in before and kind not in manifest.kept(before, todo, self._now)
        ]
        if lost and not self._job.force:
            raise UsageError(
                f"{shown(path)}: its {', '.join(lost)} are of other keyframe or shot settings and would be "
                "dropped; use those settings, ask for these too, or --force"
            )

    def _refuse_to_replace(self, target: Path, header: sidecar.Header, path: Path) -> None:
        """In a common folder, two videos of one name must not replace each other's record."""
        other = header.source.path
        if self._job.output_dir and not self._job.force and other != as_text(path.absolute()):
            raise OutputError(
                f"{shown(target)}: holds the record of another file, {other}; "
                "give another --output-dir (--force would replace that record)"
            )


def failure(path: Path, error: Exception) -> Outcome:
    """Return the outcome of a file that an error ended; one that is no user's is logged in full."""
    if isinstance(error, USER_ERRORS):
        return Outcome(path, "failed", error=error)
    logging.error("%s", path, exc_info=error)
    what = f"{shown(path)}: {type(error).__name__}: {error} (an error of Marquee; see {log_path()})"
    return Outcome(path, "failed", error=WorkerError(" ".join(what.split())))


def _damage(movie: Movie) -> str | None:
    source = movie.source
    if source.missing_s:
        promised = source.duration_s + source.missing_s
        return f"ends at {source.duration_s:.0f} s of {promised:.0f} s: it was cut off"
    what = "pictures" if source.is_gallery else "packets or frames"
    return f"{source.damaged} {what} could not be decoded" if source.damaged else None
