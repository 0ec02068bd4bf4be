"""Which vectors are one person's: agglomerative clustering whose stop is calibrated on the strangers at hand.

Two groups are as like as the cosine of their mean vectors, once what strangers have in common is taken off:

    likeness(A, B) = (a.b - m) / sqrt((a.a - m) (b.b - m))        a, b: mean vectors; m: strangers' a.b

It is counted in standard deviations of what two strangers reach by chance. That yardstick is the same for
small groups and large ones, where the plain mean of pairs is not: averaging takes the noise of single faces
out of both sides. Strangers are known without labels: two faces in one frame are two people.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from analyzer.people.merging import Merger, Scaled
from models.catalog import Likeness

Floats = npt.NDArray[np.float32]
Labels = npt.NDArray[np.intp]
Indices = npt.NDArray[np.intp]

MISS = 1.5
"""How many wrong merges a missed one is as bad as."""
CHUNK = 1024
"""Groups that are compared with all others in one go."""
PRIOR_PAIRS = 30
"""How many pairs of strangers weigh as much as what is known of the model beforehand."""


def random_directions(size: int) -> Likeness:
    """Return the likeness of directions that have nothing in common, in so many dimensions."""
    return Likeness(strangers=0, spread=size**-0.5)


def calibrated(prior: Likeness, pairs: Floats) -> Likeness:
    """Return the prior after the similarities of some strangers (k,) were seen.

    The median and the median deviation are taken: a mirror or a photograph on the wall makes one person two.
    """
    if not len(pairs):
        return prior
    middle = float(np.median(pairs))
    deviation = 1.4826 * float(np.median(np.abs(pairs - middle)))
    share = len(pairs) / (len(pairs) + PRIOR_PAIRS)
    spread = np.sqrt((1 - share) * prior.spread**2 + share * deviation**2)
    strangers = (1 - share) * prior.strangers + share * middle
    return prior.model_copy(update={"strangers": strangers, "spread": float(spread)})


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
        weights: (n,) how much each counts in its group's mean; one of weight 0 joins a group or none, but
            steers nothing. All equal if None.
    """
    units = _unit(np.asarray(vectors, np.float32).reshape(len(vectors), -1))
    shares = np.ones(len(units), np.float32) if weights is None else np.asarray(weights, np.float32)
    pairs = np.array(list(apart), np.intp).reshape(-1, 2)
    steering = np.flatnonzero(shares > 0)
    steering = steering[np.lexsort(units[steering].T)]
    place = np.full(len(units), -1)
    place[steering] = np.arange(len(steering))
    known = place[pairs[(place[pairs] >= 0).all(1)]]
    some = units[steering]
    likeness = calibrated(prior, np.einsum("kd,kd->k", some[known[:, 0]], some[known[:, 1]]))
    merger = Merger(some, shares[steering], known.tolist(), likeness.strangers)
    before = 0
    while before != (before := len(merger)):
        merger.merge(stop(likeness, before))
    labels = np.full(len(units), -1)
    labels[steering] = by_size(merger.labels)
    labels = _adopted(labels, units, shares, pairs, likeness)
    return Groups(labels, _confidence(labels, units, shares, likeness), likeness)


def stop(likeness: Likeness, groups: int) -> float:
    """Return how alike two of so many groups must be to be one person, on the scale of the module's formula.

    Where the model's likeness of one person is known, there it is as likely to be met by one person as by the
    nearest of the strangers, both normally distributed. Else it is what no pair of the strangers reaches by
    chance: the largest of N normal deviates is about sqrt(2 ln N).
    """
    groups = max(2, groups)
    deviation = likeness.spread / (1 - likeness.strangers)
    if likeness.same is None:
        return deviation * float(np.sqrt(2 * np.log(groups * groups / 2)))
    between = (likeness.same - likeness.strangers) / likeness.spread
    return deviation * (between / 2 + float(np.log(groups / MISS)) / between)


def by_size(labels: Labels) -> Labels:
    """Return the same groups numbered from 0, the largest first."""
    _, first, inverse, counts = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    return np.argsort(np.lexsort((first, -counts)))[inverse]


def _adopted(labels: Labels, units: Floats, weights: Floats, apart: Indices, likeness: Likeness) -> Labels:
    """Let those that steer nothing join the group that they are like."""
    left = np.flatnonzero(labels < 0)
    sums, total = _sums(labels, units, weights)
    if not len(left) or not len(sums):
        return labels
    alike = Scaled(units[left], likeness.strangers).likeness(
        Scaled(sums / total[:, None], likeness.strangers)
    )
    for row, i in enumerate(left.tolist()):
        others = labels[apart[(apart == i).any(1)].ravel()]
        alike[row, others[others >= 0]] = -np.inf
    adopted = labels.copy()
    adopted[left] = np.where(alike.max(1) > stop(likeness, len(sums)), alike.argmax(1), -1)
    return adopted


def _confidence(labels: Labels, units: Floats, weights: Floats, likeness: Likeness) -> Floats:
    """Return how sure each group is: its members are like the rest of it, no other group is.

    Both are counted from the stop, on the logistic scale that it is the middle of.
    """
    sums, total = _sums(labels, units, weights)
    means = sums / total[:, None]
    limit = stop(likeness, len(means))
    slope = 2 * limit * ((1 - likeness.strangers) / likeness.spread) ** 2
    groups = Scaled(means, likeness.strangers)
    nearest = np.full(len(means), -np.inf)
    for start in range(0, len(means), CHUNK):
        alike = groups[start : start + CHUNK].likeness(groups)
        np.fill_diagonal(alike[:, start:], -np.inf)
        nearest[start : start + CHUNK] = alike.max(1)
    members = np.flatnonzero((labels >= 0) & (weights > 0))
    own, weight = labels[members], weights[members]
    rest = total[own] - weight
    members, own, weight, rest = (x[rest > 1e-6 * weight] for x in (members, own, weight, rest))
    without = (sums[own] - units[members] * weight[:, None]) / rest[:, None]
    pull = Scaled(units[members], likeness.strangers).likeness_each(Scaled(without, likeness.strangers))
    inside = np.full(len(means), np.inf)
    several = np.unique(own)
    inside[several] = (np.bincount(own, weight * pull) / np.maximum(np.bincount(own, weight), 1e-9))[several]
    return np.asarray(expit(slope * (limit - nearest)) * expit(slope * (inside - limit)), np.float32)


def _sums(labels: Labels, units: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """The weighted sum (k, d) and the weight (k,) of each group."""
    inside = labels >= 0
    rows, own, weight = units[inside], labels[inside], weights[inside]
    count = int(own.max(initial=-1)) + 1
    sums, total = np.zeros((count, units.shape[1]), np.float32), np.zeros(count, np.float32)
    np.add.at(sums, own, rows * weight[:, None])
    np.add.at(total, own, weight)
    return sums, total


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12), np.float32)
