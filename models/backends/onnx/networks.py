"""Networks of the user's own as models.contracts has them: what goes in, and what their outputs mean."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.alignment import Template
from models.bodies import Poses, from_coco
from models.boxes import Detections
from models.errors import BrokenModelError, said
from models.heads import HEADS, Asked, Raw
from models.images import Floats, Image, Letterbox, letterbox
from models.own.description import Description
from models.sessions import Session

_GREY = 114
"""What Ultralytics' and InsightFace's networks see around a picture, or nearly."""


def is_face(label: str) -> bool:
    """Whether a class is of faces."""
    return "face" in label.lower()


class OnnxDetector:
    """Boxes by any of models.heads; see models.contracts.Detector."""

    def __init__(self, session: Session, description: Description, min_score: float) -> None:
        self._session = session
        self._head = HEADS[description.head]
        self._labels = description.labels
        self.classes = len(description.labels)
        self._asked = Asked((description.width, description.height), description.points, min_score)

    def detect(self, images: Sequence[Image]) -> list[Detections]:
        """See the contract."""
        return [
            Detections(
                box.to_image(raw.boxes),
                raw.scores.clip(0, 1),
                box.to_image(np.ascontiguousarray(raw.points[..., :2])),
                tuple(self._label(i) for i in raw.classes),
            )
            for raw, box in self.raw(images)
        ]

    def raw(self, images: Sequence[Image]) -> list[tuple[Raw, Letterbox]]:
        """Return what is in each picture in pixels of the network's input, and how to get back."""
        batch, boxes = letterbox(images, *self._asked.size, centred=True, fill=_GREY)
        outputs = self._session.run(batch)
        try:
            found = [self._head([output[i] for output in outputs], self._asked) for i in range(len(boxes))]
        except (ValueError, IndexError) as error:
            name = self._session.name
            raise BrokenModelError(
                f"{name} does not give what its description says: {said(error)}"
            ) from error
        return list(zip(found, boxes, strict=True))

    def _label(self, number: int) -> str:
        return self._labels[number] if number < len(self._labels) else f"class_{number}"


class OnnxFaces:
    """The faces among what a detector finds: everything, if it has one class."""

    def __init__(self, detector: OnnxDetector) -> None:
        self._detector = detector

    def detect(self, images: Sequence[Image]) -> list[Detections]:
        """See models.contracts.Detector."""
        return [self._faces(found) for found in self._detector.detect(images)]

    def _faces(self, found: Detections) -> Detections:
        several = self._detector.classes > 1
        kept = [i for i, label in enumerate(found.labels) if not several or is_face(label)]
        return Detections(found.boxes[kept], found.scores[kept], found.points[kept])


class OnnxPoses:
    """Bodies of COCO's 17 points; see models.contracts.PoseDetector."""

    def __init__(self, detector: OnnxDetector) -> None:
        self._detector = detector

    def detect(self, images: Sequence[Image]) -> list[Poses]:
        """See the contract. Points without a visibility of their own have that of the person."""
        return [self._poses(*found) for found in self._detector.raw(images)]

    def _poses(self, raw: Raw, box: Letterbox) -> Poses:
        points = raw.points
        visible = points[..., 2] if points.shape[2] == 3 else np.repeat(raw.scores[:, None], 17, axis=1)
        flat = box.to_image(np.ascontiguousarray(points[..., :2]))
        return from_coco(box.to_image(raw.boxes), raw.scores.clip(0, 1), flat, visible.clip(0, 1))


class OnnxEmbedder:
    """Vectors of faces; see models.contracts.Embedder."""

    def __init__(self, session: Session, description: Description) -> None:
        self._session = session
        self.template: Template = description.face_template()

    def embed(self, chips: Image) -> Floats:
        """See the contract."""
        return self._session.run(chips)[0]
