"""A video file: its packets in groups, its frames in time, and what is known about it."""

from __future__ import annotations

import queue
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Literal

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from analyzer.errors import MediaError
from analyzer.media import fingerprint, pixels
from analyzer.media.container import choose_stream, open_container, open_file
from analyzer.media.decoder import Decoder, Health
from analyzer.media.packets import Clock, Group, Packet, group
from analyzer.paths import as_text, shown
from analyzer.records import Source
from models.cores import usable_cores

_SQUARE = 0.01
"""Pixels at most this much wider or taller than square count as square: nobody sees it."""
SIDE_BY_SIDE = min(8, usable_cores())
"""Decoders where nothing needs frames one after another."""
_RATES = (0.01, 1000)
"""Frames a second; beyond that, the header is damaged."""
_CUT_OFF_S, _CUT_OFF_SHARE = 1.0, 0.02
"""A header that promises so much more film, in seconds and as a share, tells of a lost end."""
_LONGEST_S = 1e8
"""A header that promises three years of film is damaged."""
_MAX_ASPECT = 16
"""A pixel more oblong than this is a damaged header, not a picture."""
_ANGLES: dict[int, Literal[0, 90, 180, 270]] = {0: 0, 90: 270, 180: 180, 270: 90}
"""Clockwise degrees, by FFmpeg's counterclockwise ones."""


@contextmanager
def open_video(path: Path | str, decoders: int = 1) -> Iterator[Video]:
    """Open a local video file; nothing but this file is ever opened.

    Args:
        path: of the file.
        decoders: how many groups can be decoded at once; each takes a core and memory for its frames.

    Raises:
        InputError: it is missing, a directory or unreadable.
        UnsafeMediaError: it is a playlist or script.
        MediaError: it is no video that can be decoded.
    """
    path = Path(path)
    with ExitStack() as stack:
        containers = []
        for _ in range(1 + decoders):
            file = stack.enter_context(open_file(path))
            containers.append(stack.enter_context(open_container(file, path)))
        yield Video(path, containers[0], [choose_stream(container, path) for container in containers])


class Video:
    """An open video.

    Attributes:
        path: as it was named.
        health: counts what could not be decoded, so far.
        scout: decodes key frames ahead of `walker`.
        walker: decodes groups whole.
        decoders: how many can do so at once; see `decoder`.
    """

    def __init__(self, path: Path, container: InputContainer, streams: Sequence[VideoStream]) -> None:
        stream, *twins = streams
        self.path = path
        self.health = Health()
        self.scout = Decoder(stream.codec_context, self.health)
        walkers = [Decoder(twin.codec_context, self.health) for twin in twins]
        self.walker, self.decoders = walkers[0], len(walkers)
        self._free: queue.SimpleQueue[Decoder] = queue.SimpleQueue()
        for walker in walkers:
            self._free.put(walker)
        self._container = container
        self._stream = stream
        self._time_base = stream.time_base or Fraction(1, 1000)
        self._clock = Clock(self.frame_s / float(self._time_base))
        self._first: int | None = None
        self._packets = 0
        self._whole = False
        self._coded: pixels.Size = (stream.codec_context.width, stream.codec_context.height)
        self._turn = 0

    @property
    def duration_s(self) -> float:
        """From the first frame to the end of the last, seconds; estimated until all was read; 0: unknown."""
        read = float((self._clock.end - (self._first or 0)) * self._time_base) if self._packets else 0.0
        return read if self._whole else max(read, self._header_s())

    def _header_s(self) -> float:
        if self._stream.duration:
            promised = float(self._stream.duration * self._time_base)
        else:
            start = max(0, self._container.start_time or 0)
            promised = max(0, (self._container.duration or 0) - start) / 1_000_000
        return promised if promised <= _LONGEST_S else 0.0

    @property
    def frame_s(self) -> float:
        """How long a frame is usually shown, seconds."""
        rate = self._stream.average_rate or self._stream.guessed_rate
        return float(1 / rate) if rate and _RATES[0] <= rate <= _RATES[1] else 0.04

    @property
    def size(self) -> pixels.Size:
        """Width and height of the upright frame with square pixels."""
        width, height = self._square_size()
        return (height, width) if self._turn in (90, 270) else (width, height)

    def _square_size(self) -> pixels.Size:
        width, height = self._coded
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

    def squeezed(self, frame: VideoFrame, size: pixels.Size) -> pixels.Image:
        """Return the frame as upright RGB uint8 (height, width, 3) of any size, whatever its proportions."""
        width, height = size
        return pixels.to_rgb(frame, (height, width) if self._turn in (90, 270) else size, self._turn)

    def groups(self, min_s: float) -> Iterator[Group]:
        """Yield the packets in groups of at least `min_s` seconds, once, in order."""
        yield from group(self._read(), self._time_base, min_s)
        self._whole = True

    def _read(self) -> Iterator[Packet]:
        packets = self._container.demux(self._stream)
        while not self.health.hopeless:
            try:
                packet = next(packets)
            except (StopIteration, EOFError):
                return
            except (av.FFmpegError, IndexError):  # PyAV: a track that turned up on the way
                self.health.fail()
                packets = self._container.demux(self._stream)
                continue
            if packet.size:
                self._packets += 1
                self._clock.straighten(packet)
                yield packet

    @contextmanager
    def decoder(self) -> Iterator[Decoder]:
        """Lend one of the decoders of whole groups, as soon as one is free."""
        decoder = self._free.get()
        try:
            yield decoder
        finally:
            self._free.put(decoder)

    def start_clock(self, group: Group) -> None:
        """Count times from the first frame of a group, unless they are counted already."""
        if not self.started:
            for frame in chain(self.scout.alone(group), self.scout.frames(group, "NONREF")):
                self.time_s(frame)
                return

    @property
    def started(self) -> bool:
        """Whether it is known which frame is the first."""
        return self._first is not None

    def time_s(self, frame: VideoFrame) -> float:
        """When a frame is shown, seconds after the first one that was asked about."""
        stamp = frame.pts if frame.pts is not None else frame.dts
        stamp = self._clock.end if stamp is None else stamp
        if self._first is None:
            self._first = stamp
            self._coded = (frame.width, frame.height)  # later frames of other sizes are scaled to this one
            self._turn = frame.rotation % 360 if frame.rotation % 90 == 0 else 0
        return float((stamp - self._first) * self._time_base)

    def packet_s(self, packet: Packet) -> float:
        """When a packet's frame is shown, seconds after the first frame."""
        stamp = packet.pts if packet.pts is not None else packet.dts
        return float(((stamp or 0) - (self._first or 0)) * self._time_base)

    def nothing_decoded(self) -> MediaError:
        """Return the error to raise where not one frame came out."""
        return MediaError(f"{shown(self.path)}: nothing in it can be decoded; fetch it again or convert it")

    def source(self, phash: int | None) -> Source:
        """Return what is known about the file; whole only after all groups were read.

        Raises:
            MediaError: nothing could be decoded.
            InputError: the file is gone.
        """
        if self._first is None:
            raise self.nothing_decoded()
        oshash = fingerprint.oshash(self.path)
        width, height = self.size
        context = self._stream.codec_context
        return Source(
            path=as_text(self.path.absolute()),
            size_bytes=self.path.stat().st_size,
            oshash=oshash,
            phash=None if phash is None else f"{phash:016x}",
            duration_s=self.duration_s,
            first_frame_s=float(self._first * self._time_base),
            fps=self._fps(),
            width=width,
            height=height,
            rotation=_ANGLES[self._turn],
            container=self._container.format.name,
            codec=context.name,
            pixel_format=context.pix_fmt or "unknown",
            damaged=self.health.damaged,
            missing_s=self._missing_s(),
        )

    def _missing_s(self) -> float:
        missing = self._header_s() - self.duration_s
        return missing if missing > max(_CUT_OFF_S, _CUT_OFF_SHARE * self.duration_s) else 0.0

    def _fps(self) -> str | None:
        rate = self._stream.average_rate
        if not rate and self._packets > 1 and self.duration_s:
            rate = Fraction(self._packets / self.duration_s).limit_denominator(1001)
        return f"{rate.numerator}/{rate.denominator}" if rate else None
