"""Faces by any detector, judged by FaceMesh: whether there is a face at all, and where its points are.

So the faces of every detector have the same points, and one that none of them should have found goes out.
"""

from typing import Any

import numpy as np

from analyzer.detect.batch import Batch
from analyzer.detect.faces import Floats, Found
from analyzer.detect.networks import Networks
from analyzer.settings import Settings
from models.boxes import Detections, iou
from models.contracts import Detector
from models.facemesh import frontality, landmarks_of, rois_from_boxes, rois_from_detections

SAME = 0.3
"""Overlap (IoU) from which on two boxes are one face: the networks frame a face differently."""

PART = 0.6
"""Share of the smaller of two boxes from which on it is a part of the other: a face on a face."""

MESH = 468
"""Points of a detector from which on they are a mesh themselves."""


class MeshFinder:
    """The finder of a detector that is named as "backend:model"."""

    def __init__(self, detector: Detector, networks: Networks, settings: Settings) -> None:
        self._detector = detector
        self._mesh = networks.facemesh
        self._min_presence = settings.faces.min_presence

    def find(self, batch: Batch) -> list[Found]:
        """See Finder."""
        found = batch.ask(self._detector.detect)
        if any(faces.points.shape[1] >= MESH for faces in found):
            meshes: list[tuple[Any, Any]] = [(faces.points, faces.scores) for faces in found]
        else:
            meshes = self._mesh.landmarks(batch.images, [_rois(faces) for faces in found])
        return [
            judged(faces.scores, points, presence, self._min_presence)
            for faces, (points, presence) in zip(found, meshes, strict=True)
        ]


def _rois(faces: Detections) -> Floats:
    """Where FaceMesh looks (n, 4), turned to level eyes where the detector gives eyes."""
    if faces.points.shape[1] >= 2:
        return rois_from_detections(faces.boxes, faces.points)
    return rois_from_boxes(faces.boxes)


def judged(scores: Floats, points: Floats, presence: Floats, min_presence: float) -> Found:
    """Return the faces of an image that are likely enough, each face once.

    Args:
        scores: (n,) of the detector.
        points: (n, 468, 3) a mesh each, in pixels of the image.
        presence: (n,) how sure it is that there is a face.
        min_presence: how sure it must be.
    """
    flat = points[..., :2]
    boxes = np.concatenate([flat.min(axis=1, initial=np.inf), flat.max(axis=1, initial=-np.inf)], 1)
    kept: list[int] = []
    for i in np.argsort(-presence * scores, kind="stable"):
        if presence[i] >= min_presence and not _repeats(boxes[i], boxes[kept]):
            kept.append(int(i))
    meshes = points[kept]
    return Found(
        boxes=boxes[kept],
        scores=scores[kept],
        presence=presence[kept],
        landmarks=landmarks_of(meshes),
        frontality=frontality(meshes),
        sex=[None] * len(kept),
    )


def _repeats(box: Floats, others: Floats) -> bool:
    """Whether a box is one of the others again, or a part of it."""
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    common = np.prod(np.clip(high - low, 0, None), axis=1)
    areas = np.prod(others[:, 2:] - others[:, :2], axis=1)
    smaller = np.minimum(areas, np.prod(box[2:] - box[:2]))
    return bool(((iou(box, others) > SAME) | (common > PART * smaller)).any())
