"""A picture file becomes upright RGB. What it says of its size is checked before it is decoded."""

import struct
from collections.abc import Callable

import cv2
import numpy as np

from analyzer.media.pixels import Image, Size

MAX_PIXELS = 1 << 27
"""Of a picture; one that claims more is a bomb, or no picture of people."""
MAX_BYTES = 1 << 28
"""Of a picture's file."""

_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""JPEG markers that begin a frame: they hold its size."""
_WIDTH, _HEIGHT = 256, 257
"""TIFF tags."""


def decode(data: bytes, max_pixels: int = MAX_PIXELS) -> Image | None:
    """Return the picture as RGB uint8 (H, W, 3), turned as its EXIF says; of several the first.

    None where it is damaged, in no format that is known, or larger than `max_pixels`.
    """
    size = size_of(data)
    if size is None or not 0 < size[0] * size[1] <= max_pixels:
        return None
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
    except cv2.error:
        return None
    return None if image is None else np.asarray(image, np.uint8)


def size_of(data: bytes) -> Size | None:
    """Return width and height of a JPEG, PNG, WebP, BMP or TIFF picture as its header has them, or None."""
    try:
        return next((read(data) for magic, read in _HEADERS.items() if data.startswith(magic)), None)
    except (struct.error, IndexError):
        return None


def _jpeg(data: bytes) -> Size | None:
    at = 2
    while data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF or marker == 0x01 or 0xD0 <= marker <= 0xD8:  # filling, or a marker without length
            at += 1 if marker == 0xFF else 2
        elif marker in _FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        else:
            (length,) = struct.unpack_from(">H", data, at + 2)
            at += 2 + length
    return None


def _png(data: bytes) -> Size:
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _bmp(data: bytes) -> Size:
    width, height = struct.unpack_from("<ii", data, 18)
    return abs(width), abs(height)


def _webp(data: bytes) -> Size | None:
    kind, body = data[12:16], data[20:]
    if kind == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", body, 1)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    return None


def _tiff(data: bytes) -> Size | None:
    end = "<" if data.startswith(b"II") else ">"
    (at,) = struct.unpack_from(end + "I", data, 4)
    (count,) = struct.unpack_from(end + "H", data, at)
    sizes = {}
    for entry in range(at + 2, at + 2 + 12 * count, 12):
        tag, kind = struct.unpack_from(end + "HH", data, entry)
        (sizes[tag],) = struct.unpack_from(end + ("H" if kind == 3 else "I"), data, entry + 8)
    return (sizes[_WIDTH], sizes[_HEIGHT]) if {_WIDTH, _HEIGHT} <= sizes.keys() else None


_HEADERS: dict[bytes, Callable[[bytes], Size | None]] = {
    b"\xff\xd8\xff": _jpeg,
    b"\x89PNG": _png,
    b"RIFF": _webp,
    b"BM": _bmp,
    b"II*\0": _tiff,
    b"MM\0*": _tiff,
}
