"""Crops: the aligned faces that are kept as JPEG, so that another model can embed them without the video.

A crop is wider than the templates that embedders use (dlib's, ArcFace's), and as large as the face was seen,
half as large again for what sampling blurs. In each the five points lie where dlib's mean face has them, so
that its side says where they are.
"""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from analyzer.detect.batch import Rgb
from analyzer.media import picture
from analyzer.records import Face, Track
from models.alignment import MEAN_FACE, similarity

Floats = npt.NDArray[np.float32]
Jpeg = npt.NDArray[np.uint8]
"""A JPEG file's bytes."""

SMALLEST, LARGEST = 48, 192
"""Pixels of a crop's side; at the largest, a face is as large as in dlib's chip."""
GOOD_ENOUGH = 0.01
"""The quality from which on a face gets a crop."""

_UNITS = 1.92
"""A crop's side, where the mean face is 1."""
_CORNER = (-0.46, -0.60)
"""Its left upper corner: ArcFace's template reaches further up than dlib's."""
_OVERSAMPLING = 1.5
_JPEG = (cv2.IMWRITE_JPEG_QUALITY, 80, cv2.IMWRITE_JPEG_OPTIMIZE, 1)


def points_in(side: int) -> Floats:
    """Return where the five points (5, 2) lie in a crop, in its pixels."""
    return np.asarray((MEAN_FACE - np.array(_CORNER)) / _UNITS * side, np.float32)


def face_in(side: int) -> Floats:
    """Return the region (4,) of a crop that FaceMesh looks at, as models.facemesh has it: all of it."""
    return np.array([side / 2, side / 2, side, 0], np.float32)


def make_crop(image: Rgb, points: Floats) -> Jpeg:
    """Return the crop of a face whose five points (5, 2) in the picture are given."""
    unit = 1 / max(1e-6, float(np.linalg.norm(similarity(points, MEAN_FACE)[:, 0])))
    side = int(np.clip(round(unit * _UNITS * _OVERSAMPLING), SMALLEST, LARGEST))
    matrix = similarity(points, points_in(side))
    crop = cv2.warpAffine(image, matrix, (side, side))
    bgr = cv2.cvtColor(crop, cv2.COLOR_RGB2BGR)
    _, jpeg = cv2.imencode(".jpg", bgr, _JPEG)
    return np.asarray(jpeg, np.uint8)


def read_crop(jpeg: Jpeg) -> Rgb | None:
    """Return a crop as RGB (side, side, 3), None where it is none: sidecars may come from anywhere."""
    image = picture.decode(jpeg.tobytes(), LARGEST**2)
    return image if image is not None and image.shape[0] == image.shape[1] else None


def keep_best(faces: Sequence[Face], tracks: Sequence[Track], count: int) -> tuple[Face, ...]:
    """Return the faces, of which only the best `count` of each track keep their crops."""
    kept: set[int] = set()
    for track in tracks:
        cropped = [i for i in track.faces if faces[i].crop is not None]
        kept |= set(sorted(cropped, key=lambda i: -faces[i].quality.overall)[:count])
    return tuple(
        face if i in kept or face.crop is None else face.model_copy(update={"crop": None})
        for i, face in enumerate(faces)
    )
