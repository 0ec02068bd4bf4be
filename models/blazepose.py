"""BlazePose: 33 points of every person in an image.

Method: MediaPipe 0.10.21's pose_detection and pose_landmark modules, but for every detection, not the first
only: the detector gives mid hip and a point on the circle around the body; the turned square around that
circle goes to the landmark network, whose points are refined by its heat maps.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.bodies import HEAD, POINTS, Poses, around
from models.images import Floats, Image, crop, from_crop, sigmoid
from models.sessions import Session
from models.ssd import AnchorDetector, Layout

LAYOUT = Layout(224, ((8, 2), (16, 2), (32, 6)))
SIDE = 256
_ROI_SCALE = 1.25
_WINDOW = 3
_MIN_HEAT = 0.5
_SAME_BODY, _SAME_HEAD = 0.1, 0.05
_SAME_REGION = 0.15
_FACE_TO_HIP, _FACE_TO_SIDE = 3.5, 9.0


class BlazePose:
    """Finds people and their points.

    Args:
        detector: session of blazepose-detector.
        landmarks: session of blazepose-landmarks.
        min_score: of the detector, and of the landmark network's own judgement.
    """

    def __init__(self, detector: Session, landmarks: Session, min_score: float = 0.5) -> None:
        self._detector = AnchorDetector(detector, LAYOUT, min_score)
        self._landmarks = landmarks
        self._min_score = min_score

    def detect(self, images: Sequence[Image], seeds: Sequence[Floats] | None = None) -> list[Poses]:
        """The people of each image, in order.

        Args:
            images: RGB (H, W, 3), sizes may differ.
            seeds: for each image further regions (n, 4) to look for a body in; see `rois_from_faces`.
        """
        rois = [rois_from_points(found.points) for found in self._detector.detect(images)]
        if seeds is not None:
            rois = [
                np.concatenate([own, unclaimed(more, own)]) for own, more in zip(rois, seeds, strict=True)
            ]
        crops = [crop(image, regions, SIDE) for image, regions in zip(images, rois, strict=True)]
        outputs = self._landmarks.run(np.concatenate([np.empty((0, SIDE, SIDE, 3), np.uint8), *crops]))
        found, start = [], 0
        for regions in rois:
            stop = start + len(regions)
            found.append(self._poses(regions, *(output[start:stop] for output in outputs)))
            start = stop
        return found

    def _poses(self, rois: Floats, values: Floats, presence: Floats, heat: Floats) -> Poses:
        sure = np.flatnonzero(presence[:, 0] >= self._min_score)
        sure = sure[np.argsort(-presence[sure, 0], kind="stable")]
        values = values[sure].reshape(len(sure), values.shape[1] // 5, 5)[:, :POINTS]
        points = refine(values[..., :2], heat[sure, :, :, :POINTS])
        points = from_crop(points, rois[sure], SIDE)
        visibility = sigmoid(values[..., 3])
        kept = distinct(points, rois[sure, 2])
        points, visibility = points[kept], visibility[kept]
        return Poses(around(points, visibility), presence[sure[kept], 0], points, visibility)


def rois_from_points(points: Floats) -> Floats:
    """Regions (n, 4) from the detector's key points (n, 4, 2): mid hip, and the top of its circle."""
    centre, spoke = points[:, 0], points[:, 1] - points[:, 0]
    side = 2 * _ROI_SCALE * np.linalg.norm(spoke, axis=1)
    angle = np.pi / 2 + np.arctan2(spoke[:, 1], spoke[:, 0])
    return np.stack([centre[:, 0], centre[:, 1], side, angle], 1).astype(np.float32)


def rois_from_faces(boxes: Floats) -> Floats:
    """Regions (n, 4) of the upright bodies below faces (n, 4), for people whom the detector misses.

    In 305 frames of 11 films, BlazePose finds the bodies of 92 of 151 faces by its own detector, of 142 with
    these. Proportions: medians over people found by both, the side a little less than the 10.8 measured.
    """
    side = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, initial=0)
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2 + _FACE_TO_HIP * side
    return np.stack([x, y, _FACE_TO_SIDE * side, np.zeros_like(x)], 1).astype(np.float32)


def unclaimed(seeds: Floats, rois: Floats) -> Floats:
    """The seeds (n, 4) whose centre is none of the regions' (m, 4), give or take a part of the side."""
    apart = np.linalg.norm(seeds[:, None, :2] - rois[None, :, :2], axis=2)
    sides = np.maximum(seeds[:, None, 2], rois[None, :, 2])
    return np.asarray(seeds[(apart > _SAME_REGION * sides).all(axis=1)], np.float32)


def refine(points: Floats, heat: Floats) -> Floats:
    """Move points to the centre of the heat around them, where it is hot.

    Args:
        points: (n, k, 2) in pixels of the crop.
        heat: (n, rows, columns, k) before the logistic function.
    """
    n, rows, columns, k = heat.shape
    scale = np.array([columns, rows], np.float32) / SIDE
    cell = (points * scale).astype(int)
    reach = np.arange(-_WINDOW, _WINDOW + 1)
    x, y = cell[..., 0, None, None] + reach, cell[..., 1, None, None] + reach[:, None]
    inside = (x >= 0) & (x < columns) & (y >= 0) & (y < rows)
    at = np.arange(n)[:, None, None, None], y.clip(0, rows - 1), x.clip(0, columns - 1)
    hot = sigmoid(heat[(*at, np.arange(k)[:, None, None])]) * inside
    total = hot.sum((2, 3))
    starts_inside = ((cell >= 0) & (cell < [columns, rows])).all(-1)
    moved = (hot.max((2, 3), initial=0) >= _MIN_HEAT) & starts_inside
    centre = np.stack([(hot * x).sum((2, 3)), (hot * y).sum((2, 3))], -1) / np.maximum(total, 1e-9)[..., None]
    return np.where(moved[..., None], centre / scale, points).astype(np.float32)


def distinct(points: Floats, sides: Floats) -> list[int]:
    """Indices of poses (n, 33, 2), surest first, whose body and head are not a surer one's.

    Args:
        points: in pixels of the image.
        sides: (n,) of the regions they were found in.
    """
    kept: list[int] = []
    for i in range(len(points)):
        apart = np.linalg.norm(points[kept] - points[i], axis=2) / np.maximum(sides[kept], sides[i])[:, None]
        if ((apart.mean(axis=1) > _SAME_BODY) & (apart[:, HEAD].mean(axis=1) > _SAME_HEAD)).all():
            kept.append(i)
    return kept
