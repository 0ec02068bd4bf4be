"""Marquee's grouping, and what others do with the same vectors.

Every method gets the same pooled vectors, which is kind to those that in their own programs work on single
faces. Which pairs were seen in one picture no peer knows, but for the last, which nobody ships.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from analyzer.people.grouping import group
from benchmarks.people.case import Case, Floats, Labels
from benchmarks.people.metrics import bcubed, singled

Run = Callable[[Case, float], Labels]


@dataclass(frozen=True)
class Method:
    """A way to group.

    Attributes:
        run: the case and a parameter -> (n,) labels; negative: a group of its own.
        given: the parameter as its users have it; None: nobody has it so.
        sweep: the parameters that are tried in hindsight; empty: there is nothing to choose.
        stride: of the sweep, for a slow one: at first only every so manieth is tried.
        uses_pairs: whether it is about pairs seen together: without any it is left out.
    """

    name: str
    run: Run
    given: float | None = 0.0
    sweep: tuple[float, ...] = ()
    stride: int = 1
    uses_pairs: bool = False


def hindsight(method: Method, case: Case) -> float:
    """Return the parameter of the sweep that gives the highest B-cubed F1, the truth being known."""
    sweep, stride, known = method.sweep, method.stride, case.truth >= 0

    @lru_cache(None)
    def right(i: int) -> float:
        return bcubed(case.truth[known], singled(method.run(case, sweep[i]))[known])

    best = max(range(0, len(sweep), stride), key=right)
    return sweep[max(range(max(0, best - stride + 1), min(len(sweep), best + stride)), key=right)]


def ceiling(case: Case, _: float) -> Labels:
    """The best that can be had without breaking a pair: of each mirror's two one is left to itself."""
    labels = case.truth.copy()
    for a, b in case.apart:
        if labels[a] == labels[b]:
            labels[b] = -1
    return labels


def ours(case: Case, _: float) -> Labels:
    """Marquee."""
    return group(case.vectors, case.prior, case.apart, case.weights.tolist()).labels


def ours_unaided(case: Case, _: float) -> Labels:
    """Marquee, with what is known of the model alone."""
    return ours(replace(case, apart=()), 0)


def whispers(case: Case, threshold: float) -> Labels:
    """dlib.chinese_whispers_clustering: an edge between any two that are nearer than the threshold."""
    import dlib

    edges = np.argwhere(np.triu(case.euclidean < threshold))
    return np.array(dlib.chinese_whispers([tuple(edge) for edge in edges.tolist()]))


def immich(case: Case, threshold: float, least: int = 3) -> Labels:
    """Immich's rule: faces come one by one; those with few neighbours wait until all others have come.

    A face joins the person of the nearest face that has one, if it is within the threshold; else it begins a
    person if at least `least` faces, itself included, are so near.
    """
    near = case.cosine <= threshold
    core = near.sum(1) >= least
    labels = np.full(len(near), -1, np.intp)
    for i in [*np.flatnonzero(core), *np.flatnonzero(~core)]:
        known = np.flatnonzero(near[i] & (labels >= 0))
        if len(known):
            labels[i] = labels[known[case.cosine[i, known].argmin()]]
        elif core[i]:
            labels[i] = labels.max() + 1
    return labels


def hdbscan(case: Case, least: float) -> Labels:
    """scikit-learn's HDBSCAN; the parameter is its min_cluster_size."""
    from sklearn.cluster import HDBSCAN

    vectors = case.vectors if case.dlib else case.units
    labels: Labels = HDBSCAN(min_cluster_size=int(least), algorithm="brute", copy=True).fit_predict(vectors)
    return labels


def finch(case: Case, partition: float) -> Labels:
    """FINCH (Sarfraz et al., CVPR 2019); the parameter is which of its partitions, the finest being 1."""
    partitions = _finch(case)
    return partitions[:, min(int(partition), partitions.shape[1]) - 1]


def hac(space: str) -> Run:
    """Agglomerative clustering, average linkage of distances of that name, as far as the parameter."""
    return lambda case, threshold: fcluster(_tree(case, space), threshold, "distance")


def hac_pairs(case: Case, deviations: float) -> Labels:
    """The same on cosine distances; it stops so many deviations from the mean of pairs seen together."""
    pairs = case.cosine[tuple(np.array(case.apart).T)]
    return hac("cosine")(case, float(pairs.mean() - deviations * pairs.std()))


@lru_cache(1)
def _finch(case: Case) -> Labels:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what else could be installed
        from finch import FINCH

        return FINCH(case.units, distance="cosine", verbose=False)[0]


@lru_cache(3)
def _tree(case: Case, space: str) -> Floats:
    return linkage(squareform(getattr(case, space), checks=False), "average")


DISTANCES = tuple(np.arange(0.2, 0.96, 0.01).round(2).tolist())

METHODS = (
    Method("the truth, no pair broken", ceiling, uses_pairs=True),
    Method("Marquee", ours),
    Method("Marquee, told of no pairs", ours_unaided, uses_pairs=True),
    Method("Chinese Whispers, dlib's .5", whispers, 0.5, DISTANCES, stride=4),
    Method("Immich's rule, .5 and 3 faces", immich, 0.5, DISTANCES),
    Method("HDBSCAN, 5 faces", hdbscan, 5, (2, 3, 4, 5, 7, 10, 15)),
    Method("FINCH, 2nd partition", finch, 2, (1, 2, 3, 4, 5)),
    Method("HAC cosine, MuHPC's .48", hac("cosine"), 0.48, DISTANCES),
    Method("HAC Euclidean, dlib's .6", hac("euclidean"), 0.6, DISTANCES),
    Method("HAC chords", hac("chords"), None, DISTANCES),
    Method("HAC cosine, 4 deviations", hac_pairs, 4.0, uses_pairs=True),
)
