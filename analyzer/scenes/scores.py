"""What each second of a video shows."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import model_validator

from analyzer.records import Packed, Record, Seconds, Source

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Looks:
    """What a classifier saw of a film.

    Attributes:
        weights: scores of all looks (n, classes).
        source: what is known of the film, once it was read.
        cuts_s: see Scores.
    """

    weights: Floats
    source: Source
    cuts_s: tuple[float, ...] = ()


class Scores(Record):
    """The classes of each look at a video: look i stands for the time from i to i + 1 times `every_s`.

    Attributes:
        model: what gave the scores: "backend:model" with the beginning of its checksum, or "record".
        labels: of the classes, each once.
        exclusive: whether each look is of one class alone; else several may hold.
        every_s: seconds from look to look; each is taken in the middle of its time.
        source: what is known of the video.
        flat: scores 0 to 1, all classes of a look together; see `weights`.
        cuts_s: when classes change from one look to the next, where that is known right to the frame.
    """

    model: str
    labels: tuple[str, ...]
    exclusive: bool
    every_s: Seconds
    source: Source
    flat: Annotated[npt.NDArray[np.float32], Packed("<f4", (None,))]
    cuts_s: tuple[Seconds, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> "Scores":
        if not self.labels or not len(self.flat) or len(self.flat) % len(self.labels):
            raise ValueError(f"{len(self.flat)} scores are not whole looks at {len(self.labels)} classes")
        return self

    @property
    def duration_s(self) -> float:
        """How long the video is."""
        return self.source.duration_s

    @property
    def weights(self) -> Floats:
        """Scores (looks, classes)."""
        return self.flat.reshape(-1, len(self.labels))


class Labels(Record):
    """The labels of a classifier's classes, in order."""

    labels: tuple[str, ...]


def looks_in(duration_s: float, every_s: float) -> int:
    """Return how many looks a video gets: the last one's time may be a half too long or too short."""
    return max(1, int(duration_s / every_s + 0.5))
