"""Which of many groups are compared: each with those in the cells around it.

An inverted file, as in Jegou et al. 2011, "Product quantization for nearest neighbor search"; cells form
around every so many-th group.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from analyzer.people.likeness import Scaled

Indices = npt.NDArray[np.intp]

CELL = 400
"""Groups in a cell, about."""
PROBES = 16
"""Cells in which a group's neighbours are looked for."""
CHUNK = 1024
"""Rows that are compared in one go."""


class Cells:
    """The cells of groups, kept up to date while these merge."""

    def __init__(self, groups: Scaled) -> None:
        self._centres = groups[::CELL]
        self._near = self._nearest(groups)

    def keep(self, alive: npt.NDArray[np.bool_], changed: Indices, groups: Scaled) -> None:
        """Leave out those that are not alive any more, and move those that have changed.

        Args:
            alive: by number so far.
            changed: numbers of groups among those alive.
            groups: those alive.
        """
        self._near = self._near[alive]
        self._near[changed] = self._nearest(groups[changed])

    def blocks(self, rows: Indices) -> Iterator[tuple[Indices, Indices]]:
        """Yield some of `rows`, and all groups of one cell near these, rising."""
        cells = len(self._centres)
        members = np.argsort(self._near[:, 0], kind="stable")
        member_ends = np.searchsorted(self._near[members, 0], np.arange(cells + 1))
        wanted = self._near[rows]
        seekers = np.argsort(wanted.ravel(), kind="stable")
        seeker_ends = np.searchsorted(wanted.ravel()[seekers], np.arange(cells + 1))
        for cell in range(cells):
            others = members[member_ends[cell] : member_ends[cell + 1]]
            some = rows[seekers[seeker_ends[cell] : seeker_ends[cell + 1]] // wanted.shape[1]]
            for start in range(0, len(some) if len(others) else 0, CHUNK):
                yield some[start : start + CHUNK], others

    def _nearest(self, groups: Scaled) -> Indices:
        """The cells around each group, the nearest first: (n, PROBES)."""
        count = min(PROBES, len(self._centres))
        near = np.empty((len(groups), count), np.intp)
        for start in range(0, len(groups), CHUNK):
            alike = groups[start : start + CHUNK].likeness(self._centres)
            some = np.argpartition(-alike, count - 1, axis=1)[:, :count]
            order = np.argsort(-np.take_along_axis(alike, some, 1), axis=1, kind="stable")
            near[start : start + CHUNK] = np.take_along_axis(some, order, 1)
        return near
