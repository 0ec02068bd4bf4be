"""Faces by three networks that miss different ones, judged by a fourth.

BlazeFace full range finds most, short range those that fill the frame, 320n small and turned ones. Where they
agree they are one candidate. FaceMesh says whether a candidate is a face at all, and where its points are.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analyzer.detect.batch import Batch
from analyzer.detect.faces import Floats, Found, Sex
from analyzer.detect.mesh_finder import SAME, judged
from analyzer.detect.networks import Networks
from analyzer.settings import Settings
from models.boxes import Detections, iou
from models.facemesh import rois_from_boxes, rois_from_detections

SEX: dict[str, Sex] = {"face_female": "female", "face_male": "male"}


class BlazeFinder:
    """The embedded finder."""

    def __init__(self, networks: Networks, settings: Settings) -> None:
        self._full, self._short = networks.blazeface_full, networks.blazeface_short
        self._objects, self._mesh = networks.nudenet, networks.facemesh
        self._min_score = settings.faces.min_score
        self._min_presence = settings.faces.min_presence

    def find(self, batch: Batch) -> list[Found]:
        """See Finder."""
        full, short = batch.ask(self._full.detect_closely), batch.ask(self._short.detect)
        objects, _ = batch.ask(self._objects.detect)
        labelled = [self._faces_of(things) for things in objects]
        candidates = [fuse(*three) for three in zip(full, short, labelled, strict=True)]
        meshes = self._mesh.landmarks(batch.images, [rois for _, rois in candidates])
        return [
            self._judge(scores, *mesh, faces)
            for (scores, _), mesh, faces in zip(candidates, meshes, labelled, strict=True)
        ]

    def _faces_of(self, things: Detections) -> Detections:
        chosen = [
            i for i, label in enumerate(things.labels) if label in SEX and things.scores[i] >= self._min_score
        ]
        labels = tuple(things.labels[i] for i in chosen)
        return Detections(things.boxes[chosen], things.scores[chosen], labels=labels)

    def _judge(self, scores: Floats, points: Floats, presence: Floats, labelled: Detections) -> Found:
        """Keep the candidates that FaceMesh takes for faces, each face once."""
        found = judged(scores, points, presence, self._min_presence)
        return replace(found, sex=[_sex(box, labelled) for box in found.boxes])


def fuse(full: Detections, short: Detections, labelled: Detections) -> tuple[Floats, Floats]:
    """Return scores (n,) and regions (n, 4) for FaceMesh of the candidates that three detectors name.

    A box that overlaps one of a detector before it only raises that one's score.
    """
    boxes = np.empty((0, 4), np.float32)
    scores: list[float] = []
    rois = np.empty((0, 4), np.float32)
    for found in (full, short, labelled):
        turned = found.points.size > 0
        regions = rois_from_detections(found.boxes, found.points) if turned else rois_from_boxes(found.boxes)
        for box, score, region in zip(found.boxes, found.scores, regions, strict=True):
            overlaps = iou(box, boxes)
            if len(overlaps) and overlaps.max() > SAME:
                best = int(overlaps.argmax())
                scores[best] = max(scores[best], float(score))
            else:
                boxes, rois = np.vstack([boxes, box]), np.vstack([rois, region])
                scores.append(float(score))
    return np.array(scores, np.float32), rois


def _sex(box: Floats, labelled: Detections) -> tuple[Sex, float] | None:
    overlaps: Sequence[float] = iou(box, labelled.boxes).tolist()
    best = max(range(len(overlaps)), key=lambda i: overlaps[i], default=None)
    if best is None or overlaps[best] <= SAME:
        return None
    return SEX[labelled.labels[best]], float(labelled.scores[best])
