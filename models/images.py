"""Pictures to network inputs: letterboxes of whole frames, turned crops of parts of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

_SAMPLING = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP


@dataclass(frozen=True, slots=True)
class Letterbox:
    """A picture scaled into a box.

    Attributes:
        left, top: where the picture begins in the box, in its pixels.
        scale: pixels of the box for one of the picture.
    """

    left: float
    top: float
    scale: float

    def to_image(self, points: Floats) -> Floats:
        """(..., 2) points, or (..., 4) boxes, of the box as pixels of the picture."""
        offset = np.array([self.left, self.top] * (points.shape[-1] // 2), np.float32)
        return np.asarray((points - offset) / self.scale, np.float32)


def letterbox(
    images: Sequence[Image], width: int, height: int, *, centred: bool = False, fill: int = 0
) -> tuple[Image, list[Letterbox]]:
    """Scale pictures (H, W, 3) of any sizes into (N, height, width, 3), centred or at the top left.

    The left upper corners of pixels are mapped onto each other, not their middles, as MediaPipe does: its
    detectors find a tenth more faces so in frames of 11 films than with cv2.resize, which blurs a little.
    What is left of the box is of the grey `fill`.
    """
    batch = np.empty((len(images), height, width, 3), np.uint8)
    boxes = []
    for target, image in zip(batch, images, strict=True):
        rows, columns = image.shape[:2]
        scale = min(width / columns, height / rows)
        left, top = ((width - columns * scale) / 2, (height - rows * scale) / 2) if centred else (0.0, 0.0)
        matrix = np.array([[1 / scale, 0, -left / scale], [0, 1 / scale, -top / scale]])
        target[:] = cv2.warpAffine(
            image, matrix, (width, height), flags=_SAMPLING, borderValue=(fill, fill, fill)
        )
        boxes.append(Letterbox(left, top, scale))
    return batch, boxes


def stretched(image: Image, width: int, height: int) -> Image:
    """Return a picture (H, W, 3) or (H, W) in another size, whatever becomes of its proportions."""
    shrinks = image.shape[0] >= height and image.shape[1] >= width
    way = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (width, height), interpolation=way), np.uint8)


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
        target[:] = cv2.warpAffine(
            image, matrix, (side, side), flags=_SAMPLING, borderMode=cv2.BORDER_REPLICATE
        )
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
