"""Pictures to network inputs: letterboxes of whole frames, turned crops of parts of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Letterbox:
    """A picture scaled into a square, the rest black.

    Attributes:
        left, top: where the picture begins in the square, in its pixels.
        scale_x, scale_y: pixels of the square for one of the picture.
    """

    left: int
    top: int
    scale_x: float
    scale_y: float

    def to_image(self, points: Floats) -> Floats:
        """(..., 2) points, or (..., 4) boxes, of the square as pixels of the picture."""
        turns = points.shape[-1] // 2
        offset = np.array([self.left, self.top] * turns, np.float32)
        scale = np.array([self.scale_x, self.scale_y] * turns, np.float32)
        return np.asarray((points - offset) / scale, np.float32)


def letterbox(images: Sequence[Image], side: int, centred: bool) -> tuple[Image, list[Letterbox]]:
    """Scale pictures (H, W, 3) of any sizes into squares (N, side, side, 3), centred or at the top left."""
    batch = np.zeros((len(images), side, side, 3), np.uint8)
    boxes = []
    for square, image in zip(batch, images, strict=True):
        height, width = image.shape[:2]
        scale = side / max(height, width)
        new_w, new_h = max(1, round(width * scale)), max(1, round(height * scale))
        left, top = ((side - new_w) // 2, (side - new_h) // 2) if centred else (0, 0)
        square[top : top + new_h, left : left + new_w] = cv2.resize(image, (new_w, new_h))
        boxes.append(Letterbox(left, top, new_w / width, new_h / height))
    return batch, boxes


def roi_matrices(rois: Floats, side: int) -> npt.NDArray[np.float64]:
    """(N, 2, 3) matrices that take pixels of a crop of `side` to pixels of the image.

    Args:
        rois: (N, 4) squares: centre x and y, length of a side, angle in radians (clockwise on the screen).
        side: of the crop, in its pixels.
    """
    x, y, size, angle = np.asarray(rois, np.float64).T
    cos, sin = np.cos(angle) * size / side, np.sin(angle) * size / side
    half = side / 2
    return np.stack(
        [
            np.stack([cos, -sin, x - (cos - sin) * half], -1),
            np.stack([sin, cos, y - (sin + cos) * half], -1),
        ],
        -2,
    )


def crop(image: Image, rois: Floats, side: int) -> Image:
    """Crops (N, side, side, 3) of turned squares; beyond the image, its edge is repeated."""
    crops = np.empty((len(rois), side, side, 3), np.uint8)
    for target, matrix in zip(crops, roi_matrices(rois, side), strict=True):
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        target[:] = cv2.warpAffine(image, matrix, (side, side), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return crops


def from_crop(points: Floats, rois: Floats, side: int) -> Floats:
    """Points (N, P, 2) in pixels of N crops as pixels of the image; a third column is scaled alike."""
    matrices = roi_matrices(rois, side)
    flat = points[..., :2] @ matrices[:, :, :2].swapaxes(1, 2) + matrices[:, None, :, 2]
    if points.shape[-1] == 3:
        depth = points[..., 2:] * (np.asarray(rois)[:, None, 2:3] / side)
        flat = np.concatenate([flat, depth], -1)
    return flat.astype(np.float32)


def sigmoid(x: Floats) -> Floats:
    """Logistic function; beyond +-100 it is 0 or 1 anyway."""
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -80, 80))), np.float32)
