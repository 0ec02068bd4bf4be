"""Cards of one person, taken out of photos or galleries, and what the journal calls them by."""

import hashlib

from analyzer.library.cards import Card, card_of
from analyzer.library.decisions import Anchor, anchor_of
from analyzer.records import Movie


def card_of_one(movie: Movie) -> Card:
    """Return the card of a record of one person; see analyzer.library.excerpt.

    It has a fingerprint of its own: another person of the same pictures gets another card.
    """
    boxes = "\n".join(str(face.box) for face in movie.faces)
    digest = hashlib.sha256(f"{movie.source.oshash}\n{boxes}".encode()).hexdigest()[:16]
    source = movie.source.model_copy(update={"oshash": digest})
    return card_of(movie.model_copy(update={"source": source}), None)


def anchors_of(card: Card) -> tuple[Anchor, ...]:
    """Return what all sightings of a card are found by."""
    seen = (sighting for person in card.people for sighting in person.sightings)
    return tuple(anchor_of(card.video, sighting.spots[0]) for sighting in seen)
