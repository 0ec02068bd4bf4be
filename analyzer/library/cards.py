"""Cards: what one video or gallery says of its people, small enough to read a library of them."""

from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import Field

from analyzer.records import Embedding, Hash64, Index, Interval, Packed, Record, Score, Seconds

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
    crop: Annotated[npt.NDArray[np.uint8], Packed("<u1", (None,))] | None = None


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


class Appearance(Record):
    """One person of one video, as its record has them."""

    id: str
    role: str
    screen_time_s: Seconds
    intervals: tuple[Interval, ...]
    confidence: Score
    sightings: tuple[Sighting, ...]


class Card(Record):
    """What one video says of its people.

    Attributes:
        video: the oshash of the video; galleries have one, too.
        path: of the video, gallery or folder of photos, as text.
        sidecar: where its record is, as text; None for photos that were enrolled.
        gallery: whether it is of pictures; times then count pictures.
    """

    video: Hash64
    path: str
    sidecar: str | None
    gallery: bool
    duration_s: Seconds
    people: tuple[Appearance, ...]
