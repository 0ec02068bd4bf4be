"""Finding the hashes that are near to others among millions, without looking at each."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from analyzer.media.views import Hashes

Places = npt.NDArray[np.intp]

_BITS = 16
_KEYS = 1 << _BITS
_NEIGHBOURS = np.array([0, *(1 << bit for bit in range(_BITS))], np.uint64)
"""What a key is XORed with to become itself and those one bit away."""
_AT_ONCE = 1 << 22
"""Pairs that are looked at in one go."""


class HashIndex:
    """64-bit hashes, four times sorted by 16 of their bits (multi-index hashing, Norouzi et al. 2012).

    Of two hashes, one quarter at least is the same or one bit apart if they differ in less than eight bits;
    of those that differ in more, most still have such a quarter.

    Args:
        hashes: uint64 (n,).
    """

    def __init__(self, hashes: Hashes) -> None:
        self.hashes = hashes
        self._orders: list[npt.NDArray[np.uint32]] = []
        self._starts: list[Places] = []
        for quarter in range(64 // _BITS):
            keys = _keys(hashes, quarter).astype(np.uint16)
            self._orders.append(np.argsort(keys, kind="stable").astype(np.uint32))
            counts = np.bincount(keys, minlength=_KEYS)
            self._starts.append(np.concatenate([[0], np.cumsum(counts)]))

    def near(self, queries: Hashes, bits: int) -> tuple[Places, Places]:
        """Return pairs of a query and a hash that differ in at most so many bits, each pair once.

        Args:
            queries: uint64 (m,).
            bits: at most so many.

        Returns:
            Indices into `queries` and into `hashes`.
        """
        found = [
            pair
            for quarter, (order, starts) in enumerate(zip(self._orders, self._starts, strict=True))
            for pair in self._in_quarter(queries, bits, quarter, order, starts)
        ]
        both = np.unique(np.concatenate([np.zeros(0, np.uint64), *found]))
        return (both >> np.uint64(32)).astype(np.intp), (both & np.uint64(0xFFFFFFFF)).astype(np.intp)

    def _in_quarter(
        self, queries: Hashes, bits: int, quarter: int, order: npt.NDArray[np.uint32], starts: Places
    ) -> list[Hashes]:
        """Return pairs as numbers: the query's index in the upper 32 bits, the hash's in the lower."""
        probes = (_keys(queries, quarter)[:, None] ^ _NEIGHBOURS).astype(np.intp).ravel()
        begins, counts = starts[probes], starts[probes + 1] - starts[probes]
        owner = np.repeat(np.arange(len(queries)), len(_NEIGHBOURS))
        found = []
        for some in _batches(counts):
            count = counts[some]
            within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
            rows = order[np.repeat(begins[some], count) + within]
            asked = np.repeat(owner[some], count)
            near = np.bitwise_count(self.hashes[rows] ^ queries[asked]) <= bits
            found.append(asked[near].astype(np.uint64) << np.uint64(32) | rows[near].astype(np.uint64))
        return found


def _keys(hashes: Hashes, quarter: int) -> Hashes:
    return (hashes >> np.uint64(_BITS * quarter)) & np.uint64(_KEYS - 1)


def _batches(counts: Places) -> list[slice]:
    """Cut a list of counts into stretches that add up to about `_AT_ONCE`."""
    total = np.cumsum(counts)
    edges = np.searchsorted(total, np.arange(_AT_ONCE, int(total[-1]) if len(total) else 0, _AT_ONCE))
    bounds = np.unique([0, *edges, len(counts)])
    return [slice(a, b) for a, b in pairwise(bounds.tolist())]
