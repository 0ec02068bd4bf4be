"""NudeNet's 320n, a YOLOv8n: faces and body parts, and a feature vector of the whole picture."""

from __future__ import annotations

from collections.abc import Sequence

from models.boxes import Detections
from models.heads import Asked, yolo
from models.images import Floats, Image, Letterbox, letterbox
from models.sessions import Session

SIDE = 320

NUDENET_LABELS = (
    "female_genitals_covered",  # FEMALE_GENITALIA_COVERED
    "face_female",  # FACE_FEMALE
    "buttocks_bare",  # BUTTOCKS_EXPOSED
    "female_breast_bare",  # FEMALE_BREAST_EXPOSED
    "female_genitals_bare",  # FEMALE_GENITALIA_EXPOSED
    "male_chest_bare",  # MALE_BREAST_EXPOSED
    "anus_bare",  # ANUS_EXPOSED
    "feet_bare",  # FEET_EXPOSED
    "belly_covered",  # BELLY_COVERED
    "feet_covered",  # FEET_COVERED
    "armpits_covered",  # ARMPITS_COVERED
    "armpits_bare",  # ARMPITS_EXPOSED
    "face_male",  # FACE_MALE
    "belly_bare",  # BELLY_EXPOSED
    "male_genitals_bare",  # MALE_GENITALIA_EXPOSED
    "anus_covered",  # ANUS_COVERED
    "female_breast_covered",  # FEMALE_BREAST_COVERED
    "buttocks_covered",  # BUTTOCKS_COVERED
)
"""The classes in the network's order, under neutral names; NudeNet's own beside them."""


class Yolo:
    """Detector and feature extractor in one run.

    Args:
        session: of nudenet: outputs (N, 4 + classes, n) and (N, features).
        labels: of the classes.
        min_score: 0 to 1.
    """

    def __init__(
        self, session: Session, labels: Sequence[str] = NUDENET_LABELS, min_score: float = 0.25
    ) -> None:
        self._session = session
        self._labels = tuple(labels)
        self._min_score = min_score

    def detect(self, images: Sequence[Image]) -> tuple[list[Detections], Floats]:
        """What is in each image, in order, and the pooled features (N, 256) of the images.

        Args:
            images: RGB (H, W, 3), sizes may differ. (NudeNet itself feeds BGR; RGB scores slightly better.)
        """
        batch, boxes = letterbox(images, SIDE, SIDE)
        values, features = self._session.run(batch)
        return [self._decode(*pair) for pair in zip(values, boxes, strict=True)], features

    def _decode(self, values: Floats, box: Letterbox) -> Detections:
        raw = yolo([values], Asked((SIDE, SIDE), 0, self._min_score))
        return Detections(
            box.to_image(raw.boxes), raw.scores, labels=tuple(self._labels[i] for i in raw.classes)
        )
