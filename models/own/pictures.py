"""Networks of whole pictures: features, and classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from models.checks import probe
from models.classes import PictureClassifier, classes_of
from models.images import Floats, Image, stretched
from models.own.description import Description


class Runner(Protocol):
    """What runs a network; see models.sessions.Session, which is one.

    Attributes:
        name: for messages.
    """

    name: str

    def run(self, images: npt.NDArray[np.uint8]) -> Sequence[Floats]:
        """Return what comes out for pictures RGB (n, height, width, 3); the first is of (n, numbers)."""
        ...


Stretch = Callable[[Image, int, int], Image]


class Pictures:
    """A vector for each picture; see models.contracts.Extractor.

    Args:
        runner: runs the network.
        description: says how large its pictures are.
        stretch: makes pictures so large.
    """

    def __init__(self, runner: Runner, description: Description, stretch: Stretch = stretched) -> None:
        self._runner, self._stretch = runner, stretch
        self._size = description.width, description.height

    def features(self, images: Sequence[Image]) -> Floats:
        """See the contract."""
        width, height = self._size
        batch = np.empty((len(images), height, width, 3), np.uint8)
        for target, image in zip(batch, images, strict=True):
            target[:] = self._stretch(image, width, height)
        return self._runner.run(batch)[0]


def classifier(runner: Runner, description: Description, stretch: Stretch = stretched) -> PictureClassifier:
    """Return a network as models.contracts.Classifier; it is asked once, to see what it gives.

    Args:
        runner: runs the network.
        description: what it sees and gives.
        stretch: makes pictures of its size.

    Raises:
        BrokenModelError: see models.classes.classes_of.
    """
    size = description.width, description.height
    pictures = Pictures(runner, description, stretch)
    classes = classes_of(
        runner.name,
        pictures.features(list(probe((size[1], size[0], 3), np.uint8))),
        description.labels,
        logits=description.head == "logits",
        multi_label=description.multi_label,
    )
    return PictureClassifier(pictures, classes, size)
