"""Aligned faces: landmarks of a face are brought to where a model's training had them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from models.images import Floats, Image

MEAN_FACE = np.array(
    [
        (0.8595674595992, 0.2134981538014),
        (0.6460604764104, 0.2289674387677),
        (0.1205750620789, 0.2137274526848),
        (0.3340850613712, 0.2290642403242),
        (0.4901123135679, 0.6277975316475),
    ],
    np.float32,
)
"""dlib's get_face_chip_details: mean places of LANDMARKS 0 to 4 in the unit square."""

CORNERS = np.eye(8, dtype=np.float32)[:5]
"""Rows that pick dlib's five points out of the landmarks: the eyes' corners and the base of the nose."""

CENTRES = np.array(
    [
        (0, 0, 0.5, 0.5, 0, 0, 0, 0),
        (0.5, 0.5, 0, 0, 0, 0, 0, 0),
        (0, 0, 0, 0, 0, 1, 0, 0),
        (0, 0, 0, 0, 0, 0, 0, 1),
        (0, 0, 0, 0, 0, 0, 1, 0),
    ],
    np.float32,
)
"""Rows that make the five points of MTCNN, RetinaFace and ArcFace: the subject's right eye and left eye, the
tip of the nose, the right and the left corner of the mouth."""


@dataclass(frozen=True, eq=False)
class Template:
    """Where a face lies in the chips that a face model takes.

    Attributes:
        width, height: of a chip, in pixels.
        points: (k, 8) rows that make k points of a face's landmarks: CORNERS or CENTRES.
        places: (k, 2) where they lie in the chip, in its pixels.

    The landmarks (8, 2) of a face, in pixels of the picture: outer and inner corner of the subject's left
    eye, of the right eye, base and tip of the nose, left and right corner of the mouth.
    """

    width: int
    height: int
    points: Floats
    places: Floats

    @property
    def needs_mouth(self) -> bool:
        """Whether it looks at more than the five points that records keep."""
        return bool(self.points[:, 5:].any())

    def cut(self, image: Image, landmarks: Floats) -> Image:
        """Return the chip (height, width, 3) of a face; black beyond the image.

        Args:
            image: (H, W, 3).
            landmarks: (8, 2) in its pixels; (5, 2) will do unless the template needs the mouth.
        """
        matrix = similarity(self.points[:, : len(landmarks)] @ landmarks, self.places)
        return np.asarray(cv2.warpAffine(image, matrix, (self.width, self.height)), np.uint8)


def padded(width: int, height: int, padding: float) -> Template:
    """Return a template with dlib's mean face in the middle, and so much of its side around it.

    For models that were trained with upright boxes of faces: dlib's own 150 pixels have a padding of 0.25.
    """
    side = min(width, height)
    margin = np.array([(width - side) / 2, (height - side) / 2], np.float32)
    return Template(width, height, CORNERS, (padding + MEAN_FACE) / (1 + 2 * padding) * side + margin)


def similarity(points: Floats, target: Floats) -> Floats:
    """The (2, 3) matrix of rotation, scale and shift that best takes points (k, 2) to the target (k, 2).

    Least squares in closed form: with points as complex numbers it is a linear regression.
    Points that all coincide give a matrix of zero scale.
    """
    p, t = points[:, 0] + 1j * points[:, 1], target[:, 0] + 1j * target[:, 1]
    centred = p - p.mean()
    spread = float(np.sum(np.abs(centred) ** 2))
    turn = complex(np.vdot(centred, t - t.mean())) / spread if spread else 0j
    shift = complex(t.mean()) - turn * complex(p.mean())
    rows = [[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]]
    return np.array(rows, np.float32)


DLIB = padded(150, 150, 0.25)
"""dlib's face chip."""

ARCFACE = Template(
    112,
    112,
    CENTRES,
    np.array(
        [(38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041)],
        np.float32,
    ),
)
"""InsightFace's template of 112 pixels, which ArcFace and most models since are trained with."""
