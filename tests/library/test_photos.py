"""Which face of each photo is the person's."""

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from analyzer.library.enrolling import anchors_of, card_of_one
from analyzer.library.photos import TURNS, Choice, choose
from analyzer.media.gallery import common_folder, name_in
from analyzer.pipeline import analyze_pictures
from tests.photos import photos_of


def look(files: list[Path]) -> Choice:
    looks = [analyze_pictures(files, turn=turn, only=["faces"]) for turn in TURNS]
    return choose(looks, [name_in(common_folder(files), file) for file in files])


def used(choice: Choice) -> set[str]:
    assert choice.movie is not None
    return {Path(choice.movie.keyframes[face.keyframe].picture or "").name for face in choice.movie.faces}


@pytest.fixture
def powell(shared: Path, tmp_path: Path) -> list[Path]:
    """Four photos of one person, in a folder of their own."""
    return [Path(shutil.copy(file, tmp_path)) for file in photos_of(shared, "Colin_Powell")[:4]]


def turned(photo: Path, how: int) -> Path:
    target = photo.with_name(f"turned-{how}.png")
    cv2.imwrite(str(target), cv2.rotate(cv2.imread(str(photo)), how))
    photo.unlink()
    return target


def test_photos_of_one_person_are_all_used(powell: list[Path]) -> None:
    choice = look(powell)
    assert used(choice) == {photo.name for photo in powell}
    assert not choice.left_out
    assert choice.movie is not None
    (person,) = choice.movie.people
    assert person.confidence > 0.9
    assert len(person.tracks) == 4


def test_a_photo_of_somebody_else_is_left_out(powell: list[Path], shared: Path) -> None:
    other = photos_of(shared, "David_Beckham")[0]
    choice = look([*powell, Path(shutil.copy(other, powell[0].parent))])
    assert used(choice) == {photo.name for photo in powell}
    assert choice.left_out == {other.name: "shows a face that is not like those of the other photos"}


def test_photos_without_a_face_and_damaged_ones_are_left_out(powell: list[Path], shared: Path) -> None:
    folder = powell[0].parent
    cv2.imwrite(str(folder / "wall.png"), np.random.default_rng(0).integers(0, 255, (300, 300, 3), np.uint8))
    cv2.imwrite(str(folder / "same.png"), cv2.imread(str(powell[1])))
    corrupt = Path(shutil.copy(shared / "odd" / "repo" / "danbooru_test-corrupt.jpg", folder))
    choice = look([*powell, folder / "wall.png", folder / "same.png", corrupt])
    assert used(choice) == {photo.name for photo in powell}
    assert choice.left_out == {
        "wall.png": "shows no face, whichever way it is turned",
        "same.png": f"is the same picture as {powell[1].name}",
        corrupt.name: "cannot be read: it is damaged, or of no known format",
    }


@pytest.mark.parametrize("how", [cv2.ROTATE_180, cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_90_COUNTERCLOCKWISE])
def test_a_photo_upside_down_or_on_its_side_is_used(powell: list[Path], how: int) -> None:
    *others, first = powell
    choice = look([*others, turned(first, how)])
    assert not choice.left_out
    assert len(used(choice)) == 4


def test_a_single_photo_upside_down_is_used(powell: list[Path]) -> None:
    upright = look([powell[0]]).movie
    down = look([turned(powell[0], cv2.ROTATE_180)]).movie
    assert upright is not None
    assert down is not None
    a, b = (movie.faces[0].embedding for movie in (upright, down))
    assert a is not None
    assert b is not None
    assert np.linalg.norm(a.vector.astype(float) - b.vector) < 0.2


def test_of_several_faces_the_one_of_the_other_photos_is_taken(powell: list[Path], shared: Path) -> None:
    other = cv2.imread(str(photos_of(shared, "David_Beckham")[0]))
    both = powell[0].with_name("both.png")
    cv2.imwrite(str(both), np.hstack([other, cv2.imread(str(powell[0]))]))
    choice = look([both, *powell[1:]])
    assert not choice.left_out
    assert choice.movie is not None
    face = next(f for f in choice.movie.faces if choice.movie.keyframes[f.keyframe].picture == "both.png")
    assert face.box[0] > other.shape[1]


def test_a_single_photo_of_a_couple_tells_nobody(shared: Path) -> None:
    choice = look([shared / "faces" / "deepface" / "couple.jpg"])
    assert choice.movie is None
    assert "shows 2 faces" in choice.left_out["couple.jpg"]


def test_photos_that_agree_on_nobody_are_of_no_use(powell: list[Path], shared: Path) -> None:
    choice = look([powell[0], photos_of(shared, "David_Beckham")[0]])
    assert choice.movie is None
    assert len(choice.left_out) == 2


def test_the_card_of_photos_is_its_own(powell: list[Path]) -> None:
    movie = look(powell).movie
    assert movie is not None
    card = card_of_one(movie)
    assert card == card_of_one(movie)
    assert card.video != movie.source.oshash
    assert (card.gallery, card.sidecar, len(card.people)) == (True, None, 1)
    anchors = anchors_of(card)
    assert len(anchors) == 4
    assert {anchor.video for anchor in anchors} == {card.video}
    for sighting in card.people[0].sightings:
        assert sighting.spots[0].crop is not None
