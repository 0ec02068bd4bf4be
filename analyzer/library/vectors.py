"""The embeddings of sightings by one model. Vectors of different models are never compared.

Sightings of another model have none here; whoever re-embeds their crops puts the vectors into the cards.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt

from analyzer.library.cards import Card
from analyzer.library.placing import Unit
from analyzer.records import Embedding

Vectors = npt.NDArray[np.float16]
Weights = npt.NDArray[np.float32]


def prevailing_model(cards: Sequence[Card]) -> str | None:
    """Return the model of which there are the most embeddings; None where there is none."""
    counts: dict[str, int] = {}
    for card in cards:
        for person in card.people:
            for vectors in person.sightings.columns.vectors:
                counts[vectors.model] = counts.get(vectors.model, 0) + len(vectors.rows)
    return max(sorted(counts), key=lambda model: counts[model], default=None)


def odd_sizes(cards: Collection[Card]) -> set[str]:
    """Return the videos whose vectors are not as long as others of their model: damaged, or forged."""
    sizes = {
        card.video: {
            (vectors.model, vectors.table.shape[1])
            for person in card.people
            for vectors in person.sightings.columns.vectors
        }
        for card in cards
    }
    usual = dict(size for size, _ in reversed(Counter(chain.from_iterable(sizes.values())).most_common()))
    return {video for video, own in sizes.items() if any(usual[model] != size for model, size in own)}


def weight_of(unit: Unit) -> float:
    """Return the sum of the weights of a unit's sightings."""
    return float(unit.appearance.sightings.columns.weights[unit.mask].sum())


def weighed(unit: Unit, model: str) -> tuple[Weights, Vectors]:
    """Return the embeddings of a unit's sightings (n, d) and their weights (n,), the weightiest first."""
    rows, vectors = unit.appearance.sightings.vectors(model)
    own = np.flatnonzero(unit.mask[rows])
    weights = unit.appearance.sightings.columns.weights[rows[own]]
    order = np.argsort(-weights, kind="stable")
    return weights[order], vectors[own[order]]


def embeddings(unit: Unit, model: str, count: int) -> list[Embedding]:
    """Return the weightiest embeddings of a unit."""
    return [Embedding(model=model, vector=vector) for vector in weighed(unit, model)[1][:count]]


def pooled(unit: Unit, model: str) -> npt.NDArray[np.float32] | None:
    """Return the weighted mean of a unit's embeddings; None where it has none."""
    weights, vectors = weighed(unit, model)
    if not len(vectors):
        return None
    return np.average(vectors.astype(np.float32), axis=0, weights=weights + 1e-3).astype(np.float32)
