"""What others do to know a video again, on the same files: whole rules, as their programs have them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import imagehash
import numpy as np
import pdqhash
from PIL import Image

GRID = 5
STASH_BITS = 8
"""Stash: a hash of 5 x 5 frames between 5 and 95 % of the film; at "medium" so many may differ."""
FRAME_BITS, FRAME_SHARE = 8, 0.5
"""imagehash: nobody's rule, but a usual one: half of one film's seconds have a like one in the other."""
PDQ_BITS, PDQ_QUALITY, PDQ_SHARE = 31, 50, 0.8
"""vPDQ: PDQ a second, of quality 50 and more; 80 % of one film's hashes have a match in the other."""


@dataclass(frozen=True)
class Peer:
    """A way to know videos again: what it keeps of one, and whether two are the same by that."""

    name: str
    describe: Callable[[Path], Any]
    same: Callable[[Any, Any], bool]


def seconds(path: Path) -> Iterator[np.ndarray]:
    """Yield a frame a second as RGB."""
    last = -1.0
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if frame.time is not None and frame.time - last >= 1:
                last = frame.time
                yield frame.to_ndarray(format="rgb24")


def stash(path: Path) -> imagehash.ImageHash:
    """Return the hash of Stash's pkg/hash/videophash: 25 frames as one picture of 5 x 5."""
    with av.open(str(path)) as container:
        frames = [frame.to_image() for frame in container.decode(video=0)]
    step, offset = 0.9 * len(frames) / GRID**2, 0.05 * len(frames)
    width, height = frames[0].size
    size = (160, max(1, round(height * 160 / width)))
    sheet = Image.new("RGB", (size[0] * GRID, size[1] * GRID))
    for n in range(GRID**2):
        frame = frames[min(len(frames) - 1, int(offset + n * step))].resize(size)
        sheet.paste(frame, ((n % GRID) * size[0], (n // GRID) * size[1]))
    return imagehash.phash(sheet)


def each_second(path: Path) -> np.ndarray:
    """Return imagehash.phash of a frame a second, bits (n, 64)."""
    return np.array([imagehash.phash(Image.fromarray(frame)).hash.ravel() for frame in seconds(path)])


def pdq(path: Path) -> np.ndarray:
    """Return the PDQ hashes of a frame a second, bits (n, 256), of those that show enough."""
    hashes = [pdqhash.compute(np.ascontiguousarray(frame)) for frame in seconds(path)]
    return np.array([bits for bits, quality in hashes if quality >= PDQ_QUALITY], bool).reshape(-1, 256)


def _shared(bits: int, share: float) -> Callable[[np.ndarray, np.ndarray], bool]:
    def same(a: np.ndarray, b: np.ndarray) -> bool:
        if not len(a) or not len(b):
            return False
        near = (a[:, None] != b[None]).sum(2) <= bits
        return bool(max(near.any(1).mean(), near.any(0).mean()) >= share)

    return same


PEERS: Sequence[Peer] = (
    Peer("Stash's rule", stash, lambda a, b: bool(a - b <= STASH_BITS)),
    Peer("imagehash, a second", each_second, _shared(FRAME_BITS, FRAME_SHARE)),
    Peer("vPDQ's rule", pdq, _shared(PDQ_BITS, PDQ_SHARE)),
)
