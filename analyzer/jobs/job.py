"""What is asked of files, and what becomes of one."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from analyzer import manifest
from analyzer.detect.table import KINDS, Part
from analyzer.errors import MarqueeError, UsageError
from analyzer.paths import shown
from analyzer.records import Movie
from analyzer.settings import Settings
from models.errors import ModelError


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
        status: `moved`: its record was taken over from where the file was, or from a copy; `gone`: the file
            is no more; `away`: it could not be done now, and no attempt is counted.
        sidecar: where the record is; None where the file failed.
        movie: the record where it was made now.
        error: why it failed.
        notice: what the user should know although it went well.
        elapsed_s: how long it took.
    """

    path: Path
    status: Literal["done", "fresh", "failed", "moved", "gone", "away"]
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
