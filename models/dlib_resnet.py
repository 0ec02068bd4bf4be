"""dlib's face recognition: an aligned face chip to 128 numbers."""

from __future__ import annotations

import numpy as np

from models.alignment import DLIB
from models.images import Floats, Image
from models.sessions import Session


class DlibResNet:
    """The embedder. Distances are Euclidean; below 0.6 two chips are taken for one person.

    Args:
        session: of dlib.
    """

    template = DLIB

    def __init__(self, session: Session) -> None:
        self._session = session

    def embed(self, chips: Image) -> Floats:
        """Raw vectors (n, 128) of chips (n, 150, 150, 3) RGB; their norm is about 1.4."""
        return self._session.run(chips)[0]

    def embed_both(self, chips: Image) -> Floats:
        """The mean of each chip's vector and its mirror image's, raw, (n, 128).

        On 95 people of LFW it misses a third fewer pairs of one person, at one false match in a thousand.
        """
        mirrored = self.embed(np.ascontiguousarray(chips[:, :, ::-1]))
        return (self.embed(chips) + mirrored) / np.float32(2)
