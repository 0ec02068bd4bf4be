"""What a cut is made of: records that pass between the process that encodes and the one that reads media."""

from typing import Any, Literal

from pydantic import Field

from analyzer.records import Clock, Index, Record, Seconds

How = Literal["exact", "copy"]
"""Right to the frame; or at key frames, without encoding anything."""


AHEAD = 16
"""The first frame of a part is shown so many frames after the time 0, so that none is decoded before it."""


class Stretch(Record):
    """Frames of a piece that are got in one way: those with low <= time stamp < high.

    Attributes:
        low, high: in the track's own units.
        first, last: numbers of packets, half open: the ones to copy, or to decode before encoding again.
        frames: how many they are.
        part: number of the part that they are encoded in; None: they are copied.
    """

    low: int
    high: int
    first: Index
    last: Index
    frames: Index
    part: Index | None = None


class Part(Record):
    """Packets that are decoded and encoded again, in a file of their own.

    Attributes:
        first, last: their numbers, half open.
        select: ffmpeg's expression for the frames wanted of it.
        shift: by how much stamps of the track are more than those in the file.
        stamps: of the wanted frames of a track whose stamps are not to be relied on: they are encoded as
            frames number AHEAD and so on.
        keys: numbers of those of them that begin a stretch.
    """

    first: Index
    last: Index
    select: str
    shift: int = 0
    stamps: tuple[int, ...] = ()
    keys: tuple[Index, ...] = ()


class Track(Record):
    """A picture track, and what is taken of it.

    Attributes:
        stream: its number in the file.
        codec: ffmpeg's name of what it is in, in the result.
        counted: whether its time stamps are not to be relied on, but for their order.
        rate: frames a second, a fraction.
        tick: the unit of its time stamps in seconds, a fraction.
        turn: its display matrix, where the container has one and what is encoded again must be given it.
        lag_s: how much later frames are shown than their stamps say in a container that only tells when they
            are decoded.
        delay: by how many frames decoding runs ahead of showing, at most.
        stretches: of each piece.
        parts: what is encoded again.
        encoder: ffmpeg's name of what encodes them, and its options; None: there are none.
        options: of ffmpeg for the encoder.
        looks: ffmpeg's filter that tags frames with what only the container says of their colours.
    """

    stream: Index
    codec: str
    counted: bool
    rate: str
    tick: str
    turn: tuple[int, ...] = ()
    lag_s: Clock = 0.0
    delay: Index
    stretches: tuple[tuple[Stretch, ...], ...]
    parts: tuple[Part, ...]
    encoder: str | None = None
    options: dict[str, Any] = Field(default={})
    looks: str | None = None

    @property
    def replaced(self) -> bool:
        """Whether nothing of it is copied."""
        return all(stretch.part is not None for piece in self.stretches for stretch in piece)


class Piece(Record):
    """One span as it is cut: seconds from the first frame, half open, and where it begins in the result."""

    start_s: Seconds
    end_s: Seconds
    at_s: Seconds


class Plan(Record):
    """How a file is cut.

    Attributes:
        how: as was asked.
        zero_s: the container's clock at the first frame, less the lag of the main track.
        frame_s: how long a frame is usually shown.
        longest_s: how long a frame is shown at most.
        format: ffmpeg's name of the container to write.
        suffix: of the file to write.
        tracks: picture tracks, the main one first.
        notices: what is not as one might expect, a line each.
    """

    how: How
    zero_s: Clock
    frame_s: Seconds
    longest_s: Seconds
    format: str
    suffix: str
    pieces: tuple[Piece, ...]
    tracks: tuple[Track, ...]
    notices: tuple[str, ...] = ()


class Extent(Record):
    """From when to when a stream of the result lasts; `number` counts those of its kind."""

    kind: str
    number: Index
    start_s: Clock
    end_s: Clock


class Joined(Record):
    """What was written.

    Attributes:
        extents: of its streams, the main picture track first.
        joints_s: where one way of getting frames gives way to another, in order, and where it ends.
        notices: what is not as one might expect, a line each.
    """

    extents: tuple[Extent, ...]
    joints_s: tuple[Clock, ...]
    notices: tuple[str, ...] = ()


class Decoded(Record):
    """How many frames of a file decode, and how many do not."""

    frames: Index
    lost: Index
