"""Mirrors, and photographs on a wall: one person seen twice in a frame, taken for two.

Such a frame alone keeps a whole person in two halves. Where two large groups are as alike as one person is
with themselves, and few frames stand between them, they are brought together but for the vectors that those
frames show beside others of the group: these stay a group of their own; no two of a frame come together.
"""

import numpy as np
import numpy.typing as npt

from analyzer.people.likeness import Floats
from analyzer.people.merging import SEVERAL

Labels = npt.NDArray[np.intp]
Indices = npt.NDArray[np.intp]

ONE = 0.65
"""Two halves of a person are as alike as this share of what their members are among themselves."""
FEW = 0.3
"""Frames between them name at most this share of the smaller half."""


def typical_likeness(labels: Labels, units: Floats, weights: Floats, strangers: float) -> float | None:
    """Return how alike two vectors of one person are, above strangers, in the middle one of the large groups.

    None where there is no large group.
    """
    found = []
    for group in np.flatnonzero(np.bincount(labels) >= 2 * SEVERAL):
        inside = labels == group
        weight = weights[inside]
        total, own = weight @ units[inside], weight @ weight
        found.append((total @ total - own) / (weight.sum() ** 2 - own) - strangers)
    return float(np.median(found)) if found else None


def rejoined(
    labels: Labels, units: Floats, weights: Floats, apart: Indices, strangers: float, typical: float
) -> Labels:
    """Return the groups with the halves of people brought together.

    Args:
        labels: (n,) groups from 0.
        units: (n, d) vectors of length 1.
        weights: (n,) theirs.
        apart: (k, 2) pairs that are seen in one frame.
        strangers: mean cosine similarity of strangers.
        typical: see typical_likeness.
    """
    labels = labels.copy()
    beside: dict[int, int] = {}
    means: dict[int, Floats] = {}
    while (halves := _halves(labels, units, weights, apart, strangers + ONE * typical, means)) is not None:
        kept, other = halves
        between = apart[(np.sort(labels[apart], axis=1) == sorted(halves)).all(1)]
        named = between[labels[between] == other]
        labels[labels == other] = kept
        labels[named] = beside.setdefault(kept, labels.max() + 1)
        mine = labels[apart[(labels[apart] == beside[kept]).any(1)]]
        if (mine == beside[kept]).all(1).any():  # two of a frame stand beside one person
            labels[named] = labels.max() + 1
        for group in (kept, other, beside[kept]):
            means.pop(group, None)
    return labels


def _halves(
    labels: Labels,
    units: Floats,
    weights: Floats,
    apart: Indices,
    least: float,
    means: dict[int, Floats],
) -> tuple[int, int] | None:
    """Return the two groups that are most alike of those that are halves of one person, the larger first.

    `means` keeps what groups have on average; whoever changes a group takes it out.
    """
    pairs, frames = np.unique(np.sort(labels[apart], axis=1), axis=0, return_counts=True)
    sizes = np.bincount(labels)
    smaller = sizes[pairs].min(axis=1)
    likely = (pairs[:, 0] != pairs[:, 1]) & (smaller >= SEVERAL) & (frames <= FEW * smaller)
    pairs = pairs[likely]
    if not len(pairs):
        return None
    named, place = np.unique(pairs, return_inverse=True)
    for group in named.tolist():
        if group not in means:
            inside = labels == group
            means[group] = np.average(units[inside], axis=0, weights=weights[inside])
    table = np.stack([means[group] for group in named.tolist()])
    first, second = place.reshape(pairs.shape).T
    alike = np.einsum("kd,kd->k", table[first], table[second])
    best = int(alike.argmax())
    if alike[best] < least:
        return None
    small, large = sorted(pairs[best].tolist(), key=lambda group: sizes[group])
    return large, small
