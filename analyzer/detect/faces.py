"""Faces: found, checked, measured and embedded."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import cv2
import numpy as np
import numpy.typing as npt

from analyzer.detect import crops
from analyzer.detect.batch import Batch, Rgb
from analyzer.media.frame import Frame
from analyzer.records import Embedding, Face, FaceAttributes, FaceQuality, SexHint
from models.alignment import DLIB, Template

Floats = npt.NDArray[np.float32]
Sex = Literal["female", "male"]

FULL_SIZE = 112.0
"""Pixels from which on a face is as large as recognition can use."""

SHARP = 100.0
"""Variance of the Laplacian of an aligned face that is half sharp; measured on the faces of real clips."""


@dataclass(frozen=True)
class Found:
    """The faces of one image, best first.

    Attributes:
        boxes: (n, 4) x0, y0, x1, y1 in pixels of the image.
        scores: (n,) the detector's.
        presence: (n,) how sure a second network is that it is a face.
        landmarks: (n, 8, 2) in pixels of the image, see models.alignment.Template.
        frontality: (n,) 1 into the camera, 0 in profile.
        sex: how an object detector labels each, and its score; None where it does not.
    """

    boxes: Floats
    scores: Floats
    presence: Floats
    landmarks: Floats
    frontality: Floats
    sex: list[tuple[Sex, float] | None]


class Finder(Protocol):
    """Finds faces; the value of `faces.detector` chooses which."""

    def find(self, batch: Batch) -> list[Found]:
        """Return the faces of each image of the batch."""
        ...


class Embedder(Protocol):
    """Turns faces into vectors; the value of `faces.embedder` chooses which.

    Attributes:
        model: its name in records.
        template: how faces are cut for it.
    """

    model: str
    template: Template

    def embed(self, chips: Rgb) -> Floats:
        """Return (n, d) vectors of aligned faces (n, height, width, 3)."""
        ...


class Guesser(Protocol):
    """Says what faces look like; the value of `faces.attributes` chooses which, if any.

    Attributes:
        template: how faces are cut for it.
    """

    template: Template

    def guess(self, chips: Rgb) -> list[FaceAttributes]:
        """Return what each of the aligned faces (n, height, width, 3) looks like."""
        ...


class Faces:
    """Any finder and any embedder make faces of records; those that are good enough get a crop if wanted."""

    def __init__(
        self, finder: Finder, embedder: Embedder, guesser: Guesser | None = None, *, with_crops: bool
    ) -> None:
        self._finder = finder
        self._embedder = embedder
        self._guesser = guesser
        self._crops = with_crops

    def detect(self, batch: Batch) -> list[Face]:
        """See Detector. All faces of the batch are embedded in one go."""
        found = self._finder.find(batch)
        faces = [
            self._face(frame, faces, i)
            for frame, faces in zip(batch.frames, found, strict=True)
            for i in range(len(faces.scores))
        ]
        if not faces:
            return []
        vectors = self._embedder.embed(_cut(batch, found, self._embedder.template))
        guesses: Sequence[FaceAttributes | None] = [None] * len(faces)
        if self._guesser:
            guesses = self._guesser.guess(_cut(batch, found, self._guesser.template))
        return [
            face.model_copy(
                update={
                    "embedding": Embedding(model=self._embedder.model, vector=vector.astype(np.float16)),
                    "attributes": guess,
                }
            )
            for face, vector, guess in zip(faces, vectors, guesses, strict=True)
        ]

    def _face(self, frame: Frame, found: Found, i: int) -> Face:
        box = found.boxes[i] * (frame.scale * 2)
        hint = found.sex[i]
        points = found.landmarks[i, :5]
        chip = DLIB.cut(frame.image, points)
        good = quality(box, chip, float(found.frontality[i]), float(found.scores[i]))
        cropped = self._crops and good.overall >= crops.GOOD_ENOUGH
        return Face(
            keyframe=frame.index,
            box=tuple(box.tolist()),
            score=float(found.scores[i]),
            presence=float(found.presence[i]),
            points=np.clip((points * frame.scale).round(), -32768, 32767),
            quality=good,
            sex_hint=SexHint(label=hint[0], score=hint[1]) if hint else None,
            crop=crops.make_crop(frame.image, points) if cropped else None,
        )


def _cut(batch: Batch, found: Sequence[Found], template: Template) -> Rgb:
    """Return all faces of a batch (n, height, width, 3) as a template has them."""
    return np.stack(
        [
            template.cut(image, landmarks)
            for image, faces in zip(batch.images, found, strict=True)
            for landmarks in faces.landmarks
        ]
    )


def quality(box: Floats, chip: Rgb, frontality: float, score: float) -> FaceQuality:
    """Return how well a face shows who it is.

    Args:
        box: x0, y0, x1, y1 in pixels.
        chip: the face as dlib's template has it, RGB (150, 150, 3), whatever it is embedded by.
        frontality: 1 into the camera, 0 in profile.
        score: the detector's.
    """
    size = min(1.0, float(np.sqrt(max(0.0, (box[2] - box[0]) * (box[3] - box[1])))) / FULL_SIZE)
    edges = float(cv2.Laplacian(cv2.cvtColor(chip, cv2.COLOR_RGB2GRAY), cv2.CV_32F).var())
    sharpness = edges / (edges + SHARP)
    frontality = min(1.0, max(0.0, frontality))
    overall = size * sharpness * frontality * score
    return FaceQuality(overall=overall, size=size, sharpness=sharpness, frontality=frontality)
