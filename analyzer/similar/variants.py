"""The ways in which one film may be another's edit, and how far their keyframes are apart then."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analyzer.media.views import MIRROR
from analyzer.stores.entries import Prints

Distances = npt.NDArray[np.int16]
"""Bits of 256 in which keyframes differ, (keyframes of one film, of the other)."""

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Variant:
    """Which view of one film shows what which view of the other does.

    Attributes:
        ours, theirs: indices into analyzer.media.views.SCALES; where the other film was cropped, the view of
            ours that is left of it, and the other way round.
        mirrored: whether one is the other's mirror image.
    """

    ours: int
    theirs: int
    mirrored: bool


VARIANTS = tuple(
    Variant(ours, theirs, mirrored)
    for mirrored in (False, True)
    for ours, theirs in ((0, 0), (0, 1), (1, 0), (0, 2), (2, 0))
)


def distances(ours: Prints, theirs: Prints, variant: Variant) -> Distances:
    """Return how far the keyframes of two films are apart, each from each."""
    a = ours.hashes[:, variant.ours] ^ (MIRROR if variant.mirrored else np.uint64(0))
    b = theirs.hashes[:, variant.theirs]
    found = np.empty((len(a), len(b)), np.int16)
    step = max(1, _CHUNK // max(1, len(b)))
    for begin in range(0, len(a), step):
        some = a[begin : begin + step, None] ^ b[None]
        found[begin : begin + step] = np.bitwise_count(some).sum(2, np.int16)
    return found
