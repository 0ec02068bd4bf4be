"""Which encoder makes more of what a track is in, and how it is told to make it alike."""

from contextlib import suppress
from typing import Any

from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from analyzer.media.cutting import nals

MIXING = {"h264", "hevc", "vp8", "vp9"}
"""Codecs in which copied packets and encoded ones can follow each other."""

_ENCODERS: dict[str, tuple[str, dict[str, Any]]] = {
    "h264": ("libx264", {"crf": 17, "preset": "fast"}),
    "hevc": ("libx265", {"crf": 17, "preset": "fast", "x265-params": "log-level=error:open-gop=0"}),
    "vp8": ("libvpx", {"crf": 4, "b:v": "40M", "qmin": 0, "cpu-used": 3, "auto-alt-ref": 0}),
    "vp9": ("libvpx-vp9", {"crf": 16, "b:v": 0, "cpu-used": 4, "row-mt": 1, "auto-alt-ref": 0}),
    "av1": ("libsvtav1", {"crf": 18, "preset": 8}),
    "mpeg4": ("mpeg4", {"q:v": 2, "flags": "+mv4+aic"}),
    "mpeg1video": ("mpeg1video", {"q:v": 2}),
    "mpeg2video": ("mpeg2video", {"q:v": 2}),
    "theora": ("libtheora", {"q:v": 10}),
    "flv1": ("flv", {"q:v": 2}),
}
_UNTIMED = {"avi"}
"""Containers that hold no time at which a frame is shown ..."""
_REORDERING = {"h264", "hevc"}
"""... and codecs of which a player cannot tell it then."""
_INTERLACING = {"libx264", "mpeg2video", "mpeg4"}
_UNSPECIFIED = (0, 2)


def codec_to_write(codec: str, container: OutputContainer) -> str | None:
    """Return what a track in `codec` is encoded in for a container; None: it takes neither that nor H.264."""
    wanted = codec if codec in _ENCODERS else "h264"
    for candidate in (wanted, "h264"):
        if container.format.name in _UNTIMED and candidate in _REORDERING:
            continue
        with suppress(ValueError):  # what PyAV says where a container does not take a codec
            container.add_mux_stream(candidate)
            return candidate
    return None


def encoder(codec: str, stream: VideoStream, first: VideoFrame) -> tuple[str, dict[str, Any]]:
    """Return the encoder for a codec, and ffmpeg's options for pictures like those of a track."""
    name, options = _ENCODERS[codec]
    options = dict(options)
    source = stream.codec_context
    if codec == "h264" and source.name == "h264":
        options["x264-params"] = f"sps-id={nals.free_id(source.extradata)}"
        if source.profile in ("Baseline", "Constrained Baseline", "Main") and not first.interlaced_frame:
            options["profile:v"] = source.profile.split()[-1].lower()
    if first.interlaced_frame and name in _INTERLACING:
        options["flags"] = options.get("flags", "") + "+ilme+ildct"
    return name, options


def looks(stream: VideoStream) -> str | None:
    """Return ffmpeg's filter that tags frames with the colours that the container tells of."""
    context = stream.codec_context
    told = {
        "range": context.color_range,
        "color_primaries": context.color_primaries,
        "color_trc": context.color_trc,
        "colorspace": context.colorspace,
    }
    known = [f"{k}={int(v)}" for k, v in told.items() if v not in ((0,) if k == "range" else _UNSPECIFIED)]
    return "setparams=" + ":".join(known) if known else None
