"""Poses of everybody in a frame, by BlazePose."""

import numpy as np

from analyzer.detect.batch import Batch
from analyzer.detect.networks import Networks
from analyzer.records import Pose
from analyzer.settings import Settings


class Poses:
    """BlazePose for every person in the frame."""

    def __init__(self, networks: Networks, settings: Settings) -> None:
        self._network = networks.blazepose

    def detect(self, batch: Batch) -> list[Pose]:
        """See Detector."""
        poses = []
        for frame, people in zip(batch.frames, batch.ask(self._network.detect), strict=True):
            points = people.points * frame.scale
            packed = np.concatenate([points, people.visibility[..., None] * 100], axis=2)
            packed = np.clip(packed.round(), -32768, 32767)
            boxes = people.boxes * (frame.scale * 2)
            poses += [
                Pose(keyframe=frame.index, box=tuple(box), score=score, points=keypoints)
                for box, score, keypoints in zip(boxes.tolist(), people.scores.tolist(), packed, strict=True)
            ]
        return poses
