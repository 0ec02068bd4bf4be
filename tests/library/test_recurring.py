"""Who recurs across galleries that show each person only a little."""

from pathlib import Path

import pytest

from analyzer.library.recurring import Recurring, find_recurring
from analyzer.pipeline import analyze_pictures
from analyzer.records import Movie
from tests.photos import photos_of, strangers

GALLERIES = 6


@pytest.fixture(scope="module")
def galleries(shared: Path) -> list[Movie]:
    """Six galleries: two photos each of one person, eight of people who are in no other."""
    others, own = strangers(shared), photos_of(shared, "Jack_Straw")
    return [
        analyze_pictures([*others[8 * i : 8 * i + 8], *own[2 * i : 2 * i + 2]], only=["faces"])
        for i in range(GALLERIES)
    ]


def shown(person: Recurring, movies: list[Movie]) -> list[str]:
    """The names of all whose faces were taken for one person's."""
    names = []
    for item, tracks in person.tracks.items():
        movie = movies[item]
        faces = [movie.faces[face] for t in tracks for face in movie.tracks[t].faces]
        names += [Path(movie.keyframes[face.keyframe].picture or "").parent.name for face in faces]
    return names


def test_the_face_that_galleries_have_in_common_is_found(galleries: list[Movie]) -> None:
    first, *others = find_recurring(galleries)
    assert len(first.tracks) == GALLERIES
    names = shown(first, galleries)
    assert names.count("Jack_Straw") >= 11
    assert len(names) - names.count("Jack_Straw") <= 1
    assert first.confidence > 0.8
    assert all(len(other.tracks) <= 2 for other in others)


def test_the_best_faces_are_evidence(galleries: list[Movie]) -> None:
    person = find_recurring(galleries)[0]
    best = person.best_faces(galleries)
    assert list(best) == list(range(GALLERIES))
    for item, face in best.items():
        excerpt = person.excerpt(galleries, item)
        assert len(excerpt.people) == 1
        assert excerpt.people[0].best_faces[0] == face


def test_nobody_is_common_to_galleries_of_strangers(shared: Path) -> None:
    others = strangers(shared)
    movies = [analyze_pictures(others[8 * i : 8 * i + 8], only=["faces"]) for i in range(GALLERIES)]
    for person in find_recurring(movies):
        assert len(person.tracks) == 2
        assert person.confidence < 0.7


def test_two_faces_of_one_picture_are_two_people(galleries: list[Movie]) -> None:
    for person in find_recurring(galleries):
        for item, tracks in person.tracks.items():
            faces = [face for t in tracks for face in galleries[item].tracks[t].faces]
            looks = [galleries[item].faces[face].keyframe for face in faces]
            assert len(looks) == len(set(looks))


def test_without_faces_nobody_recurs(movie: Movie) -> None:
    assert find_recurring([movie, movie]) == []
