"""Agglomerative clustering by rounds: groups that are each other's nearest merge, the surest first.

Exact up to EXACT groups; of more, each is compared with those in the cells around it alone (an inverted file,
as in Jegou et al. 2011, "Product quantization for nearest neighbor search"), and exactly with these.
"""

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from analyzer.people.likeness import Floats, Scaled

Indices = npt.NDArray[np.intp]

LEVELS = 12
"""Steps from the surest merges down to the stop."""
EXACT = 20_000
"""Groups of which each is compared with every other."""
CELL = 400
"""Groups in a cell, about."""
PROBES = 16
"""Cells in which a group's neighbours are looked for."""
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

    Attributes:
        labels: (n,) the group of each vector, named by one of its members.
    """

    def __init__(
        self, vectors: Floats, weights: Floats, apart: Iterable[tuple[int, int]], strangers: float
    ) -> None:
        self.labels = np.arange(len(vectors))
        self._names = self.labels.copy()
        self._sums = vectors * weights[:, None]
        self._weights = weights.copy()
        self._strangers = strangers
        self._apart: dict[int, set[int]] = {}
        for a, b in apart:
            self._apart.setdefault(a, set()).add(b)
            self._apart.setdefault(b, set()).add(a)
        self._rescale()

    def __len__(self) -> int:
        return len(self._names)

    def merge(self, stop: float) -> None:
        """Merge until no two groups that may are alike by more than `stop`."""
        everyone = np.arange(len(self._names))
        best, partner = self._search(everyone, np.full(len(everyone), NEVER), np.zeros_like(everyone))
        top = float(best.max(initial=stop))
        for level in np.linspace(top, stop, LEVELS):
            while self._join(joins := self._joins(best, partner, level)):
                best, partner = self._update(joins, best, partner)

    def _joins(self, best: Floats, partner: Indices, level: float) -> dict[int, int]:
        """Which group joins which: each its nearest, the surest first; nobody joins one that is joining."""
        joins: dict[int, int] = {}
        hosts: dict[int, set[int]] = {}
        eager = np.flatnonzero(best > level)
        for i in eager[np.argsort(-best[eager], kind="stable")].tolist():
            host = int(partner[i])
            if i in hosts or i in joins or host in joins:
                continue
            taken = hosts.setdefault(host, {int(self._names[host])})
            name = int(self._names[i])
            if not taken & self._apart.get(name, set()):
                taken.add(name)
                joins[i] = host
        return joins

    def _join(self, joins: dict[int, int]) -> bool:
        """Merge; nothing moves yet."""
        new = np.arange(len(self.labels))
        for i, host in joins.items():
            self._sums[host] += self._sums[i]
            self._weights[host] += self._weights[i]
            kept, gone = int(self._names[host]), int(self._names[i])
            new[gone] = kept
            self._inherit(kept, gone)
        self.labels = new[self.labels]
        return bool(joins)

    def _inherit(self, kept: int, gone: int) -> None:
        others = self._apart.pop(gone, set())
        for other in others:
            self._apart[other].discard(gone)
            self._apart[other].add(kept)
        if others:
            self._apart.setdefault(kept, set()).update(others)

    def _update(self, joins: dict[int, int], best: Floats, partner: Indices) -> tuple[Floats, Indices]:
        """Close the gaps of those that joined others, and find again what was nearest to one that changed."""
        changed = np.zeros(len(best), bool)
        changed[[*joins, *joins.values()]] = True
        stale = changed | changed[partner]
        alive = np.ones(len(best), bool)
        alive[list(joins)] = False
        place = np.cumsum(alive) - 1
        self._names, self._sums, self._weights = self._names[alive], self._sums[alive], self._weights[alive]
        self._rescale()
        best, partner, stale = best[alive], place[partner[alive]], stale[alive]
        best[stale] = NEVER
        return self._search(np.flatnonzero(stale), best, partner)

    def _rescale(self) -> None:
        self._scaled = Scaled(self._sums, self._weights, self._strangers)

    def _search(self, rows: Indices, best: Floats, partner: Indices) -> tuple[Floats, Indices]:
        """Find the nearest group of each of `rows`, and of all others where it is one of `rows`."""
        place = {name: i for i, name in enumerate(self._names.tolist())} if self._apart else {}
        for some, others in self._blocks(rows):
            alike = self._scaled[some].likeness(self._scaled[others])
            self._forbid(alike, some, others, place)
            _improve(best, partner, some, others, alike)
            if len(rows) < len(best):
                _improve(best, partner, others, some, alike.T)
        return best, partner

    def _forbid(self, alike: Floats, some: Indices, others: Indices, place: dict[int, int]) -> None:
        column = np.full(len(self._names), -1)
        column[others] = np.arange(len(others))
        mine = column[some]
        alike[np.flatnonzero(mine >= 0), mine[mine >= 0]] = NEVER
        for i, name in enumerate(self._names[some].tolist()):
            if not_these := self._apart.get(name):
                at = column[[place[other] for other in not_these]]
                alike[i, at[at >= 0]] = NEVER

    def _blocks(self, rows: Indices) -> Iterator[tuple[Indices, Indices]]:
        """Rows and the groups to compare them with."""
        if len(self._names) <= EXACT:
            everyone = np.arange(len(self._names))
            for start in range(0, len(rows), CHUNK):
                yield rows[start : start + CHUNK], everyone
            return
        nearest = self._cells(PROBES)
        members, seekers = nearest[:, 0], nearest[rows]
        for cell in range(nearest.max() + 1):
            some, others = rows[(seekers == cell).any(1)], np.flatnonzero(members == cell)
            for start in range(0, len(some) if len(others) else 0, CHUNK):
                yield some[start : start + CHUNK], others

    def _cells(self, count: int) -> Indices:
        """The cells around each group, the nearest first: (n, count). Every so many-th group makes a cell."""
        centres = self._scaled[::CELL]
        count = min(count, len(centres))
        chunks = []
        for start in range(0, len(self), CHUNK):
            alike = self._scaled[start : start + CHUNK].likeness(centres)
            near = np.argpartition(-alike, count - 1, axis=1)[:, :count]
            order = np.argsort(-np.take_along_axis(alike, near, 1), axis=1, kind="stable")
            chunks.append(np.take_along_axis(near, order, 1))
        return np.concatenate(chunks)


def _improve(best: Floats, partner: Indices, rows: Indices, columns: Indices, alike: Floats) -> None:
    value = alike.max(1)
    better = np.flatnonzero(value > best[rows])
    best[rows[better]] = value[better]
    partner[rows[better]] = columns[alike[better].argmax(1)]
