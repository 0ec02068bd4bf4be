"""The embeddings of sightings by one model. Vectors of different models are never compared.

Sightings of another model have none here; whoever re-embeds their crops puts the vectors into the cards.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from analyzer.library.cards import Card
from analyzer.library.placing import Unit
from analyzer.records import Embedding

Vector = npt.NDArray[np.float16]


def prevailing_model(cards: Sequence[Card]) -> str | None:
    """Return the model of which there are the most embeddings; None where there is none."""
    counts: dict[str, int] = {}
    for card in cards:
        for person in card.people:
            for vectors in person.sightings.columns.vectors:
                counts[vectors.model] = counts.get(vectors.model, 0) + len(vectors.rows)
    return max(sorted(counts), key=lambda model: counts[model], default=None)


def weight_of(unit: Unit) -> float:
    """Return the sum of the weights of a unit's sightings."""
    return float(unit.appearance.sightings.columns.weights[list(unit.rows)].sum())


def weighed(unit: Unit, model: str) -> list[tuple[float, Vector]]:
    """Return the embeddings of a unit's sightings, each with its weight, the weightiest first."""
    sightings = unit.appearance.sightings
    weights = sightings.columns.weights
    rows, vectors = sightings.vectors(model)
    own = set(unit.rows)
    found = [(float(weights[row]), vectors[i]) for i, row in enumerate(rows.tolist()) if row in own]
    return sorted(found, key=lambda pair: -pair[0])


def embeddings(unit: Unit, model: str, count: int) -> list[Embedding]:
    """Return the weightiest embeddings of a unit."""
    return [Embedding(model=model, vector=vector) for _, vector in weighed(unit, model)[:count]]


def pooled(unit: Unit, model: str) -> npt.NDArray[np.float32] | None:
    """Return the weighted mean of a unit's embeddings; None where it has none."""
    found = weighed(unit, model)
    if not found:
        return None
    weights = np.array([weight for weight, _ in found]) + 1e-3
    mean = np.average(np.stack([vector for _, vector in found]).astype(np.float32), axis=0, weights=weights)
    return np.asarray(mean, np.float32)
