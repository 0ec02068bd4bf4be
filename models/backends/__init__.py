"""Networks that the user names as "backend:model": what runs them is imported when they are opened.

A backend is a module of this package. None of them imports its own framework when it is imported itself, so
that asking whether a model is there costs nothing.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from models import catalog
from models.catalog import Likeness, Task
from models.errors import BackendMissingError, UnknownModelError

if TYPE_CHECKING:
    from models.engines import Engine

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Setup:
    """What a model is opened with.

    Attributes:
        home: MARQUEE_HOME.
        engine: what the embedded networks run on; a framework of its own follows its device and batch size.
        device: as the user asked for it: "auto", "cpu" or "cuda"; a framework may have CUDA where the engine
            has not.
        min_score: detections below it are of no use to anyone.
    """

    home: Path
    engine: Engine
    device: str
    min_score: float


@dataclass(frozen=True)
class Cached:
    """A file of weights on this machine, for people to read."""

    backend: str
    name: str
    path: Path
    size: int
    licence: str


class Backend(Protocol):
    """What each module of this package offers; `model` is what stands behind the colon."""

    def identity(self, task: Task, model: str, home: Path) -> str:
        """Return what the model's results hang on: a sha256 of its files, else the version of its package.

        Cheap; asked for each file of a batch.

        Raises:
            UnknownModelError: there is no such model, or it is not for this task.
            WeightsMissingError: a file that only the user could bring is not there.
        """
        ...

    def fetch(self, task: Task, model: str, home: Path, progress: Progress) -> None:
        """Have the model's files here.

        Raises:
            WeightsMissingError, WeightsCorruptError: see `models.weights.Weights`.
        """
        ...

    def open_model(self, task: Task, model: str, setup: Setup) -> Any:
        """Return the model as `models.contracts` has it for the task; fetched before if need be.

        Raises:
            ModelError: of any kind.
        """
        ...

    def likeness(self, model: str, home: Path) -> Likeness | None:
        """Return how like an embedder's vectors are, None where that is not known."""
        ...

    def cached(self, home: Path) -> list[Cached]:
        """Return the files of weights that are on this machine."""
        ...

    def devices(self) -> list[str]:
        """Return what its models can run on here, for people to read; imports what runs them."""
        ...


@dataclass(frozen=True)
class Offer:
    """What is known of a backend without importing it.

    Attributes:
        package: the distribution that must be installed, None if it comes with Marquee. The extra that brings
            it has the backend's name.
        tasks: what its models can do.
    """

    package: str | None
    tasks: tuple[Task, ...]


BACKENDS = {
    "onnx": Offer(
        None,
        ("face-detector", "face-embedder", "pose-detector", "object-detector", "image-feature", "classifier"),
    ),
    "opencv": Offer(None, ("face-detector", "face-embedder", "object-detector", "classifier")),
    "openvino": Offer(None, ("classifier",)),
    "deepface": Offer("deepface", ("face-detector", "face-embedder", "face-attributes")),
    "ultralytics": Offer(
        "ultralytics", ("face-detector", "pose-detector", "object-detector", "image-feature", "classifier")
    ),
    "mediapipe": Offer("mediapipe", ("face-detector", "pose-detector")),
    "keras": Offer("tensorflow", ("image-feature", "classifier")),
}
"""By name; each is a module of this package."""


def split(spec: str) -> tuple[str, str]:
    """Return the backend and the model of "backend:model", or of a name in the catalog that a backend runs.

    Raises:
        UnknownModelError: there is no such backend, or no model is named.
    """
    if known := catalog.supplied().get(spec):
        return known.backend, spec
    name, _, model = spec.partition(":")
    if name not in BACKENDS or not model:
        near = difflib.get_close_matches(name, BACKENDS, n=1)
        hint = f"; did you mean {near[0]}:?" if near and near[0] != name else ""
        raise UnknownModelError(f"{spec!r} is not backend:model; backends are {', '.join(BACKENDS)}{hint}")
    return name, model


def backend(name: str) -> Backend:
    """Return one of BACKENDS."""
    return cast(Backend, importlib.import_module(f"models.backends.{name}"))


def installed(name: str) -> str | None:
    """Return the version of a backend's package: None if it is not installed, "" if it needs none."""
    package = BACKENDS[name].package
    if package is None:
        return ""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def identity(task: Task, spec: str, home: Path) -> str:
    """Return what the results of "backend:model" hang on; see Backend.identity.

    Raises:
        UnknownModelError, WeightsMissingError: see there.
        BackendMissingError: what runs it is not installed.
    """
    name, model = _checked(task, spec)
    return backend(name).identity(task, model, home)


def tasks_of(spec: str, home: Path) -> list[Task]:
    """Return what "backend:model" can do.

    Raises:
        UnknownModelError: nothing: there is no such model.
        BackendMissingError: what runs it is not installed.
    """
    name, _ = split(spec)
    found: list[Task] = []
    for task in BACKENDS[name].tasks:
        try:
            identity(task, spec, home)
            found.append(task)
        except UnknownModelError as error:
            refused = error
    if not found:
        raise refused
    return found


def fetch(task: Task, spec: str, home: Path, progress: Progress) -> None:
    """Have the files of "backend:model" here. Raises as `identity`, and see Backend.fetch."""
    name, model = _checked(task, spec)
    backend(name).fetch(task, model, home, progress)


def open_model(task: Task, spec: str, setup: Setup) -> Any:
    """Return "backend:model" as `models.contracts` has it for the task. Raises as `fetch`, and ModelError."""
    name, model = _checked(task, spec)
    return backend(name).open_model(task, model, setup)


def label(task: Task, spec: str, home: Path) -> str:
    """Return the name that a model has in records: with the beginning of its sha256 if it is a file.

    Raises:
        ModelError: see `identity`.
    """
    name, model = split(spec)
    known = identity(task, spec, home)
    short = f"{name}:{Path(model).name}"
    return f"{short}@{known[:12]}" if len(known) == 64 else short


def likeness_of(label: str, home: Path) -> Likeness | None:
    """Return how like the vectors are that records have under a label; None where that is not known.

    An embedded network's label is its name and, after a +, what else is done: then it is another model.
    """
    name, colon, model = label.partition("@")[0].partition(":")
    if colon:
        return backend(name).likeness(model, home) if name in BACKENDS else None
    entry = catalog.built_in().get(label.partition("+")[0])
    return entry.likeness if entry else None


def _checked(task: Task, spec: str) -> tuple[str, str]:
    """Split a spec whose backend is installed and has models for the task."""
    name, model = split(spec)
    offer = BACKENDS[name]
    if task not in offer.tasks:
        raise UnknownModelError(f"{spec}: {name} has no {task}; it has {', '.join(offer.tasks)}")
    if installed(name) is None:
        raise BackendMissingError(f"{spec}: {offer.package} is not installed; pip install 'marquee[{name}]'")
    return name, model
