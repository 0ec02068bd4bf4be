"""OpenCV's own networks and cascades. None of its objects may be used by two threads at once: they wait."""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import cv2
import numpy as np

from models.alignment import ARCFACE
from models.boxes import Detections
from models.errors import BrokenModelError
from models.images import Floats, Image
from models.own import description
from models.own.description import Side, Three, View

HALF = 6
"""Windows of a cascade that agree on what is half sure. OpenCV's levelWeights would not do for a score: those
of haarcascade_frontalface_default go from -3 to 14, those of haarcascade_frontalface_alt2 from 54 to 58."""

_OF_OPENCV = re.compile(r"^OpenCV\(\S+ \S+ error: \([^)]*\) ")
"""What its errors begin with: a version, a place in its code, a number."""

_STEP = 1.1
_OVERLAP = 0.3
_MOST = 5000
_EPSILON = 1e-6
"""Rows of a DetectionOutput that are not used have a score of 0."""


class Model(ABC):
    """A model that is read from a file, and then asked under its lock.

    Raises:
        BrokenModelError: OpenCV cannot read the file, or not run what it holds; here and when it is asked.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        with self._in_one_line():
            self._model = self._read()

    @abstractmethod
    def _read(self) -> Any:
        """Return OpenCV's object."""

    @contextmanager
    def _in_one_line(self) -> Iterator[None]:
        try:
            yield
        except (cv2.error, ValueError, IndexError) as error:
            reason = _OF_OPENCV.sub("", " ".join(str(error).split()))[:200]
            raise BrokenModelError(self._refusal(reason)) from error

    def _refusal(self, reason: str) -> str:
        """Return what to say of a file that cannot be read or run."""
        return f"{self._path} is not what OpenCV can run here: {reason}"


class _Detector(Model):
    """Task face-detector, and object-detector where it has labels."""

    def detect(self, images: Sequence[Image]) -> list[Detections]:
        """See models.contracts.Detector."""
        with self._lock, self._in_one_line():
            return [self._look(image) for image in images]

    @abstractmethod
    def _look(self, image: Image) -> Detections:
        """Return what is in one image."""


class Cascade(_Detector):
    """A Haar or LBP cascade: how many windows n agree is how sure it is, n / (n + HALF).

    Args:
        path: of the .xml file.
        min_score: of what is found.
        label: of all that it finds; none for a face detector.
    """

    def __init__(self, path: Path, min_score: float, label: str = "") -> None:
        super().__init__(path)
        self._label = label
        # groups of more windows than this are kept; of two at least, or OpenCV would not group them
        self._min_neighbours = max(1, math.ceil(HALF * min_score / max(1 - min_score, 1e-3)) - 1)

    def _read(self) -> Any:
        cascade = cv2.CascadeClassifier()
        if not cascade.load(str(self._path)):
            raise ValueError("it is not a cascade")
        return cascade

    def _look(self, image: Image) -> Detections:
        grey = cv2.equalizeHist(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
        found, windows = self._model.detectMultiScale2(grey, _STEP, self._min_neighbours)
        boxes = np.array(found, np.float32).reshape(-1, 4)
        count = np.array(windows, np.float32).reshape(-1)
        order = np.argsort(-count, kind="stable")
        boxes[:, 2:] += boxes[:, :2]
        labels = (self._label,) * len(order) if self._label else ()
        return Detections(boxes[order], (count / (count + HALF))[order], labels=labels)


class YuNet(_Detector):
    """OpenCV's small face detector, with five points.

    Args:
        path: of the .onnx file.
        min_score: of what is found.
    """

    def __init__(self, path: Path, min_score: float) -> None:
        self._min_score = min_score
        super().__init__(path)
        self.detect([np.zeros((64, 64, 3), np.uint8)])  # a network with other outputs fails only when it runs

    def _read(self) -> Any:
        return cv2.FaceDetectorYN.create(str(self._path), "", (64, 64), self._min_score, _OVERLAP, _MOST)

    def _look(self, image: Image) -> Detections:
        self._model.setInputSize(image.shape[1::-1])
        _, found = self._model.detect(cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
        rows = np.empty((0, 15), np.float32) if found is None else found[np.argsort(-found[:, 14])]
        boxes = np.concatenate([rows[:, :2], rows[:, :2] + rows[:, 2:4]], 1)
        return Detections(boxes, rows[:, 14].clip(0, 1), rows[:, 4:14].reshape(-1, 5, 2))


class SFace(Model):
    """Task face-embedder: OpenCV's own, 128 numbers.

    Args:
        path: of the .onnx file.
    """

    template = ARCFACE

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._size = self.embed(np.zeros((1, 112, 112, 3), np.uint8)).shape[1]

    def _read(self) -> Any:
        return cv2.FaceRecognizerSF.create(str(self._path), "")

    def embed(self, chips: Image) -> Floats:
        """See models.contracts.Embedder."""
        with self._lock, self._in_one_line():
            vectors = [self._model.feature(cv2.cvtColor(c, cv2.COLOR_RGB2BGR)).reshape(-1) for c in chips]
        return np.array(vectors, np.float32) if vectors else np.empty((0, self._size), np.float32)


class SsdView(View):
    """What a Caffe detector sees, and its classes; if nothing is said, as OpenCV's own face detector."""

    width: Side = 300
    height: Side = 300
    colour: Literal["rgb", "bgr"] = "bgr"
    mean: Three = (104.0, 177.0, 123.0)


def view_of(path: Path) -> SsdView:
    """Return what NAME.toml beside a Caffe model says.

    Raises:
        ModelError: it is damaged.
    """
    return description.read(path, SsdView) or SsdView()


class Ssd(_Detector):
    """A detector of Caffe's whose last layer is a DetectionOutput.

    Args:
        path: of the .caffemodel file; NAME.prototxt lies beside it and, if it needs other input than OpenCV's
            own face detector, NAME.toml.
        min_score: of what is found.
        labels: of the classes after the background; none for a face detector.
    """

    def __init__(self, path: Path, min_score: float, labels: tuple[str, ...] = ()) -> None:
        self._min_score, self._labels = min_score, labels
        self._view = view_of(path)
        super().__init__(path)
        self.detect([np.zeros((64, 64, 3), np.uint8)])  # a network with other outputs fails only when it runs

    def _read(self) -> Any:
        return cv2.dnn.readNetFromCaffe(str(self._path.with_suffix(".prototxt")), str(self._path))

    def _look(self, image: Image) -> Detections:
        pixels = cv2.resize(image, (self._view.width, self._view.height))[None].astype(np.float32)
        self._model.setInput(self._view.see(pixels).transpose(0, 3, 1, 2))
        rows = self._model.forward().reshape(-1, 7)  # picture, class, score, box in shares of the picture
        rows = rows[rows[:, 2] >= max(self._min_score, _EPSILON)]
        rows = rows[np.argsort(-rows[:, 2], kind="stable")]
        height, width = image.shape[:2]
        labels = tuple(self._labels[int(row) - 1] for row in rows[:, 1]) if self._labels else ()
        boxes = rows[:, 3:] * np.array([width, height, width, height], np.float32)
        return Detections(boxes, rows[:, 2].clip(0, 1), labels=labels)
