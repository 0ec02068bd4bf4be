"""Groups of packets in, decoded frames out; what cannot be decoded is counted and passed over."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from analyzer.media.packets import Group, Packet

Skip = Literal["DEFAULT", "NONREF", "NONINTRA", "NONKEY"]
"""Which frames the decoder leaves out: none, those no other needs, all but intra, all but key frames."""

MAX_FAILURES = 1000
"""Packets in a row that may fail before the rest of the file is given up."""

_SINGLE_KEYS = 4
"""A group with more key frames than this is of a codec that knows little else: one of them is enough."""
_INTRA_CODECS = ("h264", "hevc")
"""Their encoders mark cuts by intra frames that are no key frames; the decoder can tell them from others."""


@dataclass(slots=True)
class Health:
    """How well decoding goes.

    Attributes:
        damaged: packets and frames that could not be decoded.
        failures: how many failed in a row.
    """

    damaged: int = 0
    failures: int = 0

    @property
    def hopeless(self) -> bool:
        """Whether to give up."""
        return self.failures >= MAX_FAILURES

    def fail(self) -> None:
        """Count one more."""
        self.damaged += 1
        self.failures += 1


class Decoder:
    """One decoder of the video track; groups that go on from one another are decoded in order.

    Args:
        context: of the codec.
        health: counts what cannot be decoded.
    """

    def __init__(self, context: VideoCodecContext, health: Health) -> None:
        context.thread_type = "NONE"  # faster for single key frames, and several decoders share cores better
        # A sixth of decoding is smoothing; frames that no other is coded after do without.
        context.options = {**context.options, "skip_loop_filter": "noref"}
        self._context = context
        self._health = health

    def frames(self, group: Group, skip: Skip = "DEFAULT") -> Iterator[VideoFrame]:
        """Decode a group: its frames in the order they are shown, but for those that `skip` names.

        Frames shown before the key frame that they are coded after need the group before: they are left out.
        """
        if group.entry:
            self._context.flush_buffers()
        if not self._context.codec.name.startswith("lib"):  # foreign decoders take it only when opened
            self._context.skip_frame = skip
        for frame in self._decoded(group):
            if frame.pts is None or frame.pts >= group.first_pts:
                yield frame

    def _decoded(self, group: Group) -> Iterator[VideoFrame]:
        for packet in group.packets:
            yield from self._decode(packet, group)
        if group.closed:
            yield from self._decode(None, group)

    def alone(self, group: Group) -> Iterator[VideoFrame]:
        """Decode only what needs no other frames: the key frame, and intra frames where a codec has such."""
        if not group.entry:
            return iter(())
        if self._context.name in _INTRA_CODECS and group.keys <= _SINGLE_KEYS:
            # Without the frames between, FFmpeg may hand out the first one after a later one.
            return iter(sorted(self.frames(group, "NONINTRA"), key=lambda frame: frame.pts or 0))
        return self.frames(Group(group.packets[:1], entry=True, damage=group.damage), "NONKEY")

    def _decode(self, packet: Packet | None, group: Group) -> Iterator[VideoFrame]:
        try:
            frames = self._context.decode(packet)
        except EOFError:
            return
        except (av.FFmpegError, ValueError):
            self._fail(packet.dts if packet else None, group)
            return
        for frame in frames:
            if frame.is_corrupt:
                self._fail(frame.dts, group)
            else:
                self._health.failures = 0
                yield frame

    def _fail(self, stamp: int | None, group: Group) -> None:
        """Count a failure once, however often its group is decoded."""
        if stamp not in group.damage:
            group.damage.add(stamp)
            self._health.fail()
