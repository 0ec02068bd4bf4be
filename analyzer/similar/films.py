"""The films of a store, and which of them may show what another film shows."""

from collections.abc import Iterable

import numpy as np

from analyzer.media.views import MIRROR, SCALES
from analyzer.similar.aligning import NEAR
from analyzer.similar.comparing import Film
from analyzer.similar.index import HashIndex
from analyzer.stores.entries import Prints, Row

BITS = 16
"""Of the 64 of a hash's first word so many may differ: one in 10,000 pairs of unlike pictures is so near."""
ASKED = 300
"""Keyframes of a film that are looked for, evenly spread; more would find no other films."""
LIMIT = 40
"""Films that are looked at closer, those with most votes."""


class Films:
    """All films of a store in memory: 96 bytes a keyframe, and 48 for the index.

    Attributes:
        rows: of the films that have hashes.
        films: their hashes.
        without: how many have none: black throughout, or of a record that was made before there were hashes.
    """

    def __init__(self, prints: Iterable[tuple[Row, Prints]]) -> None:
        found = list(prints)
        kept = [(row, prints) for row, prints in found if len(prints.times_s)]
        self.without = len(found) - len(kept)
        self.rows = [row for row, _ in kept]
        self.films = [Film(duration_s=row.duration_s, prints=prints) for row, prints in kept]
        looks = [len(film.prints.times_s) for film in self.films]
        self._owner = np.repeat(np.arange(len(looks)), looks)
        views = [film.prints.hashes for film in self.films]
        self._views = np.concatenate([np.zeros((0, len(SCALES), 4), np.uint64), *views])
        self._index = HashIndex(np.ascontiguousarray(self._views[..., 0]).ravel())

    def candidates(self, prints: Prints, asked: int = ASKED, limit: int = LIMIT) -> list[int]:
        """Return the numbers of films of which a keyframe looks like one of these, the likeliest first."""
        chosen = np.unique(np.linspace(0, len(prints.times_s) - 1, asked).astype(np.intp))
        chosen = chosen[: len(prints.times_s)]
        votes = np.zeros(len(self.films))
        for mirror in (np.uint64(0), MIRROR):
            for scale in range(len(SCALES)):
                votes += self._votes(prints.hashes[chosen, scale] ^ mirror, scale > 0)
        ranked = np.argsort(-votes, kind="stable")
        return [int(n) for n in ranked[:limit] if votes[n] > 0]

    def _votes(self, hashes: np.ndarray, whole_only: bool) -> np.ndarray:
        """Sum up for each film how near its keyframes come; a picture that many films have counts less."""
        asked, found = self._index.near(np.ascontiguousarray(hashes[:, 0]), BITS)
        look, scale = np.divmod(found, len(SCALES))
        if whole_only:  # a part of the one is the whole of the other
            asked, look, scale = asked[scale == 0], look[scale == 0], scale[scale == 0]
        apart = np.bitwise_count(hashes[asked] ^ self._views[look, scale]).sum(1, np.int16)
        near = apart <= NEAR
        film, asked = self._owner[look[near]], asked[near]
        pairs = np.unique(asked * np.intp(len(self.films)) + film)
        asked, film = np.divmod(pairs, max(1, len(self.films)))
        common = np.bincount(asked, minlength=len(hashes))
        return np.bincount(film, 1 / common[asked], len(self.films))
