"""Which sightings of a video the decisions of the journal mean: by time and place, whatever run found them."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from analyzer.library.cards import Appearance, Card
from analyzer.library.decisions import Anchor
from analyzer.library.known import Claim, Known

NEAR_S = 1.0
"""A sighting this far from the anchor's time may be meant where none covers it."""


@dataclass(frozen=True)
class Unit:
    """Sightings of one appearance for which the same was decided.

    Attributes:
        rows: their indices in the appearance.
        owner: the key of the person that the user gave them to.
        rejected: keys of people that they are not.
    """

    card: Card
    appearance: Appearance
    rows: tuple[int, ...]
    owner: str | None = None
    rejected: frozenset[str] = frozenset()

    def times(self) -> set[float]:
        """Return the times of the keyframes that show them."""
        return set(chain.from_iterable(self.appearance.sightings.times_of(row) for row in self.rows))


class Finder:
    """Finds the sightings of a card that anchors mean; a sighting is (index of the appearance, row)."""

    def __init__(self, card: Card) -> None:
        seen = [person.sightings for person in card.people]
        self._places = [(a, row) for a, sightings in enumerate(seen) for row in range(len(sightings))]
        self._starts = _joined([s.columns.starts for s in seen])
        self._ends = _joined([s.columns.ends for s in seen])
        self._seen = seen

    def find(self, anchor: Anchor) -> tuple[tuple[int, int], bool] | None:
        """Return the sighting that is meant and whether it covers the anchor's time; None if there is none."""
        gap = np.maximum(self._starts - anchor.time_s, anchor.time_s - self._ends)
        for covers, limit in ((True, 0.0), (False, NEAR_S)):
            near = np.flatnonzero(gap <= limit + 1e-6)
            best = min(
                ((self._distance(self._places[i], anchor), self._places[i]) for i in near), default=None
            )
            if best and best[0] < 1:
                return best[1], covers
        return None

    def _distance(self, place: tuple[int, int], anchor: Anchor) -> float:
        """How far the face is from the anchor in sizes of the face, 1 being the limit.

        Who is seen a while before or after may have moved, by the size of the face in a second.
        """
        sightings, row = self._seen[place[0]], place[1]
        spots = range(*sightings.spot_ends[row : row + 2])
        times, boxes = sightings.columns.spot_times, sightings.columns.boxes
        spot = min(spots, key=lambda s: abs(times[s] - anchor.time_s))
        a, b = np.array(anchor.box, np.float64), boxes[spot].astype(np.float64)
        size = (a[2:] - a[:2] + b[2:] - b[:2]) / 2
        apart = (a[:2] + a[2:] - b[:2] - b[2:]) / 2
        away = float(np.hypot(*(apart / np.maximum(size, 1e-6))))
        return away / (1 + abs(float(times[spot]) - anchor.time_s))


def place(card: Card, known: Known) -> tuple[list[Unit], int]:
    """Return the sightings of a card by what was decided of them, and how many anchors mean none."""
    units, lost = [], 0
    owners: dict[tuple[int, int], Claim] = {}
    rejected: dict[tuple[int, int], dict[str, Claim]] = {}
    if claims := known.claims(card.video):
        found, lost = _find(card, claims)
        for at, claim in found:
            _apply(claim, at, owners, rejected)
    for a, appearance in enumerate(card.people):
        groups: dict[tuple[str | None, frozenset[str]], list[int]] = {}
        for row in range(len(appearance.sightings)):
            owner = owners.get((a, row))
            keys = frozenset(known.root(key) for key in rejected.get((a, row), ()))
            groups.setdefault((owner and known.root(owner.key), keys), []).append(row)
        units += [Unit(card, appearance, tuple(rows), *which) for which, rows in groups.items()]
    return units, lost


def _find(card: Card, claims: Iterable[Claim]) -> tuple[list[tuple[tuple[int, int], Claim]], int]:
    """The claims with their sightings; one that only lies near yields to those that are covered."""
    finder, lost = Finder(card), 0
    found = []
    for claim in claims:
        if at := finder.find(claim.anchor):
            found.append((*at, claim))
        else:
            lost += 1
    covered = {at for at, covers, _ in found if covers}
    return [(at, claim) for at, covers, claim in found if covers or at not in covered], lost


def _apply(
    claim: Claim,
    at: tuple[int, int],
    owners: dict[tuple[int, int], Claim],
    rejected: dict[tuple[int, int], dict[str, Claim]],
) -> None:
    against = rejected.setdefault(at, {})
    if claim.belongs:
        owners[at] = claim
        for key in claim.family & against.keys():
            del against[key]
        return
    against[claim.key] = claim
    if at in owners and owners[at].key in claim.family:
        del owners[at]


def _joined(columns: list[npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    return np.concatenate(columns) if columns else np.zeros(0)
