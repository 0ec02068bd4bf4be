"""Cards: small, and the same after they were written."""

from pathlib import Path

import numpy as np
import pytest

from analyzer.library.cards import CROPS, SPOTS, Card, card_of
from analyzer.library.shelf import Shelf
from tests.keeping import keeper_of
from tests.library.conftest import Films, Place


@pytest.fixture
def card(films: Films) -> Card:
    return card_of(films.balanced, None)


def test_a_card_is_the_same_after_it_was_written(card: Card, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.put(card)
    (again,) = shelf.cards()
    assert again == card
    for before, after in zip(card.people, again.people, strict=True):
        assert list(before.sightings) == list(after.sightings)


def test_a_card_holds_what_the_record_says(card: Card, films: Films) -> None:
    movie = films.balanced
    for person, appearance in zip(movie.people, card.people, strict=True):
        assert (appearance.id, appearance.intervals) == (person.id, person.intervals)
        for track, sighting in zip(person.tracks, appearance.sightings, strict=True):
            whole = movie.tracks[track]
            assert sighting.embedding == whole.embedding
            assert len(sighting.times) == len(whole.faces)
            assert {spot.face for spot in sighting.spots} <= set(whole.faces)
            best = max(movie.faces[i].quality.overall for i in whole.faces)
            assert sighting.spots[0].quality == pytest.approx(best, abs=1e-4)


def test_a_card_keeps_few_faces(card: Card) -> None:
    assert any(len(appearance.sightings) > 1 for appearance in card.people)
    for appearance in card.people:
        assert all(len(sighting.spots) <= SPOTS for sighting in appearance.sightings)
        crops = [spot.crop for sighting in appearance.sightings for spot in sighting.spots]
        assert 1 <= sum(crop is not None for crop in crops) <= CROPS


def test_faces_can_be_taken_out(card: Card) -> None:
    sightings = max((appearance.sightings for appearance in card.people), key=len)
    bare = sightings.without_faces({0})
    assert bare[0].embedding is None
    assert all(spot.crop is None for spot in bare[0].spots)
    assert list(bare[1:]) == list(sightings[1:])
    rows, vectors = bare.vectors("dlib+mirrored")
    assert len(rows) == len(vectors) == len(sightings) - 1
    assert 0 not in rows


def test_a_sequence_like_any_other(card: Card) -> None:
    sightings = max((appearance.sightings for appearance in card.people), key=len)
    assert sightings[-1] == list(sightings)[-1]
    with pytest.raises(IndexError):
        sightings[len(sightings)]
    assert np.all(sightings.columns.starts <= sightings.columns.ends)


def test_a_damaged_card_is_renewed_from_its_sidecar(place: Place, films: Films) -> None:
    shelf = Shelf(place.home / "library")
    video = films.fast.source.oshash
    sound = list(shelf.cards())
    shelf.path(video).write_bytes(b"{")
    assert len(list(shelf.cards())) == 1
    assert shelf.damaged == [shelf.path(video)]
    path = place.films / (films.video.name + ".marquee.json")
    assert not shelf.is_current(video, path)
    assert keeper_of(place.home).found(path, place.films / films.video.name, video) is None
    assert shelf.is_current(video, path)
    assert list(shelf.cards()) == sound
