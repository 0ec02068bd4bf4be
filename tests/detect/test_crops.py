"""Crops of faces, and another model's embeddings from them."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from analyzer import analyze
from analyzer.demo import pictures
from analyzer.detect.crops import LARGEST, SMALLEST, keep_best, make_crop, points_in, read_crop
from analyzer.detect.table import PARTS, Part
from analyzer.library.cards import Appearance, Card, Sighting, Spot
from analyzer.library.reembedding import reembed_card
from analyzer.library.shelf import Shelf
from analyzer.records import Embedding, Face, Movie, Track
from analyzer.settings import Settings, load
from analyzer.worker import Worker
from models.alignment import DLIB
from tests.conftest import Demo
from tests.keeping import keeper_of
from tests.movies import face


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings that choose another embedder."""
    part = Part("tests.detect.plain:PlainDlib", ("dlib",))
    monkeypatch.setitem(PARTS["faces.embedder"], "plain", part)
    return load(assignments=["faces.embedder=plain"])


def distance(a: Embedding | None, b: Embedding | None) -> float:
    assert a is not None
    assert b is not None
    assert a.model == b.model
    return float(np.linalg.norm(a.vector.astype(float) - b.vector))


def models_in(movie: Movie) -> set[str]:
    faces = {f.embedding.model for f in movie.faces if f.embedding}
    tracks = {t.embedding.model for t in movie.tracks if t.embedding}
    return faces | tracks | {e.model for person in movie.people for e in person.reference}


def test_the_best_faces_of_each_track_have_crops(demo: Demo) -> None:
    movie = demo.movie
    for track in movie.tracks:
        cropped = [i for i in track.faces if movie.faces[i].crop is not None]
        assert len(cropped) == min(2, len(track.faces))
        least = min(movie.faces[i].quality.overall for i in cropped)
        assert all(movie.faces[i].quality.overall <= least for i in set(track.faces) - set(cropped))


def test_a_crop_shows_the_face_where_it_says(demo: Demo) -> None:
    """The chip that comes out of a crop is the one that comes out of the picture."""
    for image in pictures().values():
        points = np.float32([[300, 200], [270, 202], [200, 200], [230, 202], [250, 260]])
        crop = read_crop(make_crop(image, points))
        assert crop is not None
        from_crop, whole = DLIB.cut(crop, points_in(len(crop))), DLIB.cut(image, points)
        difference = np.abs(from_crop.astype(float) - whole)
        assert difference.mean() < 6


@pytest.mark.parametrize("size", [5, 40, 90, 2000])
def test_crops_are_as_large_as_the_face_was_seen(size: int) -> None:
    image = np.full((64, 64, 3), 90, np.uint8)
    crop = read_crop(make_crop(image, DLIB.places * (size / 150)))
    assert crop is not None
    assert SMALLEST <= len(crop) <= LARGEST
    assert len(crop) <= max(SMALLEST, 2 * size)


def test_the_templates_of_embedders_lie_inside() -> None:
    """ArcFace's 112 pixels, placed by the eyes, and dlib's 150."""
    left, right = points_in(LARGEST)[[0, 1]].mean(0), points_in(LARGEST)[[2, 3]].mean(0)
    unit = np.linalg.norm(left - right) / (73.5318 - 38.2946)
    corner = right - unit * np.array([38.2946, 51.6963])
    assert (corner >= 0).all()
    assert (corner + 112 * unit <= LARGEST).all()
    matrix = cv2.estimateAffinePartial2D(DLIB.places, points_in(LARGEST))[0]
    corners = np.float32([[0, 0], [150, 150]]) @ matrix[:, :2].T + matrix[:, 2]
    assert (corners >= 0).all()
    assert (corners <= LARGEST).all()


def test_what_is_no_crop_is_none() -> None:
    large = cv2.imencode(".jpg", np.zeros((LARGEST + 1, LARGEST + 1, 3), np.uint8))[1]
    oblong = cv2.imencode(".jpg", np.zeros((100, 50, 3), np.uint8))[1]
    for data in (large, oblong, np.zeros(0, np.uint8), np.arange(200, dtype=np.uint8)):
        assert read_crop(data) is None


def test_only_the_best_are_kept() -> None:
    def cropped(quality: float) -> Face:
        return face(0, None, quality).model_copy(update={"crop": np.ones(3, np.uint8)})

    faces = [cropped(0.2), cropped(0.9), cropped(0.5), face(0, None, 1.0), cropped(0.7)]
    track = Track(shot=0, start_s=0, end_s=1, faces=(0, 1, 2, 3), embedding=None)
    assert [f.crop is not None for f in keep_best(faces, [track], 2)] == [False, True, True, False, False]
    assert all(f.crop is None for f in keep_best(faces, [track], 0))


def test_another_embedder_needs_no_video(demo: Demo, plain: Settings) -> None:
    told: list[float] = []
    movie = analyze(demo.video, plain, previous=demo.movie, progress=lambda done, total: told.append(done))
    whole = analyze(demo.video, plain)
    assert not told
    assert movie.manifest == whole.manifest
    assert models_in(movie) == models_in(whole) == {"dlib"}
    assert len(movie.people) == len(whole.people)
    for got, want in zip(movie.faces, whole.faces, strict=True):
        if got.crop is None:
            assert got.embedding is None
        else:
            assert distance(got.embedding, want.embedding) < 0.12
    again = analyze(demo.video, previous=movie)
    assert models_in(again) == {"dlib+mirrored"}


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_crops_change_nothing_else(demo: Demo, count: int) -> None:
    """Faces that have no crop keep their embeddings."""
    movie = analyze(demo.video, load(assignments=[f"people.crops={count}"]), previous=demo.movie)
    assert len(movie.faces) == len(demo.movie.faces)
    for got, before in zip(movie.faces, demo.movie.faces, strict=True):
        assert got.model_copy(update={"crop": None}) == before.model_copy(update={"crop": None})
    for track in movie.tracks:
        assert sum(movie.faces[i].crop is not None for i in track.faces) == min(count, len(track.faces))
    assert movie.people == demo.movie.people


def test_without_crops_another_embedder_needs_the_video(demo: Demo, plain: Settings) -> None:
    def crops(movie: Movie) -> int:
        return sum(face.crop is not None for face in movie.faces)

    none = load(assignments=["people.crops=0"])
    told: list[float] = []
    bare = analyze(demo.video, none, previous=demo.movie, progress=lambda done, total: told.append(done))
    assert not told
    assert (crops(bare), len(bare.faces)) == (0, len(demo.movie.faces))
    other = none.model_copy(update={"faces": plain.faces})
    movie = analyze(demo.video, other, previous=bare, progress=lambda done, total: told.append(done))
    assert told
    assert all(face.embedding for face in movie.faces)
    assert crops(analyze(demo.video, previous=bare)) == crops(demo.movie)


@pytest.fixture
def card(demo: Demo) -> Card:
    """The card of the demo: each track's faces with crops, without embeddings."""
    movie = demo.movie

    def sighting(track: Track) -> Sighting:
        cropped = [i for i in track.faces if movie.faces[i].crop is not None]
        spots = tuple(
            Spot(
                face=i,
                time_s=0,
                box=(0, 0, 1, 1),
                quality=movie.faces[i].quality.overall,
                crop=movie.faces[i].crop,
            )
            for i in cropped
        )
        return Sighting(start_s=0, end_s=1, times=(0,), spots=spots, embedding=None, weight=1)

    people = [
        Appearance(
            id=person.id,
            role=person.role,
            screen_time_s=1,
            intervals=(),
            confidence=1,
            sightings=tuple(sighting(movie.tracks[t]) for t in person.tracks),
        )
        for person in movie.people
    ]
    return Card(
        video="0" * 16, path="a.mp4", sidecar=None, gallery=False, duration_s=15, people=tuple(people)
    )


def test_a_card_is_renewed_from_its_crops(demo: Demo, card: Card, plain: Settings) -> None:
    renewed = reembed_card(card, plain)
    for person, want in zip(renewed.people, demo.movie.people, strict=True):
        for sighting in person.sightings:
            assert sighting.embedding is not None
            assert sighting.embedding.model == "dlib"
        assert len(person.sightings) == len(want.tracks)


def test_the_worker_renews_cards(demo: Demo, card: Card) -> None:
    with Worker(load()) as worker:
        renewed = worker.reembed(card)
    for person, want in zip(renewed.people, demo.movie.people, strict=True):
        for sighting, track in zip(person.sightings, want.tracks, strict=True):
            assert distance(sighting.embedding, demo.movie.tracks[track].embedding) < 0.15


def test_a_run_renews_what_no_sidecar_can(demo: Demo, card: Card, plain: Settings, tmp_path: Path) -> None:
    """Cards of photos; those of videos come with their records."""
    shelf = Shelf(tmp_path / "library")
    older = reembed_card(card, plain)
    shelf.put(older)
    shelf.put(older.model_copy(update={"video": "1" * 16, "sidecar": "a.mp4.marquee.json"}))
    with Worker(load()) as worker:
        assert keeper_of(tmp_path).renew(demo.movie, worker.reembed) is None
    models = {
        card.video: {s.embedding.model for p in card.people for s in p.sightings if s.embedding}
        for card in shelf.cards()
    }
    assert models == {"0" * 16: {"dlib+mirrored"}, "1" * 16: {"dlib"}}
