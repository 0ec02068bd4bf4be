"""What each second of a video shows."""

from typing import Annotated

import numpy as np
import numpy.typing as npt

from analyzer.records import Clock, Packed, Record, Seconds

Weights = Annotated[npt.NDArray[np.float32], Packed("<f4", (None,))]


class Scores(Record):
    """The classes of each look at a video: look i stands for the time from i to i + 1 times `every_s`.

    Attributes:
        model: what gave the scores: "backend:model" with the beginning of its checksum, or "record".
        labels: of the classes, each once.
        exclusive: whether each look is of one class alone; else several may hold.
        every_s: seconds from look to look; each is taken in the middle of its time.
        duration_s: of the video.
        frame_s: how long a frame is usually shown.
        cuts_s: where shots begin, but for the first.
        flat: scores 0 to 1, all classes of a look together; see `weights`.
    """

    model: str
    labels: tuple[str, ...]
    exclusive: bool
    every_s: Seconds
    duration_s: Seconds
    first_frame_s: Clock
    frame_s: Seconds
    cuts_s: tuple[Seconds, ...]
    flat: Weights

    @property
    def weights(self) -> npt.NDArray[np.float32]:
        """Scores (looks, classes)."""
        return self.flat.reshape(-1, len(self.labels))
