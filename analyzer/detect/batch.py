"""What a detector is given, and what it is."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar, cast

import numpy as np
import numpy.typing as npt

from analyzer.media.frame import Frame

Rgb = npt.NDArray[np.uint8]
R = TypeVar("R")
Found = TypeVar("Found", covariant=True)


class Batch:
    """Frames that go through the detectors together, and what networks have said of them.

    Attributes:
        frames: of one video, in time order.
        images: theirs, RGB uint8 (H, W, 3).
    """

    def __init__(self, frames: Sequence[Frame]) -> None:
        self.frames = frames
        self.images = [frame.image for frame in frames]
        self._answers: dict[Callable[..., Any], Any] = {}

    def ask(self, network: Callable[[Sequence[Rgb]], R]) -> R:
        """Return network(images); detectors that need the same network share its answer.

        A batch is handled by one thread at a time.
        """
        if network not in self._answers:
            self._answers[network] = network(self.images)
        return cast(R, self._answers[network])


class Detector(Protocol[Found]):
    """Finds records of one kind."""

    def detect(self, batch: Batch) -> Sequence[Found]:
        """Return what is in the batch's frames, in their order.

        Boxes and points of the records are in pixels of the upright frame: what is found in an image is
        multiplied by its frame's scale.
        """
        ...
