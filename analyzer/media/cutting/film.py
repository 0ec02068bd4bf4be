"""A picture track of the result: its parameters, and its packets on the result's clock."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from av.bitstream import BitStreamFilterContext
from av.container import OutputContainer
from av.video.stream import VideoStream

from analyzer.media.cutting import nals
from analyzer.media.cutting.ordering import DecodeClock
from analyzer.media.cutting.plans import Plan, Track
from analyzer.media.cutting.scan import codec_of, film_of, opened, pictures
from analyzer.media.cutting.streams import add_film_like
from analyzer.media.cutting.taking import Copier, Encoded, Stamped
from analyzer.media.packets import Packet

_UNITS = ("h264", "hevc")
"""Codecs whose parameters are units of their own."""


class Film:
    """A picture track while the result is written.

    Args:
        path: the film.
        plan: of its cut.
        track: which of its tracks.
        folder: where what was encoded is.

    Attributes:
        wanted, missing: frames that were to be encoded, and how many did not come; negative: there are more.
    """

    def __init__(self, path: Path, plan: Plan, track: Track, folder: Path) -> None:
        self._path = path
        self._plan = plan
        self._track = track
        self._tick = Fraction(track.tick)
        self.wanted = sum(s.frames for piece in track.stretches for s in piece if s.part is not None)
        self.missing = self.wanted
        self._mixed = bool(track.parts) and not track.replaced and track.codec in _UNITS
        self._encoded = Encoded(track, folder, self._mixed)
        self._slot = Fraction(1) / Fraction(track.rate) if plan.format == "avi" else None

    def add_to(self, output: OutputContainer, source: VideoStream) -> VideoStream:
        """Add the track to a file."""
        if not self._track.parts:
            out = add_film_like(output, source)
            if source.codec_context.codec_tag == "hvc1" and output.format.name in ("mp4", "mov"):
                out.codec_context.codec_tag = "hvc1"
        else:
            out = self._added(output, source)
        out.time_base = self._slot or self._tick
        self.out = out
        return out

    def _added(self, output: OutputContainer, source: VideoStream) -> VideoStream:
        with self._encoded.open() as container:
            encoded = container.streams.video[0]
            changed = codec_of(source) != self._track.codec
            out = add_film_like(output, encoded if changed else source)
            if changed and self._track.turn:
                out.set_display_matrix(self._track.turn)
            parameters = encoded.codec_context.extradata or b""
        if self._track.replaced:
            out.codec_context.extradata = parameters
        elif self._mixed:
            self._mix(out, source, parameters)
        return out

    def _mix(self, out: VideoStream, source: VideoStream, parameters: bytes) -> None:
        """Give the track the film's parameters; of H.264 ours stand beside them under another number."""
        codec = self._track.codec
        if nals.is_prefixed(source.codec_context.extradata):
            BitStreamFilterContext(f"{codec}_mp4toannexb", source, out)
            out.codec_context.codec_tag = "\0\0\0\0"
        if codec == "h264":
            out.codec_context.extradata = (out.codec_context.extradata or b"") + parameters

    def packets(self) -> Iterator[tuple[float, Packet]]:
        """Yield the track's packets with the second of the result at which each is decoded."""
        usual = max(1, round(Fraction(self._plan.frame_s) / self._tick))
        clock = DecodeClock(max(self._track.delay, self._encoded.delay), usual)
        slot = -1
        for stamp, packet in self._placed():
            packet.pts, packet.dts, packet.time_base = stamp, clock.next(stamp), self._tick
            if self._slot:
                slot = max(slot + 1, round(stamp * self._tick / self._slot))
                packet.pts = packet.dts = slot
                packet.duration, packet.time_base = 1, self._slot
            packet.stream = self.out
            yield float(packet.dts * packet.time_base), packet

    def _placed(self) -> Stamped:
        """Yield packets with when they are shown in the result."""
        with opened(self._path) as (container, _):
            stream = film_of(container, self._track.stream)
            copier = Copier(pictures(container, stream), stream, self._mixed)
            for piece, stretches in zip(self._plan.pieces, self._track.stretches, strict=True):
                offset = Fraction(piece.at_s) - Fraction(piece.start_s) - Fraction(self._plan.zero_s)
                offset -= Fraction(self._track.lag_s)
                for stretch in stretches:
                    copied = stretch.part is None
                    found = (
                        copier.take(stretch, self._track.counted) if copied else self._encoded.take(stretch)
                    )
                    for stamp, packet in found:
                        self.missing -= not copied
                        yield stamp + round(offset / self._tick), packet
