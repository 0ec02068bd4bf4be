"""What a network of each task can do, whoever made it and whatever runs it.

Pictures are RGB uint8 (H, W, 3), their sizes may differ, none is changed; results come in the order of the
pictures. Several threads may ask at once: a network that cannot bear that waits for itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from models.alignment import Template
from models.bodies import Poses
from models.boxes import Detections
from models.images import Floats, Image


class Detector(Protocol):
    """Tasks face-detector and object-detector."""

    def detect(self, images: Sequence[Image]) -> list[Detections]:
        """Return what is in each image.

        Objects have labels. The points of faces, if there are any, begin with the subject's right eye and
        left eye; or they are a mesh of 468 points or more, (n, k, 3), which is believed.
        """
        ...


class PoseDetector(Protocol):
    """Task pose-detector."""

    def detect(self, images: Sequence[Image]) -> list[Poses]:
        """Return the people in each image."""
        ...


class Embedder(Protocol):
    """Task face-embedder.

    Attributes:
        template: how the faces are to be cut.
    """

    template: Template

    def embed(self, chips: Image) -> Floats:
        """Return vectors (n, d), as the network gives them, of aligned faces (n, height, width, 3)."""
        ...


@dataclass(frozen=True, slots=True)
class Attributes:
    """What a face looks like to a network; None for what it was not asked.

    Attributes:
        age: years.
        sex: "female" or "male", and how sure.
        emotion: a word for it, and how sure.
    """

    age: float | None = None
    sex: tuple[str, float] | None = None
    emotion: tuple[str, float] | None = None


class AttributeModel(Protocol):
    """Task face-attributes.

    Attributes:
        template: how the faces are to be cut.
    """

    template: Template

    def guess(self, chips: Image) -> list[Attributes]:
        """Return what each aligned face (n, height, width, 3) looks like."""
        ...


class Extractor(Protocol):
    """Task image-feature."""

    def features(self, images: Sequence[Image]) -> Floats:
        """Return a vector (N, d) of each image."""
        ...


class Classifier(Protocol):
    """Task classifier.

    Attributes:
        labels: of the classes, each once.
        exclusive: whether a picture is of one class alone (after softmax, scores add up to 1); else several
            may hold at once (each after a sigmoid).
        size: width and height that pictures are stretched to, if that is all that becomes of them: who has
            them in that size already saves the work. None: they are cut or padded.
    """

    labels: tuple[str, ...]
    exclusive: bool
    size: tuple[int, int] | None

    def classify(self, images: Sequence[Image]) -> Floats:
        """Return scores (N, classes), each 0 to 1."""
        ...
