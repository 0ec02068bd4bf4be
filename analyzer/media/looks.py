"""What one look at a frame tells: a thumbnail and its measures."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from analyzer.media import fingerprint
from analyzer.media.pixels import Image, Plane
from analyzer.media.views import Hashes, views

THUMB_WIDTH = 256
"""Sharpness is measured at this width, pixels."""
THUMB_SIDE = 512
"""Enough of a frame to measure it: a tall one, too, is `THUMB_WIDTH` wide then."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Numbers of a frame, as `analyzer.records.Keyframe` describes them.

    Attributes:
        tile: grey uint8 (8, 8), for the film's perceptual hash.
    """

    phash: int
    views: Hashes | None
    sharpness: float
    brightness: float
    histogram: npt.NDArray[np.uint8]
    tile: npt.NDArray[np.uint8]


def measure(image: Image) -> Measures:
    """Measure an upright RGB uint8 frame (H, W, 3) of any size."""
    thumb = _thumb(image)
    grey = _grey(thumb)
    return Measures(
        phash=fingerprint.phash(grey),
        views=views(grey),
        sharpness=float(cv2.Laplacian(grey, cv2.CV_32F).var()),
        brightness=float(grey.mean()) / 255,
        histogram=_histogram(thumb),
        tile=np.asarray(
            cv2.resize(grey, (fingerprint.TILE, fingerprint.TILE), interpolation=cv2.INTER_AREA), np.uint8
        ),
    )


def views_of(image: Image) -> Hashes | None:
    """Return the views of an upright RGB uint8 frame (H, W, 3), as `measure` does."""
    return views(_grey(_thumb(image)))


def _thumb(image: Image) -> Image:
    height = max(1, round(image.shape[0] * THUMB_WIDTH / image.shape[1]))
    size = (THUMB_WIDTH, min(height, 4 * THUMB_WIDTH))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _grey(thumb: Image) -> Plane:
    return np.asarray(cv2.cvtColor(thumb, cv2.COLOR_RGB2GRAY), np.uint8)


def _histogram(thumb: Image) -> npt.NDArray[np.uint8]:
    red, green, blue = (thumb[..., channel].ravel() >> 6 for channel in range(3))
    bins = np.bincount(red * np.intp(16) + green * np.intp(4) + blue, minlength=64)
    return np.asarray(np.round(bins * (255 / bins.sum())), np.uint8)
