"""DeepFace's models, opened, as `models.contracts` has them.

DeepFace keeps one model of each name for the whole process and says nothing of threads: one lock is held for
every call.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from models.alignment import Template
from models.boxes import Detections
from models.contracts import Attributes
from models.images import Floats, Image

LOCK = threading.RLock()
"""Held while DeepFace works."""

_SEXES = ("female", "male")
"""As the outputs of its network are: woman, man."""


class Embedder:
    """An embedder; see models.contracts.

    Args:
        client: DeepFace's.
        batch_size: the most faces in one forward pass.
    """

    def __init__(self, client: Any, template: Template, batch_size: int) -> None:
        self.template = template
        self._client = client
        self._batch_size = batch_size

    def embed(self, chips: Image) -> Floats:
        """See models.contracts.Embedder."""
        rows = [_rows(self._client.forward, batch) for batch in _batches(chips, self._batch_size)]
        return np.concatenate([np.empty((0, self._client.output_shape), np.float32), *rows])


class Guesser:
    """A model of attributes; see models.contracts.

    Args:
        clients: DeepFace's, by "age", "sex" and "emotion".
        emotions: the words for the emotions, in the order of the network's outputs.
        batch_size: the most faces in one forward pass.
    """

    def __init__(
        self, clients: Mapping[str, Any], emotions: Sequence[str], template: Template, batch_size: int
    ) -> None:
        self.template = template
        self._clients = clients
        self._labels = {"sex": _SEXES, "emotion": tuple(emotions)}
        self._batch_size = batch_size

    def guess(self, chips: Image) -> list[Attributes]:
        """See models.contracts.AttributeModel."""
        return [found for batch in _batches(chips, self._batch_size) for found in self._guess(batch)]

    def _guess(self, batch: Floats) -> Iterator[Attributes]:
        answers = {what: _rows(client.predict, batch) for what, client in self._clients.items()}
        for i in range(len(batch)):
            row = {what: answer[i] for what, answer in answers.items()}
            yield Attributes(
                age=float(row["age"][0]) if "age" in row else None,
                **{what: _likeliest(row[what], self._labels[what]) for what in self._labels if what in row},
            )


class Detector:
    """A face detector; see models.contracts. DeepFace gives its detectors one picture at a time.

    Args:
        client: DeepFace's.
        min_score: faces below it are left out.
    """

    def __init__(self, client: Any, min_score: float) -> None:
        self._client = client
        self._min_score = min_score

    def detect(self, images: Sequence[Image]) -> list[Detections]:
        """See models.contracts.Detector."""
        return [self._detect(image) for image in images]

    def _detect(self, image: Image) -> Detections:
        with LOCK:
            areas = self._client.detect_faces(np.ascontiguousarray(image[..., ::-1]))
        return detections(areas, self._min_score)


def detections(areas: Iterable[Any], min_score: float) -> Detections:
    """Return DeepFace's FacialAreaRegions as Detections; with the eyes if there are two in every face.

    DeepFace's left eye is the subject's.
    """
    faces = [face for face in areas if face.confidence >= min_score and face.w > 0 and face.h > 0]
    faces.sort(key=lambda face: -face.confidence)
    eyes = [(face.right_eye, face.left_eye) for face in faces]
    known = all(right is not None and left is not None for right, left in eyes)
    boxes = [(face.x, face.y, face.x + face.w, face.y + face.h) for face in faces]
    return Detections(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.clip(np.array([face.confidence for face in faces], np.float32), 0, 1),
        np.array(eyes if known else [], np.float32).reshape(len(faces), -1, 2)
        if faces
        else np.empty((0, 0, 2), np.float32),
    )


def _batches(chips: Image, size: int) -> Iterator[Floats]:
    """The chips as DeepFace prepares them: BGR, 0 to 1."""
    for start in range(0, len(chips), size):
        yield chips[start : start + size, ..., ::-1].astype(np.float32) / np.float32(255)


def _rows(ask: Any, batch: Floats) -> Floats:
    """What DeepFace answers to a batch, a row each; of a single picture it gives the bare row or number."""
    with LOCK:
        return np.asarray(ask(batch), np.float32).reshape(len(batch), -1)


def _likeliest(scores: Floats, labels: Sequence[str]) -> tuple[str, float]:
    best = int(np.argmax(scores))
    return labels[best], float(scores[best] / scores.sum())
