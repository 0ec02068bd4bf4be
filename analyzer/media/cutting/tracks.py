"""What a picture track is encoded in where it must be, and what container takes it."""

import io
import struct
from contextlib import suppress
from fractions import Fraction
from typing import Any, cast

import av
from av.container import InputContainer
from av.sidedata.sidedata import Type as SideDataType
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from analyzer.errors import MediaError
from analyzer.media.cutting import encoders, streams
from analyzer.media.cutting.ordering import delay_of
from analyzer.media.cutting.parts import assign
from analyzer.media.cutting.plans import Stretch, Track
from analyzer.media.cutting.scan import Scan, packets


def describe(
    container: InputContainer, stream: VideoStream, scan: Scan, stretches: list[list[Stretch]], form: str
) -> Track | None:
    """Return a track with what encodes its parts for a container; None: that cannot hold it."""
    given, parts = assign(scan, stretches)
    rate = stream.average_rate or stream.guessed_rate or Fraction(25)
    track = Track(
        stream=stream.index,
        codec=scan.codec,
        counted=scan.counted,
        rate=f"{rate.numerator}/{rate.denominator}",
        tick=f"{scan.time_base.numerator}/{scan.time_base.denominator}",
        lag_s=0.0 if parts else float(scan.lag * scan.time_base),
        delay=0 if scan.counted else delay_of(scan.stamps),
        stretches=given,
        parts=parts,
    )
    with av.open(io.BytesIO(), "w", format=form) as trial:
        if not parts:
            return track if streams.takes(trial, [stream]) else None
        codec = encoders.codec_to_write(scan.codec, trial)
    if codec is None:
        return None
    first = _first_frame(container, stream)
    if first is None:
        raise MediaError("nothing in it can be decoded; fetch it again or convert it")
    name, options = encoders.encoder(codec, stream, first)
    more = {"codec": codec, "encoder": name, "options": options, "looks": encoders.looks(stream)}
    return track.model_copy(update={**more, "turn": _turn(first)})


def holds(container: InputContainer, form: str) -> bool:
    """Tell whether a container can hold all sound and subtitles of another."""
    with av.open(io.BytesIO(), "w", format=form) as trial:
        held = [s for s in container.streams if s.type in ("audio", "subtitle")]
        return streams.takes(trial, held)


def _first_frame(container: InputContainer, stream: VideoStream) -> VideoFrame | None:
    for packet in packets(container, stream):
        with suppress(av.FFmpegError):
            for frame in packet.decode():
                return frame
    return None


def _turn(frame: VideoFrame) -> tuple[int, ...]:
    found = cast(Any, frame.side_data).get(SideDataType.DISPLAYMATRIX)
    return struct.unpack("=9i", bytes(found)[:36]) if found else ()
