"""What is taken of a track that is not pictures, packet by packet."""

import sys
from collections.abc import Iterator
from fractions import Fraction
from math import floor
from typing import Any, cast

from av.audio.codeccontext import AudioCodecContext
from av.packet import Packet as AnyPacket
from av.stream import Stream

from analyzer.media.cutting.plans import Piece, Plan
from analyzer.media.cutting.sound import Placer
from analyzer.media.packets import Packet

Timed = Iterator[tuple[float, Packet]]
"""Packets with the second of the result at which each begins."""

_LEADING = ("mp4", "mov")
"""Containers that can begin a sound track with a packet that is not heard."""


def _stamped(packet: Packet, out: Stream, tick: Fraction, start_s: float, length_s: float | None) -> Packet:
    packet.time_base = tick
    packet.pts = packet.dts = round(start_s / tick)
    if length_s is not None:
        packet.duration = round(length_s / tick)
    packet.stream = cast(Any, out)
    return packet


class Sound:
    """Takes a sound track: whole packets, or of uncompressed sound exactly what is wanted."""

    def __init__(self, stream: Stream, out: Stream, plan: Plan) -> None:
        self._out = out
        self._tick = stream.time_base or Fraction(1, 1000)
        self._plan = plan
        self._placer = Placer(plan.pieces, plan.zero_s, lead=plan.format in _LEADING)
        self._context = cast(AudioCodecContext | None, stream.codec_context)
        self._last = -sys.maxsize
        self._plain = self._context is not None and self._context.name.startswith("pcm_")

    def take(self, packet: Packet) -> Timed:
        """Yield what is taken of a packet."""
        stamp = packet.pts if packet.pts is not None else packet.dts
        if stamp is None:
            return
        start_s = float(stamp * self._tick)
        length_s = self._length_s(packet)
        if self._plain and length_s:
            yield from self._sliced(packet, start_s, length_s)
            return
        place = self._placer.place(start_s, length_s)
        if place is not None:
            # A container's tick can be as long as a packet: each has its own all the same.
            self._last = max(self._last + 1, floor(place / self._tick + 0.5))
            yield place, _stamped(packet, self._out, self._tick, float(self._last * self._tick), None)

    def _length_s(self, packet: Packet) -> float:
        if packet.duration:
            return float(packet.duration * self._tick)
        context = self._context
        return context.frame_size / context.sample_rate if context and context.sample_rate else 0.0

    def _sliced(self, packet: Packet, start_s: float, length_s: float) -> Timed:
        assert self._context is not None
        samples = round(length_s * self._context.sample_rate)
        data = bytes(packet)
        size = len(data) // max(1, samples)
        for piece in self._plan.pieces:
            low = piece.start_s + self._plan.zero_s - start_s
            high = piece.end_s + self._plan.zero_s - start_s
            first, last = (min(samples, max(0, round(x * samples / length_s))) for x in (low, high))
            if first < last:
                place = piece.at_s + first * length_s / samples - low
                part = cast(Packet, AnyPacket(data[first * size : last * size]))
                part.is_keyframe = True
                yield place, _stamped(part, self._out, self._tick, place, (last - first) * length_s / samples)


class Words:
    """Takes subtitles and data: what lasts across the edge of a piece is clipped to it."""

    def __init__(self, stream: Stream, out: Stream, plan: Plan) -> None:
        self._out = out
        self._tick = stream.time_base or Fraction(1, 1000)
        self._plan = plan

    def take(self, packet: Packet) -> Timed:
        """Yield what is taken of a packet, once for each piece that it is shown in."""
        stamp = packet.pts if packet.pts is not None else packet.dts
        if stamp is None:
            return
        start_s = float(stamp * self._tick) - self._plan.zero_s
        end_s = start_s + float((packet.duration or 0) * self._tick)
        for piece in self._plan.pieces:
            if start_s < piece.end_s and (end_s > piece.start_s or start_s >= piece.start_s):
                yield self._clipped(packet, piece, start_s, end_s)

    def _clipped(self, packet: Packet, piece: Piece, start_s: float, end_s: float) -> tuple[float, Packet]:
        start, end = max(start_s, piece.start_s), min(end_s, piece.end_s)
        place = start - piece.start_s + piece.at_s
        clipped = cast(Packet, AnyPacket(bytes(packet)))
        for data in packet.iter_sidedata():
            data.to_packet(cast(Any, clipped))
        clipped.is_keyframe = packet.is_keyframe
        return place, _stamped(clipped, self._out, self._tick, place, max(0.0, end - start))


class Cover:
    """Takes a picture that stands for the whole film."""

    def __init__(self, out: Stream) -> None:
        self._out = out

    def take(self, packet: Packet) -> Timed:
        """Yield the picture."""
        yield 0.0, _stamped(packet, self._out, packet.time_base, 0.0, None)
