"""What a card says of one track: when it was, and its best faces."""

from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import Field

from analyzer.records import Embedding, Index, Packed, Record, Score, Seconds

Crop = Annotated[npt.NDArray[np.uint8], Packed("<u1", (None,))]
Share = Annotated[float, Field(allow_inf_nan=False)]
RelativeBox = tuple[Share, Share, Share, Share]
"""x0, y0, x1, y1 as shares of the picture's width and height."""


class Spot(Record):
    """One face of a track, one of its best.

    Attributes:
        face: its index in the movie's faces: "<video>:<face>" names it on the command line.
        picture: of a gallery: the file it is in.
        crop: JPEG of the aligned face; None where crops are not kept.
    """

    face: Index
    time_s: Seconds
    box: RelativeBox
    quality: Score
    picture: str | None = None
    crop: Crop | None = None


class Sighting(Record):
    """One track: one person in one shot, or in one picture.

    Attributes:
        times: of the keyframes that show the face, seconds; two sightings that share one are two people.
        spots: its best faces, the best first.
        embedding: of its faces together, weighted by quality.
        weight: the sum of its faces' qualities.
    """

    start_s: Seconds
    end_s: Seconds
    times: tuple[Seconds, ...]
    spots: Annotated[tuple[Spot, ...], Field(min_length=1)]
    embedding: Embedding | None
    weight: Annotated[float, Field(ge=0)]
