"""Fingerprints: of a file's bytes, and of what a film shows."""

import hashlib
import itertools
import struct
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from analyzer.errors import InputError
from analyzer.media.container import open_file
from analyzer.paths import shown

_BLOCK = 64 * 1024
_MASK = 0xFFFFFFFFFFFFFFFF
_PARTS = 4
_SAMPLES = 16
TILE = 8
"""Side of the grey tiles that `film_phash` is made of, pixels."""


def oshash(path: Path) -> str:
    """Return the OpenSubtitles hash: size plus the sums of the first and last 64 KiB, 16 hexadecimal digits.

    Both sums are of 64-bit little-endian numbers, modulo 2**64. Of a file under 128 KiB, whose blocks would
    overlap and whose sums collide easily, it is the beginning of the SHA-256 of the content.

    Raises:
        InputError: the file cannot be read.
    """
    size, (head, tail) = _read(path, 2)
    if size < 2 * _BLOCK:
        return hashlib.sha256(head + tail[len(head) + len(tail) - size :]).hexdigest()[:16]
    return f"{(size + _sum(head) + _sum(tail)) & _MASK:016x}"


def block_sums(path: Path) -> str:
    """Return `oshash` without its rule for small files: one is its own first and last block, zeros behind it.

    Raises:
        InputError: the file cannot be read.
    """
    size, (head, tail) = _read(path, 2)
    return f"{(size + _sum(head) + _sum(tail)) & _MASK:016x}"


def sampled_hash(path: Path) -> str:
    """Return 16 hexadecimal digits of a file's size and of 16 blocks of 64 KiB spread evenly over it.

    Two videos of one size may begin and end alike; with this beside the oshash they are told apart.

    Raises:
        InputError: the file cannot be read.
    """
    size, blocks = _read(path, _SAMPLES)
    return hashlib.sha256(b"".join([size.to_bytes(8, "little"), *blocks])).hexdigest()[:16]


def _read(path: Path, blocks: int) -> tuple[int, list[bytes]]:
    """Return a file's size and blocks of it: the first, the last, and those evenly between."""
    with open_file(path) as file:
        try:
            size = file.seek(0, 2)
            content = []
            for n in range(blocks):
                file.seek(max(0, size - _BLOCK) * n // (blocks - 1))
                content.append(file.read(_BLOCK))
        except OSError as error:
            raise InputError(f"{shown(path)}: cannot be read: {error}") from None
    return size, content


def _sum(block: bytes) -> int:
    padded = block.ljust(_BLOCK, b"\0")
    return sum(struct.unpack(f"<{_BLOCK // 8}Q", padded))


def phash(grey: npt.NDArray[np.uint8]) -> int:
    """Return the 64-bit perceptual hash of a grey picture of any size.

    The signs, about their median, of the 8 x 8 lowest frequencies of the discrete cosine transform of the
    picture at 32 x 32 pixels, the constant left out (Zauner 2010, "Implementation and Benchmarking of
    Perceptual Image Hash Functions").
    """
    small = cv2.resize(grey, (32, 32), interpolation=cv2.INTER_AREA).astype(np.float32)
    low = cv2.dct(small)[:8, :8].ravel()
    bits = low > np.median(low[1:])
    bits[0] = False
    # A flat picture has no frequencies: what is left of them is rounding.
    bits &= np.abs(low) > 1e-2
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def distance(a: int, b: int) -> int:
    """Return the number of bits in which two hashes differ."""
    return (a ^ b).bit_count()


def film_phash(tiles: Sequence[npt.NDArray[np.uint8]], starts_s: Sequence[float], end_s: float) -> int:
    """Return the 64-bit perceptual hash of a whole film.

    The film is divided into 4 x 4 equal stretches of time; the pictures in each are averaged, weighted by how
    long they stand, to 8 x 8 grey pixels, and laid out as one picture of 32 x 32, of which `phash` is taken.
    Averages over time hardly depend on which frames were sampled, so re-encodings and other efforts agree.

    Args:
        tiles: grey uint8, each (8, 8), in time order.
        starts_s: when each begins to stand for the film, seconds, rising; the first counts as 0.
        end_s: where the film ends.
    """
    edges = np.linspace(0, end_s, _PARTS * _PARTS + 1)
    begin = np.array([0.0, *starts_s[1:]])
    finish = np.append(begin[1:], end_s)
    canvas = np.zeros((_PARTS * TILE, _PARTS * TILE), np.float32)
    stack = np.asarray(tiles, np.float32)
    for part, (low, high) in enumerate(itertools.pairwise(edges)):
        weight = np.clip(np.minimum(finish, high) - np.maximum(begin, low), 0, None) + 1e-9
        tile = np.tensordot(weight / weight.sum(), stack, 1)
        row, column = divmod(part, _PARTS)
        canvas[row * TILE : (row + 1) * TILE, column * TILE : (column + 1) * TILE] = tile
    return phash(np.clip(canvas.round(), 0, 255).astype(np.uint8))
