"""Compressed packets, on one straight clock, in groups that can be decoded on their own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import inf
from typing import TYPE_CHECKING

from av.packet import Packet as AnyPacket
from av.video.stream import VideoStream

if TYPE_CHECKING:
    Packet = AnyPacket[VideoStream]
else:  # generic only to the type checker
    Packet = AnyPacket

MAX_PACKETS = 1500
MAX_BYTES = 48 << 20
"""A group is cut off at these, so that memory stays bounded where key frames are rare or never come."""


@dataclass(slots=True)
class Group:
    """Packets from a key frame to the next one.

    Attributes:
        packets: in decoding order.
        entry: whether it begins with a key frame; if not, it can only be decoded right after its predecessor.
        closed: whether it is whole; if not, the next group goes on where this one was cut off.
        damage: stamps of what could not be decoded.
    """

    packets: list[Packet]
    entry: bool
    closed: bool = True
    damage: set[int | None] = field(default_factory=set)

    @property
    def keys(self) -> int:
        """How many of its packets are key frames."""
        return sum(packet.is_keyframe for packet in self.packets)

    @property
    def first_pts(self) -> float:
        """Stamp of the key frame that it begins with; minus infinity where that is not known."""
        first = self.packets[0].pts
        return first if self.entry and first is not None else -inf


class Clock:
    """Straightens time stamps that jump back, as in joined transport streams.

    Attributes:
        end: the end of the last picture so far, in `time_base` units.
    """

    def __init__(self, frame_ticks: float) -> None:
        self.end = 0
        self._frame = max(1, round(frame_ticks))
        self._last: int | None = None
        self._offset = 0

    def straighten(self, packet: Packet) -> None:
        """Shift the packet's stamps so that decoding times never run backwards; make them if it has none."""
        if packet.dts is None and packet.pts is None:
            packet.pts = packet.dts = 0 if self._last is None else self._last + self._frame - self._offset
        if packet.dts is not None:
            if self._last is not None and packet.dts + self._offset < self._last - self._frame:
                self._offset = self._last + self._frame - packet.dts
            packet.dts += self._offset
            self._last = packet.dts
        if packet.pts is not None:
            packet.pts += self._offset
        shown = packet.pts if packet.pts is not None else packet.dts
        self.end = max(self.end, (shown or 0) + (packet.duration or self._frame))


def group(packets: Iterable[Packet], time_base: Fraction, min_s: float) -> Iterator[Group]:
    """Yield the packets in groups that begin with a key frame and last at least `min_s` seconds.

    A key frame that comes sooner stays inside its group: codecs that know only key frames make groups, too.
    """
    held: list[Packet] = []
    size = 0
    for packet in packets:
        if held:
            due = packet.is_keyframe and _apart_s(held[0], packet, time_base) >= min_s
            if due or len(held) >= MAX_PACKETS or size >= MAX_BYTES:
                yield Group(held, entry=held[0].is_keyframe, closed=packet.is_keyframe)
                held, size = [], 0
        held.append(packet)
        size += packet.size
    if held:
        yield Group(held, entry=held[0].is_keyframe)


def _apart_s(a: Packet, b: Packet, time_base: Fraction) -> float:
    if a.dts is not None and b.dts is not None:
        return float((b.dts - a.dts) * time_base)
    return float((b.pts - a.pts) * time_base) if a.pts is not None and b.pts is not None else 0.0
