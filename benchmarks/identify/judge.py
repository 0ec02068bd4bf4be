"""Detection and identification rate: how many known people get their name while hardly a stranger gets one.

Where no face was found: a known person counts as missed, a stranger as given no name.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev

import numpy as np
import numpy.typing as npt

from analyzer.records import Embedding
from benchmarks.identify.photos import FULL, Photo
from benchmarks.identify.rules import Answer, MakeRule
from benchmarks.identify.splits import Split
from models.catalog import Likeness

FALSE_POSITIVES = 0.01
BINS = 10
NOBODY = Answer("", -np.inf)


@dataclass(frozen=True)
class Asked:
    """What one rule said in one split: `right` is for people who are known, `strangers` for all others."""

    own: list[Answer]
    right: list[bool]
    strangers: list[Answer]


@dataclass(frozen=True)
class Figures:
    """Shares: mean over splits, and standard deviation between them.

    Attributes:
        rate, spread: known people who get their name.
        false_positives: strangers who get a name.
        calibration: expected calibration error of the scores, known people and strangers weighing half each.
    """

    rate: float
    spread: float
    false_positives: float
    calibration: float

    @property
    def missed(self) -> float:
        """Share of photographs of known people that do not get their name."""
        return 1 - self.rate


def ask(
    make: MakeRule, draws: Iterable[Split], likeness: Likeness, *, enrolled: str = FULL, asked: str = FULL
) -> list[Asked]:
    """Ask a rule about all of some splits; the last two say how photographs are looked at."""
    return [_ask(make, split, likeness, enrolled, asked) for split in draws]


def _ask(make: MakeRule, split: Split, likeness: Likeness, enrolled: str, asked: str) -> Asked:
    known = {who: faces(photos, enrolled) for who, photos in split.known.items()}
    rule = make(known, faces(split.cohort, enrolled), likeness)

    def answer(photos: Sequence[Photo]) -> Answer:
        query = faces(photos, asked)
        return rule(query) if query else NOBODY

    own = [answer(photos) for photos in split.own]
    right = [one.who == photos[0].who for one, photos in zip(own, split.own, strict=True)]
    return Asked(own, right, [answer(photos) for photos in split.impostors])


def faces(photos: Sequence[Photo], look: str) -> list[Embedding]:
    """Return the faces that were found in photographs, looked at in one way."""
    return [photo.faces[look] for photo in photos if look in photo.faces]


def in_hindsight(asked: Sequence[Asked]) -> Figures:
    """Judge at the one threshold at which one stranger in a hundred gets a name, over all splits."""
    scores = np.array([one.score for split in asked for one in split.strangers])
    threshold = float(np.sort(scores)[-1 - int(FALSE_POSITIVES * len(scores))])
    return _figures(asked, lambda one: one.score > threshold)


def as_shipped(asked: Sequence[Asked]) -> Figures:
    """Judge by the names that the rule gives."""
    return _figures(asked, lambda one: one.named)


def _figures(asked: Sequence[Asked], named: Callable[[Answer], bool]) -> Figures:
    rates = [
        fmean(named(one) and right for one, right in zip(split.own, split.right, strict=True))
        for split in asked
    ]
    false = fmean(named(one) for split in asked for one in split.strangers)
    return Figures(fmean(rates), pstdev(rates), false, _calibration_error(asked))


def _calibration_error(asked: Sequence[Asked]) -> float:
    own = [one.score for split in asked for one in split.own]
    strangers = [one.score for split in asked for one in split.strangers]
    right = np.array([r for split in asked for r in split.right] + [False] * len(strangers))
    scores = np.array(own + strangers)
    weights = np.repeat([0.5 / len(own), 0.5 / len(strangers)], [len(own), len(strangers)])
    found = np.isfinite(scores)
    return _gaps(scores[found], right[found], weights[found] / weights[found].sum())


def _gaps(
    scores: npt.NDArray[np.float64], right: npt.NDArray[np.bool_], weights: npt.NDArray[np.float64]
) -> float:
    bins = np.clip((scores * BINS).astype(int), 0, BINS - 1)
    return float(np.abs(np.bincount(bins, weights * (scores - right), minlength=BINS)).sum())
