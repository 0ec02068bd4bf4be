"""Packets of a picture track as a cut takes them: copied from the film, or from what was encoded."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
from av.bitstream import BitStreamFilterContext
from av.container import InputContainer
from av.packet import Packet as AnyPacket
from av.video.stream import VideoStream

from analyzer.media.cutting import nals
from analyzer.media.cutting.ordering import delay_of
from analyzer.media.cutting.parts import encoded_path
from analyzer.media.cutting.plans import AHEAD, Stretch, Track
from analyzer.media.cutting.scan import codec_of
from analyzer.media.packets import Packet

Stamped = Iterator[tuple[int, Packet]]
"""Packets with when they are shown, in the units of the film's track."""


class Copier:
    """Takes packets of the film.

    Args:
        numbered: all packets of the track.
        stream: the track.
        unpacked: whether its units are to be parted by start codes, with the parameters before key frames.
    """

    def __init__(self, numbered: Iterator[tuple[int, Packet]], stream: VideoStream, unpacked: bool) -> None:
        self._numbered = numbered
        self._codec = codec_of(stream)
        self._extradata = stream.codec_context.extradata
        self._filter = None
        if unpacked and nals.is_prefixed(self._extradata):
            self._filter = BitStreamFilterContext(f"{self._codec}_mp4toannexb", stream)
        self._begun = False

    def take(self, stretch: Stretch, counted: bool) -> Stamped:
        """Yield the packets of a stretch; those that cannot be decoded after a joint are left out."""
        first: int | None = None
        for n, packet in self._numbered:
            if n >= stretch.first:
                stamp = packet.pts
                if stamp is None or counted:
                    first = packet.dts or 0 if first is None else first
                    stamp = stretch.low + (packet.dts or 0) - first
                if stamp >= stretch.low:
                    joint = n == stretch.first and self._begun
                    self._begun = True
                    yield stamp, self._ready(packet, joint)
            if n + 1 >= stretch.last:
                return

    def _ready(self, packet: Packet, joint: bool) -> Packet:
        if joint and self._codec == "hevc":
            marked = cast(Packet, AnyPacket(nals.as_break(bytes(packet), self._extradata)))
            marked.pts, marked.dts, marked.duration = packet.pts, packet.dts, packet.duration
            marked.time_base, marked.is_keyframe = packet.time_base, True
            packet = marked
        return self._filter.filter(packet)[0] if self._filter else packet


class Encoded:
    """Takes packets of a track's encoded parts.

    Args:
        track: with its parts.
        folder: where they are.
        unpacked: whether each key frame is to have the parameters before it.
    """

    def __init__(self, track: Track, folder: Path, unpacked: bool) -> None:
        self._track = track
        self._folder = folder
        self._unpacked = unpacked
        self._shared: Stamped | None = None
        self._held: tuple[int, Packet] | None = None

    def open(self, number: int = 0) -> InputContainer:
        """Open an encoded part."""
        return av.open(f"file:{encoded_path(self._folder, self._track.stream, number)}", "r", format="nut")

    @property
    def delay(self) -> int:
        """By how many frames decoding runs ahead of showing, at most."""
        return max((self._delay(number) for number in range(len(self._track.parts))), default=0)

    def _delay(self, number: int) -> int:
        with self.open(number) as container:
            return delay_of(p.pts for p in container.demux(video=0) if p.size and p.pts is not None)

    def take(self, stretch: Stretch) -> Stamped:
        """Yield the packets of a stretch."""
        assert stretch.part is not None
        if not self._track.parts[stretch.part].stamps:
            yield from self._read(stretch.part)
            return
        self._shared = self._shared or self._read(stretch.part)
        while taken := self._held or next(self._shared, None):
            self._held = taken
            if taken[0] >= stretch.high:
                return
            self._held = None
            if taken[0] >= stretch.low:
                yield taken

    def _read(self, number: int) -> Stamped:
        part = self._track.parts[number]
        with self.open(number) as container:
            stream = container.streams.video[0]
            tick = stream.time_base or Fraction(1)
            ready = BitStreamFilterContext("dump_extra" if self._unpacked else "null", stream)
            for packet in container.demux(stream):
                if packet.size and packet.pts is not None:
                    seconds = packet.pts * tick
                    packet = ready.filter(packet)[0]
                    packet.duration = round((packet.duration or 0) * tick / Fraction(self._track.tick))
                    if part.stamps:
                        yield part.stamps[round(seconds * Fraction(self._track.rate)) - AHEAD], packet
                    else:
                        yield round(seconds / Fraction(self._track.tick)) + part.shift, packet
