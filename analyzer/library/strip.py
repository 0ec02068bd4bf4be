"""Taking a person's face out of a record or a card: embeddings, crops and references; who was when stays."""

from collections.abc import Iterable
from typing import TypeVar

from analyzer.library.cards import Card, card_of, people_of, tracks_of
from analyzer.library.decisions import Anchor
from analyzer.library.placing import Finder
from analyzer.records import Face, Movie, Track

T = TypeVar("T", Face, Track)


def strip_movie(movie: Movie, anchors: Iterable[Anchor]) -> Movie:
    """Return a record without the faces of whoever is seen at the anchors.

    Faces that belong to nobody go, too: they tell little, but may be of the same person.
    """
    kept = [tracks_of(person, movie) for person in people_of(movie)]
    found = _rows(card_of(movie, None), anchors)
    tracks = {kept[a][row] for a, rows in found.items() for row in rows}
    if not tracks:
        return movie
    owned = {track for person in movie.people for track in person.tracks} - tracks
    tracks |= {*range(len(movie.tracks))} - owned
    others = {face for track in owned for face in movie.tracks[track].faces}
    faces = {*range(len(movie.faces))} - others
    changed = {
        "faces": tuple(_bare(face) if i in faces else face for i, face in enumerate(movie.faces)),
        "tracks": tuple(_bare(track) if i in tracks else track for i, track in enumerate(movie.tracks)),
        "people": tuple(
            person.model_copy(update={"reference": ()}) if tracks & {*person.tracks} else person
            for person in movie.people
        ),
    }
    return movie.model_copy(update=changed)


def strip_card(card: Card, anchors: Iterable[Anchor]) -> Card:
    """Return a card without the faces of whoever is seen at the anchors."""
    found = _rows(card, anchors)
    people = list(card.people)
    for a, rows in found.items():
        bare = people[a].sightings.without_faces(rows)
        people[a] = people[a].model_copy(update={"sightings": bare})
    return card.model_copy(update={"people": tuple(people)})


def _rows(card: Card, anchors: Iterable[Anchor]) -> dict[int, set[int]]:
    """The sightings meant, by appearance; all of an appearance of which most are meant.

    Another run may have found tracks of the person where there is no anchor.
    """
    finder = Finder(card)
    found: dict[int, set[int]] = {}
    for anchor in anchors:
        if hit := finder.find(anchor):
            (a, row), _ = hit
            found.setdefault(a, set()).add(row)
    for a, rows in found.items():
        every = range(len(card.people[a].sightings))
        if len(rows) > len(every) / 2:
            rows.update(every)
    return found


def _bare(seen: T) -> T:
    gone = {"embedding": None} | ({"crop": None} if isinstance(seen, Face) else {})
    return seen.model_copy(update=gone)
