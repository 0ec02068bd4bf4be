"""How the cast of the library comes together.

What the user gave to a person is theirs. What is left of an appearance goes with the rest of it; else it is
held against the known people; and who is nobody known is grouped with their like in other videos. A person is
never given what the user said is not theirs, nor a second face of a frame.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, combinations

import numpy as np
import numpy.typing as npt

from analyzer.library.cards import Card
from analyzer.library.cast import Cast, How, Member, Part, billed
from analyzer.library.known import Known
from analyzer.library.matching import Matcher
from analyzer.library.placing import Unit, place
from analyzer.library.vectors import embeddings, pooled, weighed, weight_of
from analyzer.people.grouping import group
from analyzer.people.spans import screen_time
from analyzer.records import Embedding
from models.catalog import Likeness

QUERY = 5
"""Sightings of an appearance that are held against the known people: the best."""
REFERENCES = 50
"""Sightings by which a person is known, at most."""


SHORTEST = 6
"""Digits by which a video is named, at least."""


def assemble(
    cards: Sequence[Card], known: Known, model: str, likeness: Likeness, strictness: float = 1.0
) -> Cast:
    """Return the cast of the library.

    Args:
        cards: of all videos.
        known: what the user has decided.
        model: whose embeddings are compared; others are not.
        likeness: of that model.
        strictness: see analyzer.library.matching.
    """
    units, lost = _placed(cards, known)
    gone = set(known.videos) - {card.video for card in cards}
    unresolved = lost + sum(len(known.claims(video)) for video in gone)
    sightings = sum(len(unit.rows) for unit in units)
    compared = sum(len(weighed(unit, model)[0]) for unit in units)
    assembly = _Assembly(units, cards, known, model, likeness, strictness)
    return Cast(billed([*assembly.known(), *assembly.strangers(likeness)]), unresolved, sightings - compared)


def acquaintances(
    cards: Sequence[Card], known: Known, model: str, likeness: Likeness, strictness: float = 1.0
) -> tuple[Member, ...]:
    """Return the known people alone: much sooner than `assemble`, which groups the strangers as well."""
    units, _ = _placed(cards, known)
    return tuple(_Assembly(units, cards, known, model, likeness, strictness).known())


def _placed(cards: Sequence[Card], known: Known) -> tuple[list[Unit], int]:
    placed = [place(card, known) for card in cards]
    return list(chain.from_iterable(units for units, _ in placed)), sum(lost for _, lost in placed)


class _Assembly:
    """The units, and whom each was given to."""

    def __init__(
        self,
        units: Sequence[Unit],
        cards: Sequence[Card],
        known: Known,
        model: str,
        likeness: Likeness,
        strictness: float,
    ) -> None:
        self._known, self._model = known, model
        self._parts = [
            Part(unit, handle, "unknown", unit.appearance.confidence)
            for unit, handle in zip(units, _handles(units, _digits(cards)), strict=True)
        ]
        self._owned: defaultdict[str, list[int]] = defaultdict(list)
        self._times: defaultdict[tuple[str, str], set[float]] = defaultdict(set)
        for i, unit in enumerate(units):
            if unit.owner:
                self._give(i, unit.owner, "confirmed", unit.appearance.confidence)
        self._follow()
        self._recognise(likeness, strictness)

    def _follow(self) -> None:
        """Give what is left of an appearance to the person who has most of the rest."""
        owners: defaultdict[int, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
        for part in self._parts:
            if part.unit.owner:
                owners[id(part.unit.appearance)][part.unit.owner] += weight_of(part.unit)
        for i in self._unknown():
            unit = self._parts[i].unit
            if weights := owners.get(id(unit.appearance)):
                key = max(weights, key=lambda key: weights[key])
                if weights[key] > sum(weights.values()) / 2 and self._may_be(unit, key):
                    self._give(i, key, "recognised", unit.appearance.confidence)

    def _recognise(self, likeness: Likeness, strictness: float) -> None:
        """Give those who are like a known person to that one, the surest first."""
        references = {key: found for key in list(self._owned) if (found := self._references(key))}
        if not references:
            return
        left = {i: embeddings(self._parts[i].unit, self._model, QUERY) for i in self._unknown()}
        matcher = Matcher(references, [e for found in left.values() for e in found[:1]], likeness, strictness)
        matches = {i: matcher.match(query) for i, query in left.items() if query}
        for i, match in sorted(
            matches.items(), key=lambda pair: -max((p for _, p in pair[1].ranked), default=0)
        ):
            unit = self._parts[i].unit
            possible = tuple((key, p) for key, p in match.ranked if self._may_be(unit, key))
            if match.verdict == "known" and possible[:1] == match.ranked[:1]:
                self._give(i, possible[0][0], "recognised", possible[0][1])
            elif match.verdict != "unknown":
                self._parts[i] = replace(self._parts[i], maybe=possible)

    def known(self) -> Iterator[Member]:
        """Return the known people."""
        for key, person in self._known.people.items():
            yield Member(
                self._sorted(self._owned[key]),
                key,
                person.name,
                tuple(person.aliases),
                person.hidden,
                tuple(person.decisions),
            )

    def strangers(self, likeness: Likeness) -> Iterator[Member]:
        """Return the others, grouped with their like."""
        for together in self._alike(likeness):
            yield Member(self._sorted(together))

    def _alike(self, likeness: Likeness) -> Iterator[list[int]]:
        vectors = {
            i: v for i in self._unknown() if (v := pooled(self._parts[i].unit, self._model)) is not None
        }
        labels = [-1] * len(vectors)
        if vectors:
            units = [self._parts[i].unit for i in vectors]
            weights = [weight_of(unit) for unit in units]
            labels = group(np.stack(list(vectors.values())), likeness, _apart(units), weights).labels.tolist()
        groups: defaultdict[int, list[int]] = defaultdict(list)
        for i, label in zip(vectors, labels, strict=True):
            groups[label if label >= 0 else -1 - i].append(i)
        yield from groups.values()
        yield from ([i] for i in self._unknown() if i not in vectors)

    def _unknown(self) -> list[int]:
        return [i for i, part in enumerate(self._parts) if part.how == "unknown"]

    def _may_be(self, unit: Unit, key: str) -> bool:
        return key not in unit.rejected and not unit.times() & self._times[unit.card.video, key]

    def _give(self, i: int, key: str, how: How, sure: float) -> None:
        unit = self._parts[i].unit
        self._parts[i] = replace(self._parts[i], how=how, sure=sure)
        self._owned[key].append(i)
        self._times[unit.card.video, key] |= unit.times()

    def _references(self, key: str) -> list[Embedding]:
        confirmed = [self._parts[i] for i in self._owned[key] if self._parts[i].how == "confirmed"]
        found = [weighed(part.unit, self._model) for part in confirmed]
        if not found:
            return []
        order = np.argsort(-np.concatenate([weights for weights, _ in found]), kind="stable")
        vectors = [vector for _, vectors in found for vector in vectors]
        return self._embeddings([vectors[i] for i in order[:REFERENCES]])

    def _embeddings(self, vectors: Iterable[npt.NDArray[np.float16]]) -> list[Embedding]:
        return [Embedding(model=self._model, vector=vector) for vector in vectors]

    def _sorted(self, parts: Collection[int]) -> tuple[Part, ...]:
        chosen = [self._parts[i] for i in parts]
        return tuple(sorted(chosen, key=lambda part: (-screen_time(part.intervals), part.handle)))


def _apart(units: Sequence[Unit]) -> Iterator[tuple[int, int]]:
    """Pairs of units that a frame shows together."""
    by_video: defaultdict[str, list[int]] = defaultdict(list)
    for i, unit in enumerate(units):
        by_video[unit.card.video].append(i)
    for members in by_video.values():
        times = [units[i].frames() for i in members]
        who = np.repeat(members, [len(some) for some in times])
        _, frame, count = np.unique(np.concatenate(times), return_inverse=True, return_counts=True)
        together: defaultdict[int, list[int]] = defaultdict(list)
        for at in np.flatnonzero(count[frame] > 1).tolist():
            together[int(frame[at])].append(int(who[at]))
        yield from chain.from_iterable(combinations(some, 2) for some in together.values())


def _handles(units: Sequence[Unit], digits: int) -> Iterator[str]:
    """A unit bears the name of its appearance where it has most of it, else that of its best face."""
    heaviest: dict[int, tuple[float, int]] = {}
    for i, unit in enumerate(units):
        own = (weight_of(unit), -i)
        heaviest[id(unit.appearance)] = max(heaviest.get(id(unit.appearance), own), own)
    for i, unit in enumerate(units):
        most = -heaviest[id(unit.appearance)][1] == i
        name = unit.appearance.id if most else unit.best_spots(1)[0].face
        yield f"{unit.card.video[:digits]}:{name}"


def _digits(cards: Sequence[Card]) -> int:
    """How many digits tell the videos apart."""
    videos = {card.video for card in cards}
    return next(n for n in range(SHORTEST, 17) if len({video[:n] for video in videos}) == len(videos))
