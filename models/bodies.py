"""Bodies as every pose network gives them: BlazePose's 33 points, of which others know some."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.images import Floats

POINTS = 33
HEAD = slice(0, 11)
"""Nose, eyes, ears and mouth among the points."""
_VISIBLE = 0.5

_COCO = (0, 2, 5, 7, 8, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28)
"""Where COCO's 17 points are among BlazePose's 33: nose, then left and right eye, ear, shoulder, elbow,
wrist, hip, knee and ankle."""


@dataclass(frozen=True, slots=True)
class Poses:
    """The people of one image, surest first.

    Attributes:
        boxes: (n, 4) around the visible points, in pixels of the image.
        scores: (n,) how sure the network is that there is a person.
        points: (n, 33, 2) in pixels of the image, also where they are hidden or outside; 0, 0 where the
            network has no such point.
        visibility: (n, 33) 0 to 1; 0 where the network has no such point.
    """

    boxes: Floats
    scores: Floats
    points: Floats
    visibility: Floats


def from_coco(boxes: Floats, scores: Floats, points: Floats, visibility: Floats) -> Poses:
    """Return poses with COCO's 17 points at their places among the 33.

    Args:
        boxes: (n, 4) in pixels of the image.
        scores: (n,)
        points: (n, 17, 2) in pixels of the image.
        visibility: (n, 17) 0 to 1.
    """
    all_points = np.zeros((len(points), POINTS, 2), np.float32)
    all_visibility = np.zeros((len(points), POINTS), np.float32)
    all_points[:, _COCO], all_visibility[:, _COCO] = points, visibility
    return Poses(boxes, scores, all_points, all_visibility)


def around(points: Floats, visibility: Floats) -> Floats:
    """Boxes (n, 4) around the visible points of each pose, around all where none is."""
    seen = visibility >= _VISIBLE
    seen |= ~seen.any(axis=1, keepdims=True)
    low = np.where(seen[..., None], points, np.inf).min(axis=1, initial=np.inf)
    high = np.where(seen[..., None], points, -np.inf).max(axis=1, initial=-np.inf)
    return np.concatenate([low, high], 1).astype(np.float32)
