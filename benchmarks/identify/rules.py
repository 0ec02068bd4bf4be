"""How Marquee and others say who a face is; all are given the same embeddings."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from analyzer.library.calibrate import Calibration, calibrate
from analyzer.library.matching import Matcher
from analyzer.records import Embedding
from models.catalog import Likeness

Floats = npt.NDArray[np.float32]
References = Mapping[str, Sequence[Embedding]]


class Answer(NamedTuple):
    """Who is most like the face, how much so, and whether the rule as its users have it gives that name."""

    who: str
    score: float
    named: bool = False


Rule = Callable[[Sequence[Embedding]], Answer]
MakeRule = Callable[[References, Sequence[Embedding], Likeness], Rule]


def marquee(
    known: References, strangers: Sequence[Embedding], likeness: Likeness, strictness: float = 1.0
) -> Rule:
    """Return analyzer.library.matching."""
    matcher = Matcher(known, strangers, likeness, strictness)

    def rule(query: Sequence[Embedding]) -> Answer:
        match = matcher.match(query)
        who, probability = match.ranked[0]
        return Answer(who, probability, match.verdict == "known")

    return rule


def calibrated(known: References, strangers: Sequence[Embedding], likeness: Likeness) -> Rule:
    """Return the same after `marquee people calibrate`, each reference being a sighting."""
    return marquee(known, strangers, likeness, calibration(known, strangers, likeness).strictness)


def calibration(known: References, strangers: Sequence[Embedding], likeness: Likeness) -> Calibration:
    """Return what `marquee people calibrate` says."""
    model = next(iter(known.values()))[0].model
    confirmed = {who: [[one] for one in embeddings] for who, embeddings in known.items()}
    return calibrate(model, confirmed, strangers, likeness)


def nearest_cosine(known: References, _: Sequence[Embedding], likeness: Likeness) -> Rule:
    """Return the nearest photograph by cosine; DeepFace gives the name below its model's distance, 0.07."""
    who, references = _table(known)
    references = _unit(references)

    def rule(query: Sequence[Embedding]) -> Answer:
        similarities = (references @ _unit(_rows(query)).T).max(axis=1)
        best = int(similarities.argmax())
        return Answer(who[best], float(similarities[best]), bool(1 - similarities[best] <= 0.07))

    return rule


def nearest_euclidean(known: References, _: Sequence[Embedding], likeness: Likeness) -> Rule:
    """Return the nearest photograph by Euclid; face_recognition's compare_faces gives names up to 0.6."""
    who, references = _table(known)

    def rule(query: Sequence[Embedding]) -> Answer:
        distances = np.linalg.norm(references[:, None] - _rows(query), axis=2).min(axis=1)
        best = int(distances.argmin())
        return Answer(who[best], -float(distances[best]), bool(distances[best] <= 0.6))

    return rule


def neighbours(known: References, _: Sequence[Embedding], likeness: Likeness) -> Rule:
    """Return face_recognition's face_recognition_knn.py: sqrt(n) neighbours, weighted by 1 / distance."""
    who, references = _table(known)
    count = round(len(who) ** 0.5)

    def rule(query: Sequence[Embedding]) -> Answer:
        distances = np.linalg.norm(references[:, None] - _rows(query), axis=2).min(axis=1)
        votes: dict[str, float] = {}
        for i in np.argsort(distances)[:count]:
            votes[who[i]] = votes.get(who[i], 0) + 1 / max(float(distances[i]), 1e-9)
        nearest = float(distances.min())
        return Answer(max(votes, key=votes.__getitem__), -nearest, nearest <= 0.6)

    return rule


def mean_cosine(known: References, _: Sequence[Embedding], likeness: Likeness) -> Rule:
    """Return the nearest mean of a person's photographs, by cosine."""
    who = list(known)
    means = np.stack([_unit(_table({name: known[name]})[1]).mean(axis=0) for name in who])
    means = _unit(means)

    def rule(query: Sequence[Embedding]) -> Answer:
        similarities = means @ _unit(_unit(_rows(query)).mean(axis=0))
        best = int(similarities.argmax())
        return Answer(who[best], float(similarities[best]))

    return rule


RULES: dict[str, MakeRule] = {
    "Marquee": marquee,
    "nearest neighbour, cosine": nearest_cosine,
    "nearest neighbour, Euclidean": nearest_euclidean,
    "mean of each, cosine": mean_cosine,
}
"""Judged at a threshold found in hindsight, the same for all draws."""
FIXED: dict[str, MakeRule] = {
    "Marquee": marquee,
    "Marquee, calibrated": calibrated,
    "DeepFace, cosine distance 0.07": nearest_cosine,
    "face_recognition compare_faces, 0.6": nearest_euclidean,
    "face_recognition kNN, 0.6": neighbours,
}
"""As their users have them: each with its own threshold."""


def _table(known: References) -> tuple[list[str], Floats]:
    who = [name for name, embeddings in known.items() for _ in embeddings]
    return who, _rows([embedding for embeddings in known.values() for embedding in embeddings])


def _rows(embeddings: Sequence[Embedding]) -> Floats:
    return np.stack([embedding.vector for embedding in embeddings]).astype(np.float32)


def _unit(vectors: Floats) -> Floats:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
