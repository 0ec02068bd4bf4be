"""Decode pictures to see whether they do, and count."""

from contextlib import suppress
from pathlib import Path

import av
from av.codec.context import ThreadType
from av.video.stream import VideoStream

from analyzer.media.cutting.plans import Decoded
from analyzer.media.cutting.scan import opened, packets
from analyzer.media.packets import Packet
from analyzer.progress import Progress


def decode(path: Path, progress: Progress) -> Decoded:
    """Decode the pictures of a file from the first to the last.

    Raises:
        InputError, MediaError: it cannot be opened.
    """
    with opened(path) as (container, stream):
        run = Run(stream)
        for packet in packets(container, stream):
            run.add(packet, True)
            progress(0, 0)
        run.end()
        return Decoded(frames=run.near - run.lost, lost=run.lost)


def stamp_of(packet: Packet) -> int:
    """Return when a packet's picture is shown, in its own units."""
    return packet.pts if packet.pts is not None else packet.dts or 0


class Run:
    """Decodes runs of packets from a key frame on; each should give a frame.

    Attributes:
        near: frames that should have come.
        lost: those that did not.
    """

    def __init__(self, stream: VideoStream) -> None:
        self.near = self.lost = 0
        self._context = stream.codec_context
        self._context.thread_type = ThreadType.AUTO
        self._waiting: list[Packet] = []
        self._sent = self._got = 0
        self._wanted = False
        self._from = 0

    def add(self, packet: Packet, near: bool) -> None:
        """Take the next packet; `near`: it is to be decoded, with all that it needs."""
        if packet.is_keyframe and not self._wanted:
            self.end()
            self._waiting = []
        elif packet.is_keyframe:
            self._wanted = False
        self._waiting.append(packet)
        self._wanted |= near
        if self._wanted:
            for waiting in self._waiting:
                self._send(waiting)
            self._waiting = []

    def _send(self, packet: Packet) -> None:
        if not self._sent:
            self._from = stamp_of(packet)
        # What is shown before the first key frame needs frames that are not there.
        self._sent += not packet.is_discard and stamp_of(packet) >= self._from
        self._decode(packet)

    def _decode(self, packet: Packet | None) -> None:
        with suppress(av.FFmpegError, ValueError):  # a packet that does not decode gives no frame
            for frame in self._context.decode(packet):
                self._got += not frame.is_corrupt and (frame.pts is None or frame.pts >= self._from)

    def end(self) -> None:
        """Take what the decoder still has, and count."""
        if self._sent:
            self._decode(None)
            self._context.flush_buffers()
            self.near += self._sent
            self.lost += max(0, self._sent - self._got)
        self._sent = self._got = 0
        self._wanted = False
