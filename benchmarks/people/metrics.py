"""How right a grouping is."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from benchmarks.people.case import Case, Labels


@dataclass(frozen=True)
class Score:
    """One grouping held against the truth.

    Attributes:
        bcubed: B-cubed F1: what a random item's group and person have in common, precision and recall.
        purity: weighted cluster purity: the share of items whose group is mostly of their own person. It is
            1 where every item is a group of its own: never judge by it alone.
        groups, people: how many there are, and how many there should be.
        broken: pairs of two people seen in one picture that are in one group.
        mirrors: pairs of one person seen twice in one picture that are in one group, as they should be.
        precision, recall: of characters, the people with two items or more. Each is given one group, one to
            one, so that as many items as possible agree; precision is the share of that group that is
            theirs, recall the share of theirs that is in it, both meaned over people, whatever their part.
            Who is given no group has 0 for both.
    """

    bcubed: float
    purity: float
    groups: int
    people: int
    broken: int
    mirrors: int
    precision: float
    recall: float

    def figures(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def judge(case: Case, labels: Labels) -> Score:
    """Return the scores of labels (n,); a negative label is a group of its own."""
    labels = singled(labels)
    known = case.truth >= 0
    alone = labels.max(initial=-1) + 1 + np.arange(len(case.unseen))
    truth = np.concatenate([case.truth[known], case.unseen])
    given = np.concatenate([labels[known], alone])
    precision, recall = characters(truth, given)
    joined = [(case.truth[a], case.truth[b]) for a, b in case.apart if labels[a] == labels[b]]
    mirrors = sum(bool(a == b >= 0) for a, b in joined)
    return Score(
        bcubed=bcubed(truth, given),
        purity=purity(truth, given),
        groups=len(np.unique(given)),
        people=len(np.unique(truth)),
        broken=len(joined) - mirrors,
        mirrors=mirrors,
        precision=precision,
        recall=recall,
    )


def singled(labels: Labels) -> Labels:
    """Return the labels with a new one for each that is negative."""
    labels = np.array(labels, np.intp)
    noise = labels < 0
    labels[noise] = labels.max(initial=-1) + 1 + np.arange(noise.sum())
    return labels


def bcubed(truth: Labels, labels: Labels) -> float:
    """Return B-cubed F1."""
    people, groups, both = _counts(truth, labels)
    precision = (both**2 / np.bincount(groups, both)[groups]).sum() / len(truth)
    recall = (both**2 / np.bincount(people, both)[people]).sum() / len(truth)
    return float(2 * precision * recall / (precision + recall))


def purity(truth: Labels, labels: Labels) -> float:
    """Return weighted cluster purity."""
    _, groups, both = _counts(truth, labels)
    largest = np.zeros(groups.max() + 1)
    np.maximum.at(largest, groups, both)
    return float(largest.sum() / len(truth))


def characters(truth: Labels, labels: Labels) -> tuple[float, float]:
    """Return character precision and recall; see Score."""
    from scipy.optimize import linear_sum_assignment

    people, groups, both = _counts(truth, labels)
    table = np.zeros((people.max() + 1, groups.max() + 1))
    table[people, groups] = both
    sizes = table.sum(0)
    table = table[table.sum(1) >= 2]
    rows, columns = linear_sum_assignment(-table)
    hits = table[rows, columns]
    return float((hits / sizes[columns]).sum() / len(table)), float(
        (hits / table.sum(1)[rows]).sum() / len(table)
    )


def _counts(truth: Labels, labels: Labels) -> tuple[Labels, Labels, Labels]:
    """Return person, group and number of items, for each person and group that share any."""
    people = np.unique(truth, return_inverse=True)[1]
    groups = np.unique(labels, return_inverse=True)[1]
    pairs, both = np.unique(people * (groups.max() + 1) + groups, return_counts=True)
    return *np.divmod(pairs, groups.max() + 1), both
