"""Open the named local file, and nothing else, as a container with a picture track.

FFmpeg is given bytes, never a path or a protocol: it reads from an open Python file, so a playlist or script
has nothing to open other files with. Beside that only formats that carry their pictures themselves pass.
"""

import os
import stat
from pathlib import Path
from typing import BinaryIO

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from analyzer.errors import InputError, MediaError, UnsafeMediaError
from analyzer.paths import shown

FORMATS = (
    "mov,matroska,avi,flv,asf,mpeg,mpegts,mpegvideo,m4v,h264,hevc,vvc,av1,obu,ivf,ogg,gif,apng,rm,nut,mxf,wtv,dv,"
    "nsv,vc1,h263,dirac,cavsvideo,yuv4mpegpipe,amv,pva,gxf,dhav,nuv,bink,smk,roq,flic,4xm,film_cpk,mjpeg"
)
"""FFmpeg demuxers that read nothing but the bytes they are given."""

_SCRIPTS = (b"#EXTM3U", b"ffconcat", b"<SmoothStreaming", b"[playlist]", b"v=0", b"[Reference]", b"RTSPtext")
_PICTURES = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG": "PNG",
    b"BM": "BMP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"8BPS": "Photoshop",
}
_STILL_CODECS = {"mjpeg", "png", "bmp", "tiff", "webp", "gif"}
_NOT_FILM = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image


class Bytes:
    """An open file without its name: all that FFmpeg gets to see."""

    def __init__(self, file: BinaryIO) -> None:
        self.read = file.read
        self.seek = file.seek
        self.tell = file.tell


def open_file(path: Path) -> BinaryIO:
    """Open a regular file for reading.

    Raises:
        InputError: it is missing, a directory, a device, or not readable.
    """
    try:
        kind = path.stat().st_mode
        if stat.S_ISDIR(kind) and not os.access(path, os.R_OK | os.X_OK):
            raise InputError(f"{shown(path)}: no permission to read this folder; change its rights or owner")
        if stat.S_ISDIR(kind):
            raise InputError(f"{shown(path)}: is a directory; name the video files in it")
        if not stat.S_ISREG(kind):
            raise InputError(f"{shown(path)}: is not a regular file; copy its content into one")
        return path.open("rb")
    except FileNotFoundError:
        raise InputError(f"{shown(path)}: no such file; check the name") from None
    except PermissionError:
        raise InputError(f"{shown(path)}: no permission to read it; change its rights or owner") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{shown(path)}: cannot be opened: {error}") from None


def open_container(file: BinaryIO, path: Path) -> InputContainer:
    """Return FFmpeg's view of an open file; `path` is only for messages.

    Raises:
        UnsafeMediaError: a playlist or script.
        MediaError: empty, a picture, or in no format that is known.
    """
    head = file.read(64)
    if not head:
        raise MediaError(f"{shown(path)}: is empty; fetch it again")
    file.seek(0)
    options = {"protocol_whitelist": "", "format_whitelist": FORMATS}
    try:
        container = av.open(Bytes(file), "r", options=options, metadata_errors="replace")
    except (av.FFmpegError, OSError, ValueError) as error:
        raise _refusal(head, path) from error
    # One picture of a format that also holds sequences is a picture all the same.
    if container.format.name == "mjpeg" and _picture(head):
        container.close()
        raise _refusal(head, path)
    return container


def choose_stream(container: InputContainer, path: Path) -> VideoStream:
    """Return the picture track to analyze: no cover picture, then the default one, then the largest.

    Raises:
        MediaError: there is none, or none that can be decoded.
    """
    streams = [s for s in container.streams.video if not s.disposition & _NOT_FILM]
    if not streams:
        raise MediaError(f"{shown(path)}: holds no video track, only {_tracks(container)}; name a video file")
    known = [s for s in streams if s.codec_context is not None]
    if not known:
        raise MediaError(f"{shown(path)}: its video codec is not known; convert it, for example to H.264")
    return max(known, key=_merit)


def _merit(stream: VideoStream) -> tuple[bool, bool, int]:
    context = stream.codec_context
    still = context.name in _STILL_CODECS and stream.frames == 1
    return not still, bool(stream.disposition & Disposition.default), context.width * context.height


def _tracks(container: InputContainer) -> str:
    kinds = sorted({"cover pictures" if s.type == "video" else s.type for s in container.streams})
    return ", ".join(kinds) or "nothing"


def _picture(head: bytes) -> str | None:
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    return next((name for magic, name in _PICTURES.items() if head.startswith(magic)), None)


def _refusal(head: bytes, path: Path) -> MediaError:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(_SCRIPTS) or b"<MPD" in text:
        return UnsafeMediaError(
            f"{shown(path)}: is a playlist or script that names other files; analyze those files themselves"
        )
    if kind := _picture(head):
        return MediaError(f"{shown(path)}: is a single picture ({kind}), not a video; name a video file")
    if head[:3] in (b"FWS", b"CWS", b"ZWS"):
        return MediaError(
            f"{shown(path)}: is a Flash program (SWF), not a video; convert it to a video first"
        )
    if head[4:8] == b"ftyp":
        return MediaError(f"{shown(path)}: its index is missing (cut off?); fetch it again or repair it")
    return MediaError(f"{shown(path)}: is in no known video format, or its start is damaged; fetch it again")
