"""What Ultralytics' models do for the tasks of models.contracts: pictures in, arrays out."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np

from models import bodies
from models.bodies import Poses
from models.boxes import Detections
from models.catalog import Task
from models.errors import UnknownModelError
from models.images import Floats, Image
from models.labels import distinct

_FITTING: dict[Task, tuple[str, ...]] = {
    "object-detector": ("detect", "segment", "pose"),
    "face-detector": ("detect", "pose"),
    "pose-detector": ("pose",),
    "classifier": ("classify",),
    "image-feature": ("classify", "detect", "segment", "pose"),
}
"""What Ultralytics calls the tasks of the models that will do."""

_COCO_POINTS = 17
_FACE_POINTS = 5
_THINNEST = 20
"""Pictures longer than so many times their width are widened: scaled down, nothing would be left of them."""

T = TypeVar("T")


def adapt(yolo: Any, task: Task, path: Path, size: int, options: dict[str, Any]) -> Any:
    """Return a loaded model as `models.contracts` has it for a task.

    Args:
        yolo: the framework's model.
        task: what it is to do.
        path: where it comes from, for messages.
        size: pictures that are looked at in one go.
        options: of the framework's predict.

    Raises:
        UnknownModelError: it is for something else.
    """
    if yolo.task not in _FITTING[task]:
        raise UnknownModelError(f"{path} is for {yolo.task}; a {task} is for {' or '.join(_FITTING[task])}")
    if task == "image-feature" and path.suffix.lower() != ".pt":
        raise UnknownModelError(f"{path} gives no features of pictures; only .pt files do")
    return _ADAPTERS[task](_Model(yolo, task, path, size, options))


class _Model:
    """A loaded model that is asked by one thread at a time.

    Attributes:
        path: where it comes from.
        names: of its classes, by their numbers.
        points: key points of what it finds, 0 if it finds none.
    """

    def __init__(self, yolo: Any, task: Task, path: Path, size: int, options: dict[str, Any]) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._call = yolo.embed if task == "image-feature" else yolo.predict
        self._size = size
        self._options = {**options, "verbose": False, "save": False, "stream": True}
        self.ask([np.zeros((64, 64, 3), np.uint8)], lambda result: None)  # a file may load and yet not run
        network = yolo.predictor.model
        self.names: dict[int, str] = network.names
        self.points = int(getattr(network, "kpt_shape", [0])[0])
        if hasattr(network, "imgsz"):  # what it was exported for; one of any size would be asked for 640
            self._options["imgsz"] = network.imgsz

    def ask(self, images: Sequence[Image], read: Callable[[Any], T], **options: Any) -> list[T]:
        """Return what is read out of the result for each image."""
        found: dict[int, T] = {}
        with self._lock:
            for places in _batches(images, self._size):
                batch = [_prepared(images[place]) for place in places]
                for place, result in zip(places, self._call(batch, **self._options, **options), strict=True):
                    found[place] = read(result.cpu().numpy())
        return [found[place] for place in range(len(images))]


def _batches(images: Sequence[Image], size: int) -> Iterator[list[int]]:
    """Yield the places of pictures of one shape: what a picture is padded with must not hang on others."""
    shapes: dict[tuple[int, ...], list[int]] = {}
    for place, image in enumerate(images):
        shapes.setdefault(image.shape, []).append(place)
    for places in shapes.values():
        yield from (places[start : start + size] for start in range(0, len(places), size))


def _prepared(image: Image) -> Image:
    """Return the picture as BGR, which the framework takes arrays for; black is added to very thin ones."""
    height, width = image.shape[:2]
    least = max(height, width) // _THINNEST
    below, right = max(0, least - height), max(0, least - width)
    bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    return np.asarray(cv2.copyMakeBorder(bgr, 0, below, 0, right, cv2.BORDER_CONSTANT), np.uint8)


def _best_first(result: Any) -> tuple[Any, Floats, Floats]:
    """Return the result in the order of its scores, its boxes (n, 4) and its scores (n,)."""
    result = result[np.argsort(-result.boxes.conf, kind="stable")]
    return result, result.boxes.xyxy.astype(np.float32), result.boxes.conf.astype(np.float32)


class _Objects:
    """Task object-detector."""

    def __init__(self, model: _Model) -> None:
        self._model = model

    def detect(self, images: Sequence[Image]) -> list[Detections]:
        return self._model.ask(images, self._read)

    def _read(self, result: Any) -> Detections:
        result, boxes, scores = _best_first(result)
        labels = tuple(self._model.names[int(number)] for number in result.boxes.cls)
        return Detections(boxes, scores, labels=labels)


class _Faces:
    """Task face-detector: a model with classes of faces; five key points are eyes, nose and mouth."""

    def __init__(self, model: _Model) -> None:
        self._model = model
        words = {number: re.split("[^a-z]+", name.lower()) for number, name in model.names.items()}
        self._classes = [number for number in words if {"face", "faces"} & set(words[number])]
        if not self._classes:
            known = ", ".join(list(model.names.values())[:5])
            raise UnknownModelError(f"{model.path} finds no faces but {known}")

    def detect(self, images: Sequence[Image]) -> list[Detections]:
        return self._model.ask(images, self._read, classes=self._classes)

    def _read(self, result: Any) -> Detections:
        result, boxes, scores = _best_first(result)
        if self._model.points != _FACE_POINTS:
            return Detections(boxes, scores)
        return Detections(boxes, scores, result.keypoints.data[..., :2].astype(np.float32))


class _Bodies:
    """Task pose-detector."""

    def __init__(self, model: _Model) -> None:
        if model.points != _COCO_POINTS:
            raise UnknownModelError(f"{model.path} has {model.points} key points, not COCO's {_COCO_POINTS}")
        self._model = model

    def detect(self, images: Sequence[Image]) -> list[Poses]:
        return self._model.ask(images, self._read)

    def _read(self, result: Any) -> Poses:
        result, boxes, scores = _best_first(result)
        points = result.keypoints.data.astype(np.float32)
        visibility = points[..., 2] if points.shape[2] > 2 else np.ones(points.shape[:2], np.float32)
        return bodies.from_coco(boxes, scores, points[..., :2], visibility)


class _Classes:
    """Task classifier: the framework cuts the middle out of each picture itself."""

    exclusive = True
    size: tuple[int, int] | None = None

    def __init__(self, model: _Model) -> None:
        self._model = model
        self.labels = distinct([model.names[number] for number in sorted(model.names)])

    def classify(self, images: Sequence[Image]) -> Floats:
        found = self._model.ask(images, lambda result: result.probs.data)
        return np.array(found, np.float32).reshape(len(images), len(self.labels))


class _Features:
    """Task image-feature: the means of the layer before the last, which the framework calls embedding."""

    def __init__(self, model: _Model) -> None:
        self._model = model

    def features(self, images: Sequence[Image]) -> Floats:
        return np.array(self._model.ask(images, lambda vector: vector), np.float32)


_ADAPTERS: dict[Task, Callable[[_Model], Any]] = {
    "object-detector": _Objects,
    "face-detector": _Faces,
    "pose-detector": _Bodies,
    "classifier": _Classes,
    "image-feature": _Features,
}
