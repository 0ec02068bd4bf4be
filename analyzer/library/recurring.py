"""Who recurs across galleries or videos although each shows little of them.

The tracks of all items are grouped at once; poor faces steer nothing. Who is in two items or more has a first
reference from those, and what is left, the poor faces too, is held against it.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from analyzer.library.excerpt import of_one
from analyzer.library.matching import Matcher
from analyzer.people.grouping import group
from analyzer.people.likeness import prior_of
from analyzer.people.tracks import tells
from analyzer.records import Embedding, Movie, Track

LEAST = 2
"""Items that somebody must be in to recur."""
SURE = 0.95
"""How probable it must be that what is left is theirs: there are many strangers for each of their faces."""
REFERENCES = 50
"""Vectors by which somebody is known, at most."""


@dataclass(frozen=True)
class Recurring:
    """Somebody who recurs.

    Attributes:
        tracks: indices of their tracks in each item, by the index of the item.
        confidence: how sure it is that they are one person.
    """

    tracks: dict[int, tuple[int, ...]]
    confidence: float

    def best_faces(self, movies: Sequence[Movie]) -> dict[int, int]:
        """Return the best face of each item."""
        found = {}
        for item, tracks in self.tracks.items():
            faces = [face for t in tracks for face in movies[item].tracks[t].faces]
            found[item] = max(faces, key=lambda face: movies[item].faces[face].quality.overall)
        return found

    def excerpt(self, movies: Sequence[Movie], item: int) -> Movie:
        """Return the record of this person alone in one item."""
        movie = movies[item]
        return of_one(movie, movie.faces, [movie.tracks[t] for t in self.tracks[item]], self.confidence)


@dataclass(frozen=True)
class _Unit:
    """One track of one item; `looks`: the keyframes that show it; `weight`: 0 where it tells too little."""

    item: int
    index: int
    embedding: Embedding
    looks: frozenset[int]
    weight: float


def find_recurring(movies: Sequence[Movie]) -> list[Recurring]:
    """Return who is in at least two of the items, who is in the most of them first.

    Args:
        movies: records of galleries and videos, all with embeddings of one model.
    """
    units = [unit for item, movie in enumerate(movies) for unit in _units(item, movie)]
    if not units:
        return []
    vectors = np.stack([unit.embedding.vector for unit in units]).astype(np.float32)
    weights = [unit.weight for unit in units]
    prior = prior_of(units[0].embedding.model, vectors.shape[1])
    groups = group(vectors, prior, _apart(units), weights if any(weights) else None)
    members: defaultdict[int, list[_Unit]] = defaultdict(list)
    for unit, label in zip(units, groups.labels.tolist(), strict=True):
        members[label].append(unit)
    left = members.pop(-1, [])
    found = {label: own for label, own in members.items() if len({unit.item for unit in own}) >= LEAST}
    left += [unit for label, own in members.items() if label not in found for unit in own]
    if found:
        references = {str(label): _references(own) for label, own in found.items()}
        _assign(left, found, Matcher(references, [unit.embedding for unit in left], groups.likeness))
    people = [_recurring(own, float(groups.confidence[label])) for label, own in found.items()]
    return sorted(people, key=lambda p: (-len(p.tracks), -sum(map(len, p.tracks.values()))))


def _units(item: int, movie: Movie) -> Iterator[_Unit]:
    for index, track in enumerate(movie.tracks):
        if track.embedding:
            looks = frozenset(movie.faces[i].keyframe for i in track.faces)
            yield _Unit(item, index, track.embedding, looks, _weight(track, movie))


def _weight(track: Track, movie: Movie) -> float:
    faces = [movie.faces[i] for i in track.faces]
    return sum(face.quality.overall for face in faces if tells(face))


def _apart(units: Sequence[_Unit]) -> Iterator[tuple[int, int]]:
    """Pairs that one keyframe shows."""
    seen: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for i, unit in enumerate(units):
        for look in unit.looks:
            seen[unit.item, look].append(i)
    for together in seen.values():
        yield from combinations(together, 2)


def _references(members: Sequence[_Unit]) -> list[Embedding]:
    best = sorted(members, key=lambda unit: -unit.weight)[:REFERENCES]
    return [unit.embedding for unit in best]


def _assign(left: Sequence[_Unit], found: dict[int, list[_Unit]], matcher: Matcher) -> None:
    """Give to those who recur what is surely theirs of the rest."""
    for unit in left:
        match = matcher.match([unit.embedding])
        if match.verdict == "known" and match.ranked[0][1] >= SURE:
            own = found[int(match.ranked[0][0])]
            if not any(other.item == unit.item and other.looks & unit.looks for other in own):
                own.append(unit)


def _recurring(members: Sequence[_Unit], confidence: float) -> Recurring:
    tracks: defaultdict[int, list[int]] = defaultdict(list)
    for unit in members:
        tracks[unit.item].append(unit.index)
    return Recurring({item: tuple(sorted(own)) for item, own in sorted(tracks.items())}, confidence)
