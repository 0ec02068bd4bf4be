"""A video file: its packets in groups, its frames in time, and what is known about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Literal

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from analyzer.errors import MediaError
from analyzer.media import fingerprint, pixels
from analyzer.media.container import choose_stream, open_container, open_file, show
from analyzer.media.packets import Clock, Group, Packet, group
from analyzer.records import Source

Skip = Literal["DEFAULT", "NONREF", "NONINTRA", "NONKEY"]
"""Which frames the decoder leaves out: none, those no other needs, all but intra, all but key frames."""

MAX_FAILURES = 1000
"""Packets in a row that may fail before the rest of the file is given up."""
_SQUARE = 0.01
"""Pixels at most this much wider or taller than square count as square: nobody sees it."""
_MAX_ASPECT = 16
"""A pixel more oblong than this is a damaged header, not a picture."""


@contextmanager
def open_video(path: Path | str) -> Iterator[Video]:
    """Open a local video file; nothing but this file is ever opened.

    Raises:
        InputError: it is missing, a directory or unreadable.
        UnsafeMediaError: it is a playlist or script.
        MediaError: it is no video that can be decoded.
    """
    path = Path(path)
    with open_file(path) as file, open_container(file, path) as container:
        yield Video(container, choose_stream(container, path), path)


class Video:
    """An open video. Its groups are read once; one that goes on from another is decoded right after it.

    Attributes:
        path: as it was named.
        damaged: packets and frames that could not be decoded, so far.
        packets: how many were read, so far.
    """

    def __init__(self, container: InputContainer, stream: VideoStream, path: Path) -> None:
        self.path = path
        self.damaged = 0
        self.packets = 0
        self._container = container
        self._stream = stream
        self._context = stream.codec_context
        self._context.thread_type = "NONE"  # faster for single key frames, and no frame delay
        self._time_base = stream.time_base or Fraction(1, 1000)
        rate = stream.average_rate or stream.guessed_rate or Fraction(25)
        self._clock = Clock(float(1 / (rate * self._time_base)))
        self._failures = 0
        self._first: int | None = None
        self._whole = False
        self._turn = 0

    @property
    def duration_s(self) -> float:
        """From the first frame to the end of the last, seconds; estimated until all was read; 0: unknown."""
        if self._whole or (self._header_s() < self._read_s()):
            return self._read_s()
        return self._header_s()

    def _read_s(self) -> float:
        return float((self._clock.end - (self._first or 0)) * self._time_base) if self.packets else 0.0

    def _header_s(self) -> float:
        if self._stream.duration:
            return float(self._stream.duration * self._time_base)
        start = max(0, self._container.start_time or 0)
        return max(0, (self._container.duration or 0) - start) / 1_000_000

    @property
    def codec(self) -> str:
        """FFmpeg's name of the codec."""
        return self._context.name

    @property
    def frame_s(self) -> float:
        """How long a frame is usually shown, seconds."""
        rate = self._stream.average_rate or self._stream.guessed_rate
        return float(1 / rate) if rate else 0.04

    @property
    def size(self) -> pixels.Size:
        """Width and height of the upright frame with square pixels."""
        width, height = self._square_size()
        return (height, width) if self._turn in (90, 270) else (width, height)

    def _square_size(self) -> pixels.Size:
        width, height = self._context.width, self._context.height
        aspect = float(self._stream.sample_aspect_ratio or 1)
        if abs(aspect - 1) <= _SQUARE or not 1 / _MAX_ASPECT <= aspect <= _MAX_ASPECT:
            return width, height
        return (round(width * aspect), height) if aspect > 1 else (width, round(height / aspect))

    def image(self, frame: VideoFrame, max_side: int) -> pixels.Image:
        """Return the frame as upright RGB uint8 (H, W, 3), square pixels, long side at most `max_side`."""
        width, height = self._square_size()
        shrink = min(1.0, max_side / max(width, height))
        size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
        return pixels.to_rgb(frame, size, self._turn)

    def groups(self, min_s: float) -> Iterator[Group]:
        """Yield the packets in groups of at least `min_s` seconds, in order."""
        yield from group(self._read(), self._time_base, min_s)
        self._whole = True

    def _read(self) -> Iterator[Packet]:
        packets = self._container.demux(self._stream)
        while self._failures < MAX_FAILURES:
            try:
                packet = next(packets)
            except (StopIteration, EOFError):
                return
            except av.FFmpegError:
                self._count_failure()
                packets = self._container.demux(self._stream)
                continue
            if packet.size:
                self.packets += 1
                self._clock.straighten(packet)
                yield packet

    def frames(self, group: Group, skip: Skip = "DEFAULT") -> Iterator[VideoFrame]:
        """Decode a group: its frames in the order they are shown, but for those that `skip` names."""
        if group.entry:
            self._context.flush_buffers()
        if not self._context.codec.name.startswith("lib"):  # foreign decoders take it only when opened
            self._context.skip_frame = skip
        for packet in group.packets:
            yield from self._decode(packet)
        if group.closed:
            yield from self._decode(None)

    def key_frame(self, group: Group) -> VideoFrame | None:
        """Decode only the key frame that a group begins with; None where that fails."""
        first = Group(group.packets[:1], entry=True)
        return next(self.frames(first, "NONKEY"), None) if group.entry else None

    def _decode(self, packet: Packet | None) -> list[VideoFrame]:
        try:
            frames = self._context.decode(packet)
        except EOFError:
            return []
        except (av.FFmpegError, ValueError):
            self._count_failure()
            return []
        good = [frame for frame in frames if not frame.is_corrupt]
        self.damaged += len(frames) - len(good)
        if good:
            self._failures = 0
            if self._first is None:
                self._first = self._stamp(good[0])
                self._turn = good[0].rotation % 360 if good[0].rotation % 90 == 0 else 0
        return good

    def _count_failure(self) -> None:
        self.damaged += 1
        self._failures += 1

    def _stamp(self, frame: VideoFrame) -> int:
        stamp = frame.pts if frame.pts is not None else frame.dts
        return self._clock.end if stamp is None else stamp

    def time_s(self, frame: VideoFrame) -> float:
        """When a frame is shown, seconds after the first one."""
        return float((self._stamp(frame) - (self._first or 0)) * self._time_base)

    def start_s(self, group: Group) -> float:
        """When a group's first packet is shown, seconds after the first frame."""
        packet = group.packets[0]
        stamp = packet.pts if packet.pts is not None else packet.dts
        return float(((stamp or 0) - (self._first or 0)) * self._time_base)

    def nothing_decoded(self) -> MediaError:
        """Return the error to raise where not one frame came out."""
        return MediaError(f"{show(self.path)}: nothing in it can be decoded; fetch it again or convert it")

    def source(self, phash: int | None) -> Source:
        """Return what is known about the file; whole only after all groups were read.

        Raises:
            MediaError: nothing could be decoded.
        """
        if self._first is None:
            raise self.nothing_decoded()
        width, height = self.size
        return Source(
            path=show(self.path.absolute()),
            size_bytes=self.path.stat().st_size,
            oshash=fingerprint.oshash(self.path),
            phash=None if phash is None else f"{phash:016x}",
            duration_s=self.duration_s,
            first_frame_s=float(self._first * self._time_base),
            fps=self._fps(),
            width=width,
            height=height,
            rotation=(360 - self._turn) % 360,  # type: ignore[arg-type]
            container=self._container.format.name,
            codec=self._context.name,
            pixel_format=self._context.pix_fmt or "unknown",
            damaged=self.damaged,
        )

    def _fps(self) -> str | None:
        rate = self._stream.average_rate
        if not rate and self.packets > 1 and self.duration_s:
            rate = Fraction(self.packets / self.duration_s).limit_denominator(1001)
        return f"{rate.numerator}/{rate.denominator}" if rate else None
