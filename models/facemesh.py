"""FaceMesh: 468 points on each face of an image, and whether there is a face at all.

Method: MediaPipe 0.10.21's face_landmark module: a square with level eyes, 1.5 times the box.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.images import Floats, Image, crop, from_crop, sigmoid
from models.sessions import Session

SIDE = 192
LANDMARKS = (263, 362, 33, 133, 2, 1, 291, 61)
"""The mesh's points that faces are aligned by, in the order of models.alignment.Template."""
_RIGHT_CHEEK, _LEFT_CHEEK = 234, 454


def rois_from_detections(boxes: Floats, points: Floats, scale: float = 1.5) -> Floats:
    """Regions (n, 4) from BlazeFace's boxes (n, 4) and key points (n, 6, 2), turned to level eyes."""
    rois = rois_from_boxes(boxes, scale)
    eyes = points[:, 1] - points[:, 0]
    rois[:, 3] = np.arctan2(eyes[:, 1], eyes[:, 0])
    return rois


def rois_from_boxes(boxes: Floats, scale: float = 1.5) -> Floats:
    """Upright regions (n, 4) around boxes (n, 4): centre x and y, side, angle 0."""
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    side = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, keepdims=True, initial=0) * scale
    return np.concatenate([centre, side, np.zeros_like(side)], 1).astype(np.float32)


def landmarks_of(points: Floats) -> Floats:
    """The landmarks (n, 8, 2) that faces are aligned by, from meshes (n, 468, 3) or larger ones."""
    return points[:, LANDMARKS, :2]


def frontality(points: Floats) -> Floats:
    """(n,) cosine of how far each mesh (n, 468, 3) is turned aside: 1 into the camera, 0 in profile."""
    across = points[:, _LEFT_CHEEK] - points[:, _RIGHT_CHEEK]
    length = np.linalg.norm(across, axis=1)
    flat = np.linalg.norm(across[:, :2], axis=1)
    return np.asarray(flat / np.where(length > 0, length, 1), np.float32)


class FaceMesh:
    """Points of faces.

    Args:
        session: of facemesh.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def landmarks(self, images: Sequence[Image], rois: Sequence[Floats]) -> list[tuple[Floats, Floats]]:
        """Points of each image's regions, all regions of all images in one run.

        Args:
            images: RGB (H, W, 3), sizes may differ.
            rois: for each image (n, 4): centre x and y, side in pixels, angle in radians.

        Returns:
            for each image the points (n, 468, 3), x and y in its pixels, z in the same scale (less is
            nearer); and the presence (n,), 0 to 1.
        """
        crops = [crop(image, regions, SIDE) for image, regions in zip(images, rois, strict=True)]
        values, logits = self._session.run(np.concatenate([np.empty((0, SIDE, SIDE, 3), np.uint8), *crops]))
        values, presence = values.reshape(-1, 468, 3), sigmoid(logits.reshape(-1))
        found, start = [], 0
        for regions in rois:
            stop = start + len(regions)
            found.append((from_crop(values[start:stop], regions, SIDE), presence[start:stop]))
            start = stop
        return found
