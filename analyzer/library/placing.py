"""Which sightings of a video the decisions mean: by time and place, whatever run found them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from analyzer.library.cards import Appearance, Card, Spot
from analyzer.library.decisions import Anchor, anchor_of
from analyzer.library.known import Claim, Known

Place = tuple[int, int]
"""A sighting of a card: the index of the appearance, and the row in it."""

NEAR_S = 1.0
"""A sighting this far from the anchor's time may be meant where none covers it."""


@dataclass(frozen=True, eq=False)
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

    def best_spots(self, count: int) -> list[Spot]:
        """Return faces that show the person best, the best first, each of another sighting."""
        sightings = self.appearance.sightings
        best = [sightings.spot(int(sightings.spot_ends[row])) for row in self.rows]
        return sorted(best, key=lambda spot: -spot.quality)[:count]

    def anchors(self, rows: Collection[int] | None = None) -> tuple[Anchor, ...]:
        """Return what the sightings, or some of them, are to be found by in any record."""
        sightings = self.appearance.sightings
        chosen = self.rows if rows is None else sorted(rows)
        spots = (sightings.spot(int(sightings.spot_ends[row])) for row in chosen)
        return tuple(anchor_of(self.card.video, spot) for spot in spots)


class Finder:
    """Finds the sightings of a card that anchors mean."""

    def __init__(self, card: Card) -> None:
        seen = [person.sightings for person in card.people]
        self._places = [(a, row) for a, sightings in enumerate(seen) for row in range(len(sightings))]
        self._starts = _joined([s.columns.starts for s in seen])
        self._ends = _joined([s.columns.ends for s in seen])
        self._seen = seen

    def find(self, anchor: Anchor) -> tuple[Place, bool] | None:
        """Return the sighting that is meant and whether it covers the anchor's time."""
        gap = np.maximum(self._starts - anchor.time_s, anchor.time_s - self._ends)
        for covers, limit in ((True, 0.0), (False, NEAR_S)):
            near = np.flatnonzero(gap <= limit + 1e-6)
            best = min(
                ((self._distance(self._places[i], anchor), self._places[i]) for i in near), default=None
            )
            if best and best[0] < 1:
                return best[1], covers
        return None

    def _distance(self, place: Place, anchor: Anchor) -> float:
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
    owners: dict[Place, Claim] = {}
    rejected: defaultdict[Place, set[str]] = defaultdict(set)
    if claims := known.claims(card.video):
        found, lost = _find(card, claims)
        for at, claim in found:
            _apply(claim, at, owners, rejected[at])
    for a, appearance in enumerate(card.people):
        groups: defaultdict[tuple[str | None, frozenset[str]], list[int]] = defaultdict(list)
        for row in range(len(appearance.sightings)):
            owner = known.root(owners[a, row].key) if (a, row) in owners else None
            against = frozenset(map(known.root, rejected.get((a, row), ()))) if owner is None else frozenset()
            groups[owner, against].append(row)
        units += [Unit(card, appearance, tuple(rows), *which) for which, rows in groups.items()]
    return units, lost


def _find(card: Card, claims: Iterable[Claim]) -> tuple[list[tuple[Place, Claim]], int]:
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


def _apply(claim: Claim, at: Place, owners: dict[Place, Claim], rejected: set[str]) -> None:
    if claim.belongs:
        owners[at] = claim
        rejected -= claim.family
        return
    rejected.add(claim.key)
    if at in owners and owners[at].key in claim.family:
        del owners[at]


def _joined(columns: list[npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    return np.concatenate(columns) if columns else np.zeros(0)
