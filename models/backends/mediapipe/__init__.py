"""MediaPipe Tasks: Face Landmarker, Face Detector and Pose Landmarker, from .task and .tflite files."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

from models import catalog, files
from models.backends import Cached, Progress, Setup
from models.backends.mediapipe.tasks import KINDS, Kind, TaskModel
from models.catalog import Likeness, Task
from models.errors import BrokenModelError, UnknownModelError


def identity(task: Task, model: str, home: Path) -> str:
    """See models.backends.Backend."""
    path, offered = files.find("mediapipe", model, home), catalog.remotes("mediapipe")
    if path.is_file():
        _kind(task, path)
    elif offered[model].task != task:
        raise UnknownModelError(f"mediapipe:{model} is a {offered[model].task}, not a {task}")
    return files.identity("mediapipe", model, home)


def fetch(task: Task, model: str, home: Path, progress: Progress) -> None:
    """See models.backends.Backend."""
    _kind(task, files.bring("mediapipe", model, home, progress))


def open_model(task: Task, model: str, setup: Setup) -> Any:
    """See models.backends.Backend."""
    path = files.bring("mediapipe", model, setup.home, lambda line: None)
    return TaskModel(_kind(task, path), path, setup.min_score)


def likeness(model: str, home: Path) -> Likeness | None:
    """See models.backends.Backend; there are no embedders of faces here."""
    return None


def cached(home: Path) -> list[Cached]:
    """See models.backends.Backend."""
    licences = {name: file.licence for name, file in catalog.remotes("mediapipe").items()}
    return [
        Cached("mediapipe", path.name, path, path.stat().st_size, licences.get(path.name, "unknown"))
        for path in sorted((home / "models").glob("*"))
        if path.name in licences or path.suffix == ".task"
    ]


def devices() -> list[str]:
    """See models.backends.Backend."""
    return ["cpu"]


def _kind(task: Task, path: Path) -> Kind:
    """Return what a file is by what it holds.

    Raises:
        BrokenModelError: it is no model of MediaPipe's.
        UnknownModelError: it is one, but not for this task.
    """
    try:
        members = _members(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise BrokenModelError(f"{path} is neither a .task nor a .tflite file") from error
    for kind in KINDS:
        if kind.task == task and kind.members <= members and bool(kind.members) == bool(members):
            return kind
    what = f"holds {', '.join(sorted(members))}" if members else "is a single network"
    raise UnknownModelError(f"{path} is not a {task} of MediaPipe's: it {what}")


def _members(path: Path) -> set[str]:
    """Return the names of the networks in a bundle; none if it is a network itself."""
    with path.open("rb") as file:
        if file.read(8)[4:] == b"TFL3":
            return set()
    with zipfile.ZipFile(path) as bundle:
        return {name for name in bundle.namelist() if name.endswith(".tflite")}
