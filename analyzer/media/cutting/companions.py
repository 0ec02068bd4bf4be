"""Everything of a film but its pictures, on the result's clock: sound, subtitles, data, fonts, covers."""

from collections.abc import Callable
from pathlib import Path

import av
from av.container import OutputContainer
from av.stream import AttachmentStream, Stream

from analyzer.media.cutting.plans import Plan
from analyzer.media.cutting.scan import opened, packets
from analyzer.media.cutting.streams import add_like
from analyzer.media.cutting.takers import Cover, Sound, Timed, Words
from analyzer.media.packets import Packet

_PICTURES = {"mjpeg": ("cover.jpg", "image/jpeg"), "png": ("cover.png", "image/png")}


class Companions:
    """The tracks beside the pictures while the result is written.

    Args:
        path: the film.
        plan: of its cut.

    Attributes:
        dropped: tracks that the container cannot hold, in words.
    """

    def __init__(self, path: Path, plan: Plan) -> None:
        self._path = path
        self._plan = plan
        self._outs: dict[int, Stream] = {}
        self.dropped: list[str] = []

    def add_to(self, output: OutputContainer, stream: Stream) -> Stream | None:
        """Add a track to a file, unless that cannot hold it."""
        try:
            if isinstance(stream, AttachmentStream):
                name = stream.metadata.get("filename", "attachment")
                return output.add_attachment(name, stream.mimetype or "application/octet-stream", stream.data)
            if stream.type == "video" and output.format.name == "matroska":
                name, kind = _PICTURES[stream.codec_context.name]
                return output.add_attachment(name, kind, self._picture(stream.index))
            self._outs[stream.index] = add_like(output, stream)
            return self._outs[stream.index]
        except (av.FFmpegError, ValueError, KeyError):
            self.dropped.append(f"{stream.type} track {stream.index}")
            return None

    def _picture(self, number: int) -> bytes:
        with opened(self._path) as (container, _):
            return next((bytes(p) for p in packets(container, container.streams[number])), b"")

    def packets(self) -> Timed:
        """Yield their packets with the second of the result at which each begins."""
        with opened(self._path) as (container, _):
            streams = [s for s in container.streams if s.index in self._outs]
            if not streams:
                return
            takers = {s.index: self._taker(s) for s in streams}
            for packet in packets(container, *streams):
                yield from takers[packet.stream_index](packet)

    def _taker(self, stream: Stream) -> Callable[[Packet], Timed]:
        if stream.type == "audio":
            return Sound(stream, self._outs[stream.index], self._plan).take
        if stream.type == "video":
            return Cover(self._outs[stream.index]).take
        return Words(stream, self._outs[stream.index], self._plan).take
