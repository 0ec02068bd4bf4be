"""The packets of a picture track, without their content: when each is shown, and where copying can begin."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count, pairwise
from pathlib import Path
from typing import cast

import av
from av.container import InputContainer
from av.stream import Discard, Stream
from av.video.stream import VideoStream

from analyzer.errors import CuttingError
from analyzer.media.container import choose_stream, open_container, open_file
from analyzer.media.cutting import nals
from analyzer.media.packets import Packet
from analyzer.paths import shown
from analyzer.progress import Progress

_NAMED = {"h264", "hevc"}
_OFTEN = 1000
"""Whoever waits is told that it goes on once in so many packets."""


@dataclass(slots=True)
class Scan:
    """What is known of a track's packets, from its first key frame on, in the order they are decoded.

    Attributes:
        codec: ffmpeg's name of it.
        time_base: the unit of stamps, seconds.
        counted: whether the container does not tell when a frame is shown; then the stamps are in order, and
            only their order is to be relied on.
        stamps: when each is shown.
        lengths: for how long.
        keys: numbers of key frames.
        joints: numbers of those at which copied packets can follow others.
        hidden: stamps of those that an edit list hides.
        earliest: when the first is decoded.
        even: whether the track's parameters never change.
    """

    codec: str
    time_base: Fraction
    counted: bool
    stamps: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)
    joints: list[int] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    earliest: int | None = None
    even: bool = True

    def add(self, n: int, packet: Packet, usual: int) -> None:
        """Take note of packet `n`; `usual` is how long a frame is shown where it does not say."""
        stamp = packet.pts
        if stamp is None:
            self.counted = True
            stamp = packet.dts if packet.dts is not None else self.stamps[-1] + usual if self.stamps else 0
        if self.earliest is None:
            self.earliest = packet.dts
        self.stamps.append(stamp)
        self.lengths.append(packet.duration or usual)
        if packet.is_discard:
            self.hidden.add(stamp)
        if packet.is_keyframe:
            self.keys.append(n)
        self.even &= n == 0 or not packet.has_sidedata("new_extradata")

    @property
    def zero(self) -> int:
        """Stamp of the first frame that is shown."""
        return min((s for s in self.stamps if s >= self.stamps[0] and s not in self.hidden), default=0)

    @property
    def lag(self) -> int:
        """How much later a frame is shown than decoded, where only the latter is to be relied on."""
        return self.zero - self.earliest if self.counted and self.earliest is not None else 0

    @property
    def longest(self) -> int:
        """How long a frame is shown at most."""
        stamps = sorted(self.stamps)
        return max([*(b - a for a, b in pairwise(stamps)), *self.lengths])

    @property
    def end(self) -> int:
        """Where the last frame that is shown ends."""
        ends = [s + d for s, d in zip(self.stamps, self.lengths, strict=True) if s not in self.hidden]
        return max(ends, default=0)


@contextmanager
def opened(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open a video for reading packets, with its main picture track."""
    with open_file(path) as file, open_container(file, path) as container:
        yield container, choose_stream(container, path)


def film_of(container: InputContainer, index: int) -> VideoStream:
    """Return the picture track with a number."""
    return next(s for s in container.streams.video if s.index == index)


def codec_of(stream: VideoStream) -> str:
    """Return ffmpeg's name of what a track is in, whatever decodes it."""
    return stream.codec_context.codec.canonical_name


def packets(container: InputContainer, *streams: Stream) -> Iterator[Packet]:
    """Yield the packets of some streams, passing over what cannot be read."""
    for stream in container.streams:
        stream.discard = Discard.default if stream in streams else Discard.all
    reading = container.demux(*streams)
    while True:
        try:
            packet = next(reading)
        except (StopIteration, EOFError):
            return
        except (av.FFmpegError, IndexError):  # PyAV: a track that turned up on the way
            reading = container.demux(*streams)
            continue
        if packet.size:
            yield cast(Packet, packet)


def pictures(container: InputContainer, stream: VideoStream) -> Iterator[tuple[int, Packet]]:
    """Yield the packets of a picture track from its first key frame on, numbered."""
    numbers: count[int] | None = None
    for packet in packets(container, stream):
        if numbers is None and packet.is_keyframe:
            numbers = count()
        if numbers is not None:
            yield next(numbers), packet


def scan(container: InputContainer, stream: VideoStream, path: Path, progress: Progress) -> Scan:
    """Read a track through.

    Raises:
        CuttingError: its clock jumps back, or it has no key frame.
    """
    codec, extradata = codec_of(stream), stream.codec_context.extradata
    usual = max(1, round(1 / ((stream.average_rate or 25) * (stream.time_base or Fraction(1, 1000)))))
    found = Scan(codec, stream.time_base or Fraction(1, 1000), container.format.name == "avi")
    last = None
    for n, packet in pictures(container, stream):
        if last is not None and packet.dts is not None and packet.dts < last:
            raise CuttingError(f"{shown(path)}: its clock jumps back; convert it to MP4 first")
        last = packet.dts
        found.add(n, packet, usual)
        if n % _OFTEN == 0:
            progress(0, 0)
        usable = packet.is_keyframe and not packet.is_discard
        if usable and (codec not in _NAMED or nals.restarts(codec, bytes(packet), extradata)):
            found.joints.append(n)
    if not found.keys:
        raise CuttingError(f"{shown(path)}: no key frame in it; convert it first")
    if found.counted:
        found.stamps.sort()
    return found
