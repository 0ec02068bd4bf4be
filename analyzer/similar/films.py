"""The films of a store, and which of them may show what another film shows."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from analyzer.media.views import MIRROR, SCALES, Hashes
from analyzer.similar.aligning import NEAR
from analyzer.similar.comparing import Film
from analyzer.similar.index import HashIndex, Places
from analyzer.stores.entries import Prints, Row

Votes = npt.NDArray[np.float64]

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
        votes, _ = self._votes(prints, asked, range(len(SCALES)))
        ranked = np.argsort(-votes, kind="stable")[:limit]
        return [int(n) for n in ranked if votes[n] > 0]

    def likely(self, prints: Prints, asked: int, limit: int, looks: int) -> list[int]:
        """Return those of which several keyframes look like these, or a part of them like one of these.

        Where these are a part of theirs, asking with theirs tells: for all films with all films it is enough.
        """
        votes, seen = self._votes(prints, asked, [0])
        ranked = np.argsort(-votes, kind="stable")[:limit]
        return [int(n) for n in ranked if seen[n] >= looks]

    def _votes(self, prints: Prints, asked: int, scales: Iterable[int]) -> tuple[Votes, Places]:
        """Return for each film its votes, and of how many keyframes; what many films show counts less."""
        count = len(prints.times_s)
        chosen = np.unique(np.linspace(0, count, min(asked, count), endpoint=False).astype(np.intp))
        pairs = [
            self._near(prints.hashes[chosen, scale] ^ mirror, scale > 0)
            for scale in scales
            for mirror in (np.uint64(0), MIRROR)
        ]
        look, film = np.divmod(np.unique(np.concatenate(pairs)), max(1, len(self.films)))
        common = np.bincount(look)
        votes: Votes = np.bincount(film, 1 / common[look], len(self.films)).astype(np.float64)
        return votes, np.bincount(film, minlength=len(self.films))

    def _near(self, hashes: Hashes, whole_only: bool) -> Places:
        """Return which of some hashes come near to which films, as numbers: hash * films + film."""
        asked, found = self._index.near(np.ascontiguousarray(hashes[:, 0]), BITS)
        look, scale = np.divmod(found, len(SCALES))
        if whole_only:  # a part of the one is the whole of the other
            asked, look, scale = asked[scale == 0], look[scale == 0], scale[scale == 0]
        apart = np.bitwise_count(hashes[asked] ^ self._views[look, scale]).sum(1, np.int16)
        near = apart <= NEAR
        numbers: Places = asked[near] * len(self.films) + self._owner[look[near]]
        return numbers
