"""Boxes x0, y0, x1, y1: overlap, suppression, and what a detector found in one image."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Detections:
    """What was found in one image, best first.

    Attributes:
        boxes: (n, 4) x0, y0, x1, y1 in pixels of the image; may reach past its edges.
        scores: (n,) 0 to 1.
        points: (n, k, 2) key points in pixels of the image; k is 0 for detectors without.
        labels: n names; empty for detectors of one class.
    """

    boxes: Floats
    scores: Floats
    points: Floats = field(default_factory=lambda: np.empty((0, 0, 2), np.float32))
    labels: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.scores)


def iou(box: Floats, boxes: Floats) -> Floats:
    """Intersection over union of one box with (n, 4) others; empty boxes overlap with none."""
    low, high = np.maximum(box[:2], boxes[:, :2]), np.minimum(box[2:], boxes[:, 2:])
    inter = np.prod(np.clip(high - low, 0, None), axis=1)
    areas = np.prod(np.clip(boxes[:, 2:] - boxes[:, :2], 0, None), axis=1)
    union = areas + max(0.0, float(np.prod(box[2:] - box[:2]))) - inter
    return np.asarray(inter / np.where(union > 0, union, 1), np.float32)


def weighted_nms(values: Floats, scores: Floats, threshold: float) -> tuple[Floats, Floats]:
    """Merge overlapping detections into their mean weighted by score, as MediaPipe does.

    Args:
        values: (n, 4 + m) a box and what else is averaged.
        scores: (n,)
        threshold: overlap (IoU) above which two are one.

    Returns:
        merged values and the best score of each, best first.
    """
    order = np.argsort(-scores, kind="stable")
    merged, kept = [], []
    while len(order):
        same = iou(values[order[0], :4], values[order, :4]) > threshold
        same[0] = True
        weights = scores[order[same]]
        merged.append(weights @ values[order[same]] / weights.sum())
        kept.append(weights[0])
        order = order[~same]
    return np.array(merged, np.float32).reshape(-1, values.shape[1]), np.array(kept, np.float32)


def nms(boxes: Floats, scores: Floats, classes: Integers, threshold: float) -> Integers:
    """Indices of boxes that no better one of the same class overlaps by more than `threshold`, best first."""
    if not len(boxes):
        return np.empty(0, np.intp)
    corners = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], 1).astype(float).tolist()
    kept = cv2.dnn.NMSBoxesBatched(corners, scores.tolist(), classes.tolist(), 0.0, threshold)
    return np.asarray(kept, np.intp).reshape(-1)
