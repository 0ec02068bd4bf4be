"""Which vectors are one person's: agglomerative clustering whose stop is calibrated on the strangers at hand.

Strangers are known without labels: two faces in one frame are two people. analyzer.people.likeness has the
measure and the stop, analyzer.people.merging says how groups grow.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analyzer.people.likeness import Floats, Scaled, calibrated, stop, unit
from analyzer.people.merging import EXACT, Merger
from analyzer.people.mirrors import rejoined, typical_likeness
from models.catalog import Likeness
from models.images import sigmoid

Labels = npt.NDArray[np.intp]
Indices = npt.NDArray[np.intp]

LOOK_ALIKE = 0.6
"""Groups whose members are less alike, against those of one person, are two people who look alike."""
POOR = 0.02
"""The weight that a vector of weight 0 joins with."""
CHUNK = 1024
"""Groups that are compared with all others in one go."""


@dataclass(frozen=True)
class Groups:
    """What `group` found.

    Attributes:
        labels: (n,) 0.. by size, the largest first; -1 for what steers nothing and is like nobody.
        confidence: (groups,) how sure it is that each is one person, and no other group is the same, 0 to 1.
        likeness: what it was judged by.
    """

    labels: Labels
    confidence: Floats
    likeness: Likeness


def group(
    vectors: Floats,
    prior: Likeness,
    apart: Iterable[tuple[int, int]] = (),
    weights: Sequence[float] | None = None,
) -> Groups:
    """Group vectors by person; their order does not matter.

    Args:
        vectors: (n, d) of one model; their length does not matter.
        prior: of that model.
        apart: pairs that are two people: they never come into one group.
        weights: (n,) how much each counts in its group's mean, 1 for one good face; one that weighs less must
            be more alike, one of weight 0 joins a group or none, but steers nothing. All 1 if None.
    """
    units = unit(np.asarray(vectors, np.float32))
    shares = np.ones(len(units), np.float32) if weights is None else np.asarray(weights, np.float32)
    pairs = np.array(list(apart), np.intp).reshape(-1, 2)
    steering = np.flatnonzero(shares > 0)
    steering = steering[np.lexsort(units[steering].T)]
    place = np.full(len(units), -1)
    place[steering] = np.arange(len(steering))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    known = place[pairs[(place[pairs] >= 0).all(1)]]
    some = units[steering]
    likeness = calibrated(prior, np.einsum("kd,kd->k", some[known[:, 0]], some[known[:, 1]]))
    labels = np.full(len(units), -1)
    labels[steering] = _steered(some, shares[steering], known, likeness)
    labels = _adopted(labels, units, shares, pairs, likeness)
    return Groups(labels, _confidence(labels, units, shares, pairs, likeness), likeness)


def _steered(units: Floats, weights: Floats, apart: Indices, likeness: Likeness) -> Labels:
    """Merge twice: the second time it is known how alike one person's vectors are.

    Of very many, evenly spread ones tell that.
    """
    step = -(-len(units) // EXACT) or 1
    some, their = units[::step], weights[::step]
    labels = _merged(some, their, apart if step == 1 else apart[:0], likeness)
    typical = typical_likeness(labels, some, their, likeness.strangers)
    if typical is None:
        return labels if step == 1 else _merged(units, weights, apart, likeness)
    least = likeness.strangers + LOOK_ALIKE * typical
    labels = _merged(units, weights, apart, likeness, least)
    return by_size(rejoined(labels, units, weights, apart, likeness.strangers, typical))


def _merged(
    units: Floats, weights: Floats, apart: Indices, likeness: Likeness, least: float = -1.0
) -> Labels:
    """Merge until the groups that are left are people: the fewer are left, the less alike they must be."""
    merger = Merger(units, weights, apart.tolist(), likeness.strangers, least)
    before = 0
    while before != (before := len(merger)):
        merger.merge(stop(likeness, before))
    return by_size(merger.labels)


def by_size(labels: Labels) -> Labels:
    """Return the same groups numbered from 0, the largest first."""
    _, first, inverse, counts = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    return np.argsort(np.lexsort((first, -counts)))[inverse]


def _adopted(labels: Labels, units: Floats, weights: Floats, apart: Indices, likeness: Likeness) -> Labels:
    """Let those that steer nothing join the group that they are like, and are like no other."""
    left = np.flatnonzero(labels < 0)
    sums, total = _sums(labels, units, weights)
    if not len(left) or not len(sums):
        return labels
    poor = np.full(len(left), POOR, np.float32)
    groups = Scaled(sums, total, likeness.strangers)
    alike = Scaled(units[left] * POOR, poor, likeness.strangers).likeness(groups)
    limit, clear = stop(likeness, len(sums)), likeness.spread / (1 - likeness.strangers)
    adopted = labels.copy()
    for row in np.argsort(-alike.max(1), kind="stable").tolist():
        i = left[row]
        others = adopted[apart[(apart == i).any(1)].ravel()]
        alike[row, others[others >= 0]] = -np.inf
        second, best = np.sort(alike[row])[-2:] if len(sums) > 1 else (-np.inf, alike[row, 0])
        if best > limit and best - second > clear:
            adopted[i] = alike[row].argmax()
    return adopted


def _confidence(labels: Labels, units: Floats, weights: Floats, apart: Indices, likeness: Likeness) -> Floats:
    """Return how sure each group is: its members are like the rest of it, no other group is.

    Both are counted from the stop, on the logistic scale that it is the middle of.
    """
    sums, total = _sums(labels, units, weights)
    limit = stop(likeness, len(sums))
    slope = 2 * limit * ((1 - likeness.strangers) / likeness.spread) ** 2
    groups = Scaled(sums, total, likeness.strangers)
    nearest = np.full(len(sums), -np.inf, np.float32)
    parted = {(g, g) for g in range(len(sums))} | {tuple(labels[pair]) for pair in [*apart, *apart[:, ::-1]]}
    for start in range(0, len(sums), CHUNK):
        alike = groups[start : start + CHUNK].likeness(groups)
        for a, b in parted:
            if start <= a < start + CHUNK and b >= 0:
                alike[a - start, b] = -np.inf
        nearest[start : start + CHUNK] = alike.max(1)
    members = np.flatnonzero((labels >= 0) & (weights > 0))
    own, weight = labels[members], weights[members]
    rest = total[own] - weight
    some = rest > 1e-6 * weight
    members, own, weight, rest = members[some], own[some], weight[some], rest[some]
    without = sums[own] - units[members] * weight[:, None]
    alone = Scaled(units[members] * weight[:, None], weight, likeness.strangers)
    pull = alone.likeness_each(Scaled(without, rest, likeness.strangers))
    inside = np.full(len(sums), np.inf, np.float32)
    several = np.unique(own)
    inside[several] = (np.bincount(own, weight * pull) / np.maximum(np.bincount(own, weight), 1e-9))[several]
    return np.asarray(sigmoid(slope * (limit - nearest)) * sigmoid(slope * (inside - limit)))


def _sums(labels: Labels, units: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """The weighted sum (k, d) and the weight (k,) of each group."""
    inside = labels >= 0
    rows, own, weight = units[inside], labels[inside], weights[inside]
    count = int(own.max(initial=-1)) + 1
    sums, total = np.zeros((count, units.shape[1]), np.float32), np.zeros(count, np.float32)
    np.add.at(sums, own, rows * weight[:, None])
    np.add.at(total, own, weight)
    return sums, total
