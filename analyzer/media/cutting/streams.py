"""Streams of a file that is written, made like those of another."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import cast

import av
from av.bitstream import BitStreamFilterContext
from av.container import OutputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from analyzer.errors import CuttingError, DiskFullError
from analyzer.paths import shown
from analyzer.stores.whole import FULL

_SAMPLES = {"video": "h264", "audio": "mp3"}


def add_like(output: OutputContainer, template: Stream) -> Stream:
    """Add a stream for the packets of another.

    Raises:
        ValueError, FFmpegError: the container cannot hold it.
    """
    if template.codec_context is not None:
        with suppress(ValueError):
            return output.add_stream_from_template(template, opaque=True)
    if output.format.name != "matroska" or template.type not in _SAMPLES:
        raise ValueError(f"{output.format.name} cannot hold stream {template.index}")
    # Matroska also holds what AVI does (such as WMV), but PyAV asks only for its own list. A filter that does
    # nothing hands the parameters over all the same.
    stream = output.add_mux_stream(_SAMPLES[template.type])
    BitStreamFilterContext("null", template, stream)
    stream.time_base = template.time_base
    return stream


def add_film_like(output: OutputContainer, template: VideoStream) -> VideoStream:
    """Add a picture track; see `add_like`."""
    return cast(VideoStream, add_like(output, template))


def takes(trial: OutputContainer, streams: list[Stream]) -> bool:
    """Tell whether a container that nothing was written to can hold streams."""
    try:
        for stream in streams:
            add_like(trial, stream)
        if streams:
            trial.start_encoding()
    except (av.FFmpegError, ValueError):
        return False
    return True


@contextmanager
def reported(path: Path) -> Iterator[None]:
    """Tell what goes wrong in writing the cut of a film as one of our errors."""
    try:
        yield
    except (av.FFmpegError, OSError) as error:
        if error.errno in FULL:
            raise DiskFullError(f"{shown(path)}: no room for its cut; make some") from None
        raise CuttingError(f"{shown(path)}: its cut cannot be written: {error.strerror}") from None
