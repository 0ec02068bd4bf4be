"""Agglomerative clustering by rounds: groups that are each other's nearest merge, the surest first.

Exact up to EXACT groups; of more, each is compared with those near it alone, and exactly with these.
"""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import numpy.typing as npt

from analyzer.people.cells import Cells
from analyzer.people.likeness import Floats, Scaled

Indices = npt.NDArray[np.intp]

LEVELS = 12
"""Steps from the surest merges down to the stop."""
EXACT = 20_000
"""Groups of which each is compared with every other."""
SEVERAL = 5
"""Members that a group has at least whose mean similarity to another tells that they are two people."""
CHUNK = 1024
"""Rows that are compared in one go."""
NEVER = np.float32(-np.inf)


class Merger:
    """Groups that grow.

    Args:
        vectors: (n, d) of length 1; their order breaks ties.
        weights: (n,) above 0.
        apart: pairs that never come into one group.
        strangers: mean cosine similarity of two strangers.
        least: mean cosine similarity that the members of two groups have if they are one person.

    Attributes:
        labels: (n,) the group of each vector, named by one of its members.
    """

    def __init__(
        self,
        vectors: Floats,
        weights: Floats,
        apart: Iterable[tuple[int, int]],
        strangers: float,
        least: float = -1.0,
    ) -> None:
        self.labels = np.arange(len(vectors))
        self._names = self.labels.copy()
        self._sums = vectors * weights[:, None]
        self._weights = weights.copy()
        self._sizes = np.ones(len(vectors), np.intp)
        self._strangers, self._least = strangers, least
        self._apart: dict[int, set[int]] = {}
        for a, b in apart:
            self._part(a, b)
        self._cells: Cells | None = None
        self._rescale()

    def __len__(self) -> int:
        return len(self._names)

    def merge(self, stop: float) -> None:
        """Merge until no two groups that may are alike by more than `stop`."""
        everyone = np.arange(len(self._names))
        self._cells = Cells(self._scaled) if len(everyone) > EXACT else None
        best, partner = self._search(everyone, np.full(len(everyone), NEVER), np.zeros_like(everyone))
        top = float(best.max(initial=stop))
        for level in np.linspace(top, stop, LEVELS):
            while True:
                joins, parted = self._joins(best, partner, level)
                if not joins and not parted:
                    break
                self._join(joins)
                best, partner = self._update(joins, parted, best, partner)

    def _joins(self, best: Floats, partner: Indices, level: float) -> tuple[dict[int, int], set[int]]:
        """Which group joins which: each its nearest, the surest first; nobody joins one that is joining.

        Returns:
            the joins, and the groups of which it turned out that they only look like their nearest.
        """
        joins: dict[int, int] = {}
        parted: set[int] = set()
        hosts: dict[int, set[int]] = {}
        eager = np.flatnonzero(best > level)
        for i in eager[np.argsort(-best[eager], kind="stable")].tolist():
            host = int(partner[i])
            if i in hosts or i in joins or host in joins:
                continue
            if self._only_look_alike(i, host):
                self._part(int(self._names[i]), int(self._names[host]))
                parted |= {i, host}
                continue
            taken = hosts.setdefault(host, {int(self._names[host])})
            name = int(self._names[i])
            if not taken & self._apart.get(name, set()):
                taken.add(name)
                joins[i] = host
        return joins, parted

    def _only_look_alike(self, a: int, b: int) -> bool:
        """Whether two groups are large enough to see that they are two people who look alike."""
        if min(self._sizes[a], self._sizes[b]) < SEVERAL:
            return False
        alike = float(self._sums[a] @ self._sums[b]) / float(self._weights[a] * self._weights[b])
        return alike < self._least

    def _part(self, a: int, b: int) -> None:
        self._apart.setdefault(a, set()).add(b)
        self._apart.setdefault(b, set()).add(a)

    def _join(self, joins: dict[int, int]) -> None:
        """Merge; nothing moves yet."""
        new = np.arange(len(self.labels))
        for i, host in joins.items():
            self._sums[host] += self._sums[i]
            self._weights[host] += self._weights[i]
            self._sizes[host] += self._sizes[i]
            kept, gone = int(self._names[host]), int(self._names[i])
            new[gone] = kept
            self._inherit(kept, gone)
        self.labels = new[self.labels]

    def _inherit(self, kept: int, gone: int) -> None:
        others = self._apart.pop(gone, set())
        for other in others:
            self._apart[other].discard(gone)
            self._apart[other].add(kept)
        if others:
            self._apart.setdefault(kept, set()).update(others)

    def _update(
        self, joins: dict[int, int], parted: set[int], best: Floats, partner: Indices
    ) -> tuple[Floats, Indices]:
        """Close the gaps of those that joined others, and find again what was nearest to one that changed."""
        changed = np.zeros(len(best), bool)
        changed[[*joins, *joins.values()]] = True
        stale = changed | changed[partner]
        stale[list(parted)] = True
        alive = np.ones(len(best), bool)
        alive[list(joins)] = False
        place = np.cumsum(alive) - 1
        self._names, self._sizes = self._names[alive], self._sizes[alive]
        self._sums, self._weights = self._sums[alive], self._weights[alive]
        self._rescale()
        best, partner, stale = best[alive], place[partner[alive]], stale[alive]
        best[stale] = NEVER
        if self._cells:
            self._cells.keep(alive, np.flatnonzero(changed[alive]), self._scaled)
        return self._search(np.flatnonzero(stale), best, partner)

    def _rescale(self) -> None:
        self._scaled = Scaled(self._sums, self._weights, self._strangers)

    def _search(self, rows: Indices, best: Floats, partner: Indices) -> tuple[Floats, Indices]:
        """Find the nearest group of each of `rows`, and of all others where it is one of `rows`."""
        banned = self._banned(rows)
        for some, others in self._blocks(rows):
            alike = self._scaled[some].likeness(self._scaled[others])
            _forbid(alike, some, others, banned)
            _improve(best, partner, some, others, alike)
            if len(rows) < len(best):
                _improve(best, partner, others, some, alike.T)
        return best, partner

    def _banned(self, rows: Indices) -> dict[int, Indices]:
        """The groups that each of some may not join, where there are any."""
        if not self._apart:
            return {}
        place = np.full(len(self.labels), -1)
        place[self._names] = np.arange(len(self._names))
        names = zip(rows.tolist(), self._names[rows].tolist(), strict=True)
        return {row: place[list(self._apart[name])] for row, name in names if self._apart.get(name)}

    def _blocks(self, rows: Indices) -> Iterator[tuple[Indices, Indices]]:
        """Rows and the groups to compare them with, rising."""
        if self._cells:
            yield from self._cells.blocks(rows)
            return
        everyone = np.arange(len(self._names))
        for start in range(0, len(rows), CHUNK):
            yield rows[start : start + CHUNK], everyone


def _forbid(alike: Floats, some: Indices, others: Indices, banned: Mapping[int, Indices]) -> None:
    """Let nobody join themselves, nor whom they are apart from; `others` rise."""
    at = np.minimum(np.searchsorted(others, some), len(others) - 1)
    mine = others[at] == some
    alike[np.flatnonzero(mine), at[mine]] = NEVER
    for i, row in enumerate(some.tolist() if banned else ()):
        if row in banned:
            at = np.minimum(np.searchsorted(others, banned[row]), len(others) - 1)
            alike[i, at[others[at] == banned[row]]] = NEVER


def _improve(best: Floats, partner: Indices, rows: Indices, columns: Indices, alike: Floats) -> None:
    value = alike.max(1)
    better = np.flatnonzero(value > best[rows])
    best[rows[better]] = value[better]
    partner[rows[better]] = columns[alike[better].argmax(1)]
