"""Any ONNX network that a description fits, run by the same engines as the embedded ones.

`onnx:NAME` is one that `marquee models add` has kept, `onnx:path/to/model.onnx` a file with its description
beside it; without one it is looked into each time.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from models import own
from models.backends import Cached, Progress, Setup
from models.backends.onnx.networks import (
    OnnxDetector,
    OnnxEmbedder,
    OnnxFaces,
    OnnxPoses,
    is_face,
)
from models.catalog import Likeness, Task, likeness_at
from models.engines import available_engines
from models.errors import UnknownModelError
from models.own.description import Description, read
from models.own.pictures import Pictures, classifier


def identity(task: Task, model: str, home: Path) -> str:
    """See Backend.identity."""
    path = own.find(model, home)
    return own.fingerprint(path, _described(task, model, path))


def fetch(task: Task, model: str, home: Path, progress: Progress) -> None:
    """See Backend.fetch: all that there is is here."""
    own.find(model, home)


def open_model(task: Task, model: str, setup: Setup) -> Any:
    """See Backend.open_model."""
    path = own.find(model, setup.home)
    description = _described(task, model, path)
    session = own.open_session(path, description, setup.home, setup.engine)
    if task == "face-embedder":
        return OnnxEmbedder(session, description)
    if task == "object-detector":
        return OnnxDetector(session, description, setup.min_score)
    if task == "face-detector":
        return OnnxFaces(OnnxDetector(session, description, setup.min_score))
    if task == "pose-detector":
        return OnnxPoses(OnnxDetector(session, description, setup.min_score))
    return classifier(session, description) if task == "classifier" else Pictures(session, description)


def likeness(model: str, home: Path) -> Likeness | None:
    """See Backend.likeness: from the threshold of the description, if it has one."""
    try:
        description = read(own.find(model, home), Description)
    except UnknownModelError:
        return None
    return likeness_at(description.threshold) if description and description.threshold else None


def cached(home: Path) -> list[Cached]:
    """See Backend.cached."""
    return [
        Cached("onnx", path.stem, path, path.stat().st_size, own.licence_of(path))
        for path in sorted((home / "models").glob("*.onnx"))
    ]


def devices() -> list[str]:
    """See Backend.devices."""
    return sorted({offer.device for offer in available_engines()})


def _described(task: Task, model: str, path: Path) -> Description:
    """The description of a file, which must be of this task."""
    description = own.described(path)
    if task != description.task and task not in _also(description):
        raise UnknownModelError(f"onnx:{model} is for {description.task}, not for {task}")
    return description


def _also(description: Description) -> tuple[Task, ...]:
    """What else a model of a task can do: a classifier's scores are features, a face is an object."""
    if description.task == "classifier":
        return ("image-feature",)
    faces = any(is_face(label) for label in description.labels)
    return ("face-detector",) if description.task == "object-detector" and faces else ()
