"""OpenCV's own models: cascades (.xml), YuNet and SFace (.onnx), SSD detectors and classifiers of Caffe.

Those of Caffe are named by the .caffemodel file, a classifier also by its .toml or its name in the catalog.

A cascade that comes with OpenCV goes by its bare name. lbpcascade_animeface.xml finds drawn faces, which
FaceMesh does not know: they are kept only with faces.min_presence = 0, and then so is every false alarm.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

import cv2.data

from models import catalog, files
from models.backends import Cached, Progress, Setup
from models.backends.opencv import supplied
from models.backends.opencv.caffe import open_classifier
from models.backends.opencv.caffe_files import Caffe, text_of
from models.backends.opencv.models import Cascade, SFace, Ssd, YuNet, view_of
from models.catalog import Likeness, Task
from models.errors import BrokenModelError, UnknownModelError, WeightsMissingError

_TASKS: dict[str, tuple[Task, ...]] = {
    ".xml": ("face-detector", "object-detector"),
    ".onnx": ("face-detector", "face-embedder"),
    ".caffemodel": ("face-detector", "object-detector", "classifier"),
    ".toml": ("classifier",),
}

_SFACE = 1 - 0.363
"""Cosine distance below which OpenCV's own samples take two of SFace's faces for one person."""


def identity(task: Task, model: str, home: Path) -> str:
    """See models.backends.Backend; of a Caffe model all its files count."""
    path = _find(task, model, home)
    if task == "classifier":
        return Caffe(path).fingerprint()
    digest = files.sha256_of(path)
    if path.suffix != ".caffemodel":
        return digest
    return view_of(path).fingerprint(f"{digest} {files.sha256_of(path.with_suffix('.prototxt'))}")


def fetch(task: Task, model: str, home: Path, progress: Progress) -> None:
    """See models.backends.Backend; there is nothing to download."""
    _find(task, model, home)


def open_model(task: Task, model: str, setup: Setup) -> Any:
    """See models.backends.Backend."""
    path = _find(task, model, setup.home)
    if task == "classifier":
        return open_classifier(path, setup.engine.batch_size)
    as_objects = task == "object-detector"
    if task == "face-embedder":
        return SFace(path)
    if path.suffix == ".xml":
        return Cascade(path, setup.min_score, path.stem if as_objects else "")
    if path.suffix == ".onnx":
        return YuNet(path, setup.min_score)
    return Ssd(path, setup.min_score, _labels(path) if as_objects else ())


def likeness(model: str, home: Path) -> Likeness | None:
    """See models.backends.Backend; the only embedder is SFace."""
    return catalog.likeness_at(_SFACE) if Path(model).suffix == ".onnx" else None


def cached(home: Path) -> list[Cached]:
    """See models.backends.Backend; an .onnx file may be another backend's and is left to that."""
    return [
        Cached("opencv", path.name, path, path.stat().st_size, "unknown")
        for path in sorted((home / "models").glob("*"))
        if path.suffix in (".xml", ".caffemodel")
    ] + supplied.cached(home)


def devices() -> list[str]:
    """See models.backends.Backend."""
    return ["cpu"]


def _find(task: Task, model: str, home: Path) -> Path:
    """Return where a model's file is, if it is one for the task.

    Raises:
        UnknownModelError: there is no such file, or it is for something else.
        BrokenModelError: it is an .onnx file that cannot be read.
        WeightsMissingError: a file that belongs to it is not beside it, or it is to be brought by the user.
    """
    if model in catalog.supplied() and task == catalog.supplied()[model].task:
        return supplied.find(model, home)
    suffix = Path(model).suffix
    if task not in _TASKS.get(suffix, ()):
        fit = ", ".join(known for known, tasks in _TASKS.items() if task in tasks)
        raise UnknownModelError(f"opencv:{model} is no {task}; for that OpenCV takes {fit}")
    with_opencv = Path(cv2.data.haarcascades) / model
    path = with_opencv if with_opencv.is_file() else files.find("opencv", model, home)
    if task == "classifier":
        _check_classifier(path)
    elif suffix == ".caffemodel":
        _check_caffe(task, path)
    elif suffix == ".onnx":
        _check_onnx(task, path)
    return path


def _check_onnx(task: Task, path: Path) -> None:
    """SFace gives one vector, YuNet twelve maps."""
    made_for = "face-embedder" if _outputs(path, files.sha256_of(path)) == 1 else "face-detector"
    if task != made_for:
        raise UnknownModelError(f"{path} is a {made_for}, not a {task}")


@functools.lru_cache(maxsize=16)
def _outputs(path: Path, checksum: str) -> int:
    from models.own.convert import load  # takes 0.3 s

    return len(load(path).graph.output)


def _check_classifier(path: Path) -> None:
    caffe = Caffe(path)
    if "DetectionOutput" in text_of(caffe.prototxt):
        raise UnknownModelError(f"{caffe.prototxt} is of a detector, not of a classifier")


def _check_caffe(task: Task, path: Path) -> None:
    prototxt = path.with_suffix(".prototxt")
    if not prototxt.is_file():
        raise WeightsMissingError(f"{path} needs {prototxt.name} beside it")
    classes = re.findall(r"\bnum_classes:\s*(\d+)", prototxt.read_text("utf-8", errors="replace"))
    if not classes:
        raise UnknownModelError(f"{prototxt} has no DetectionOutput: it is of no detector")
    if task == "face-detector" and int(classes[0]) != 2:
        raise UnknownModelError(f"{path} knows {int(classes[0]) - 1} classes, and a face-detector one")
    if task == "object-detector" and len(_labels(path)) != int(classes[0]) - 1:
        toml = path.with_suffix(".toml")
        raise BrokenModelError(f"{toml} must name {int(classes[0]) - 1} classes, as labels or labels_file")


def _labels(path: Path) -> tuple[str, ...]:
    """Return the names of a Caffe model's classes, without the background if that is named first."""
    labels = view_of(path).labels
    return labels[1:] if labels[:1] == ("background",) else labels
