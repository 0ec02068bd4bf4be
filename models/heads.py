"""Detections out of the raw outputs of YOLO and SCRFD networks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.boxes import Integers, nms
from models.images import Floats

_OVERLAP = 0.45
_MOST = 5000
"""Candidates that are compared, the likeliest: the time that takes grows with their square."""


@dataclass(frozen=True, slots=True)
class Raw:
    """What was found in one picture, in pixels of the network's input, best first.

    Attributes:
        boxes: (n, 4) x0, y0, x1, y1.
        scores: (n,) 0 to 1.
        classes: (n,) numbers.
        points: (n, k, 2 or 3) key points: x, y and, if the network gives it, how visible they are.
    """

    boxes: Floats
    scores: Floats
    classes: Integers
    points: Floats


@dataclass(frozen=True, slots=True)
class Asked:
    """What a head is asked.

    Attributes:
        size: width and height of the network's input, in pixels.
        points: how many key points it gives.
        min_score: below which nothing is of use.
    """

    size: tuple[int, int]
    points: int
    min_score: float


def yolo(outputs: Sequence[Floats], asked: Asked) -> Raw:
    """Decode YOLOv8 to v12: (4 + classes + points * 2 or 3, n)."""
    rows = outputs[0].T
    classes, tail = _parts(rows[:, 4:], asked.points)
    return _best(rows[:, :4], classes, tail, asked)


def yolo_objectness(outputs: Sequence[Floats], asked: Asked) -> Raw:
    """Decode YOLOv5 to v7: (n, 5 + classes + points * 2 or 3); a class's score is weighted by objectness."""
    rows = outputs[0]
    classes, tail = _parts(rows[:, 5:], asked.points)
    return _best(rows[:, :4], classes * rows[:, 4:5], tail, asked)


def end_to_end(outputs: Sequence[Floats], asked: Asked) -> Raw:
    """Decode what needs no suppression any more: (n, 6 + points * 2 or 3): corners, score, class, points."""
    rows = outputs[0]
    rows = rows[rows[:, 4] >= asked.min_score]
    rows = rows[np.argsort(-rows[:, 4], kind="stable")[:_MOST]]
    return Raw(rows[:, :4], rows[:, 4], rows[:, 5].astype(np.intp), _shaped(rows[:, 6:], asked.points))


def scrfd(outputs: Sequence[Floats], asked: Asked) -> Raw:
    """Decode SCRFD and RetinaFace as InsightFace exports them, for 3 strides from 8 on, or 5.

    For each stride scores (n, 1), then for each distances to left, top, right and bottom (n, 4), then, if
    there are any, points (n, 2 * points), in units of the stride, relative to the places of the anchors.
    """
    levels = len(outputs) // (3 if asked.points else 2)
    boxes, scores, points = [], [], []
    for level in range(levels):
        score, sides = outputs[level][:, 0], outputs[levels + level]
        stride = 8 << level
        centres = _places(asked.size, stride, len(score))
        boxes.append(np.concatenate([centres - sides[:, :2] * stride, centres + sides[:, 2:] * stride], 1))
        scores.append(score)
        offsets = outputs[2 * levels + level] if asked.points else np.empty((len(score), 0), np.float32)
        points.append(centres[:, None] + _shaped(offsets, asked.points) * stride)
    flat = np.concatenate(scores)
    return _suppressed(
        np.concatenate(boxes), flat, np.zeros(len(flat), np.intp), np.concatenate(points), asked.min_score
    )


HEADS = {"yolo": yolo, "yolo-objectness": yolo_objectness, "end-to-end": end_to_end, "scrfd": scrfd}
"""By the name that descriptions have for them: from one picture's outputs to what was found."""


def _places(size: tuple[int, int], stride: int, count: int) -> Floats:
    """Where the anchors of a stride lie (count, 2): row by row, all of one place together."""
    width, height = size
    y, x = np.mgrid[: -(-height // stride), : -(-width // stride)]
    places = np.stack([x.ravel(), y.ravel()], 1) * stride
    return np.repeat(places, count // len(places), axis=0).astype(np.float32)


def _parts(values: Floats, points: int) -> tuple[Floats, Floats]:
    """Split class scores (n, classes) from points; with points there is one class."""
    classes = 1 if points else values.shape[1]
    return values[:, :classes], values[:, classes:]


def _shaped(values: Floats, points: int) -> Floats:
    return values.reshape(len(values), points, values.shape[1] // points if points else 2)


def _best(centred: Floats, classes: Floats, tail: Floats, asked: Asked) -> Raw:
    """Take each row's best class; boxes come as centre and size."""
    best = classes.argmax(axis=1)
    scores = np.take_along_axis(classes, best[:, None], 1)[:, 0]
    centre, half = centred[:, :2], centred[:, 2:] / 2
    corners = np.concatenate([centre - half, centre + half], 1)
    return _suppressed(corners, scores, best, _shaped(tail, asked.points), asked.min_score)


def _suppressed(corners: Floats, scores: Floats, classes: Integers, points: Floats, min_score: float) -> Raw:
    likely = np.flatnonzero(scores >= min_score)
    likely = likely[np.argsort(-scores[likely], kind="stable")[:_MOST]]
    kept = likely[nms(corners[likely], scores[likely], classes[likely], _OVERLAP)]
    return Raw(corners[kept], scores[kept], classes[kept], points[kept])
