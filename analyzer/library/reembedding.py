"""Cards of another model are renewed from the crops in them."""

from collections.abc import Iterator

import numpy as np

from analyzer.detect.reembedding import reembed
from analyzer.library.cards import Appearance, Card, Sighting
from analyzer.records import Embedding
from analyzer.settings import Settings


def reembed_card(card: Card, settings: Settings) -> Card:
    """Return the card with embeddings of the model that the settings name.

    A sighting's is that of its spots together, weighted by quality; one without a crop has none. The crops
    are decoded here: call it in the worker.

    Raises:
        UsageError: there is no such model.
        ModelError: it cannot be had.
    """
    sightings = [sighting for person in card.people for sighting in person.sightings]
    crops = (spot.crop for sighting in sightings for spot in sighting.spots)
    embeddings = reembed(crops, settings)
    people = [
        Appearance(**{**dict(person), "sightings": [_renewed(s, embeddings) for s in person.sightings]})
        for person in card.people
    ]
    return card.model_copy(update={"people": tuple(people)})


def _renewed(sighting: Sighting, embeddings: Iterator[Embedding | None]) -> Sighting:
    """Return the sighting with the next embeddings: one for each of its spots."""
    own = [(e, spot.quality) for spot, e in zip(sighting.spots, embeddings, strict=False) if e]
    if not own:
        return sighting.model_copy(update={"embedding": None})
    vectors = np.stack([e.vector for e, _ in own]).astype(np.float32)
    vector = np.average(vectors, axis=0, weights=[quality + 1e-3 for _, quality in own])
    embedding = Embedding(model=own[0][0].model, vector=vector.astype(np.float16))
    return sighting.model_copy(update={"embedding": embedding})
