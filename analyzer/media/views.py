"""Hashes of a picture by which it is known again after cropping, bars, mirroring and encoding.

A hash is the signs of 16 x 16 frequencies, as in PDQ (Facebook 2019, "The TMK+PDQF Video-Hashing Algorithm
and the PDQ Image-Hashing Algorithm"), about zero and not about their median: the mirrored picture has the
same frequencies with the odd columns' signs flipped, so that its hash is had without the picture.
"""

import cv2
import numpy as np
import numpy.typing as npt

from analyzer.media.pixels import Plane

Hashes = npt.NDArray[np.uint64]

SCALES = (1.0, 0.9, 0.8)
"""Central parts of the picture that are hashed, by the share of width and height that is left."""
WORDS = 4
"""A hash is so many 64-bit words; the first holds the 8 x 8 lowest frequencies."""
_SIDE, _BANDS = 64, 16
_FLAT = 8.0
"""Deviation of grey under which a picture, faded out or plain, has nothing to be known by."""
_DARK, _EVEN = 32.0, 8.0
"""Bars are rows and columns as dark as this, and even but for so much,"""
_CLEAN = 0.98
"""in so much of each: a few pixels may be noise."""
_WIDEST = 0.3
"""A bar takes at most this share of the picture's height or width."""


def _order() -> npt.NDArray[np.intp]:
    """Places in the flattened frequencies, rows slowest: first those of the lowest quarter."""
    row, column = np.divmod(np.arange(_BANDS * _BANDS), _BANDS)
    high = (row >= _BANDS // 2) | (column >= _BANDS // 2)
    return np.argsort(high, kind="stable")


_ORDER = _order()
_WAVES = np.sqrt(2 / _SIDE) * np.cos(
    np.pi * np.outer(np.arange(1, _BANDS + 1), 2 * np.arange(_SIDE) + 1) / (2 * _SIDE)
).astype(np.float32)
MIRROR: Hashes = np.packbits((_ORDER % _BANDS) % 2 == 0).view(">u8").astype(np.uint64)
"""XORed with a hash, makes it the mirrored picture's. (Column 0 is frequency 1: the constant is left out.)"""


def views(grey: Plane) -> Hashes | None:
    """Return hashes of a grey picture and its central parts, uint64 (SCALES, WORDS); None: it is plain."""
    grey = without_bars(grey)
    if float(grey.std()) < _FLAT:
        return None
    return np.stack([_hash(_centre(grey, scale)) for scale in SCALES])


def without_bars(grey: Plane) -> Plane:
    """Return the picture without dark bars, alike above and below, or left and right."""
    top, left = _bar(grey), _bar(grey.T)
    return grey[top : grey.shape[0] - top, left : grey.shape[1] - left]


def _bar(grey: Plane) -> int:
    """How many rows the bars above and below have, each."""
    most = int(_WIDEST * grey.shape[0])
    ends = np.stack([grey[:most], grey[::-1][:most]]).astype(np.int16)
    if not most or (frame := np.median(ends[:, :1])) > _DARK:
        return 0
    even = (np.abs(ends - frame) <= _EVEN).mean(2) >= _CLEAN
    rows = int(np.argmin(np.append(even.all(0), False)))
    return rows if rows < most else 0


def _centre(grey: Plane, scale: float) -> Plane:
    height, width = grey.shape
    y, x = round(height * (1 - scale) / 2), round(width * (1 - scale) / 2)
    return grey[y : height - y, x : width - x]


def _hash(grey: Plane) -> Hashes:
    small = cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    waves = (_WAVES @ small @ _WAVES.T).ravel()[_ORDER]
    return np.packbits(waves > 0).view(">u8").astype(np.uint64)
