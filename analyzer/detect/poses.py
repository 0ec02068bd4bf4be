"""Poses of everybody in a frame."""

from collections.abc import Sequence

import numpy as np

from analyzer.detect.batch import Batch
from analyzer.detect.networks import Networks
from analyzer.records import Pose
from analyzer.settings import Settings
from models import bodies
from models.blazepose import rois_from_faces
from models.contracts import PoseDetector


class Poses:
    """The people that a detector finds which is named as "backend:model"."""

    def __init__(self, detector: PoseDetector, networks: Networks, settings: Settings) -> None:
        self._detector = detector

    def _find(self, batch: Batch) -> Sequence[bodies.Poses]:
        return batch.ask(self._detector.detect)

    def detect(self, batch: Batch) -> list[Pose]:
        """See Detector."""
        poses = []
        for frame, people in zip(batch.frames, self._find(batch), strict=True):
            points = people.points * frame.scale
            packed = np.concatenate([points, people.visibility[..., None] * 100], axis=2)
            packed = np.clip(packed.round(), -32768, 32767)
            boxes = people.boxes * (frame.scale * 2)
            poses += [
                Pose(keyframe=frame.index, box=tuple(box), score=score, points=keypoints)
                for box, score, keypoints in zip(boxes.tolist(), people.scores.tolist(), packed, strict=True)
            ]
        return poses


class BlazePoses(Poses):
    """BlazePose for every person in the frame. Faces show it bodies that its own detector misses."""

    def __init__(self, networks: Networks, settings: Settings) -> None:
        self._network, self._faces = networks.blazepose, networks.blazeface_full

    def _find(self, batch: Batch) -> Sequence[bodies.Poses]:
        seeds = [rois_from_faces(faces.boxes) for faces in batch.ask(self._faces.detect_closely)]
        return self._network.detect(batch.images, seeds)
