"""What a store keeps of a real record."""

import shutil
from pathlib import Path

import pytest

from analyzer.paths import as_uri, from_uri
from analyzer.stores import sidecar
from analyzer.stores.entries import Entry, entry_of
from tests.conftest import Demo


@pytest.fixture
def entry(demo: Demo, tmp_path: Path) -> Entry:
    video = Path(shutil.copy(demo.video, tmp_path / "film.mp4"))
    sidecar.write(sidecar.sidecar_path(video), demo.movie)
    return entry_of(demo.movie, sidecar.sidecar_path(video))


def test_the_row_is_of_the_video_beside_the_sidecar(entry: Entry, demo: Demo, tmp_path: Path) -> None:
    assert entry.row.uri == as_uri(tmp_path / "film.mp4")
    assert from_uri(entry.row.sidecar) == tmp_path / "film.mp4.marquee.json"
    assert entry.row.video == demo.movie.source.oshash
    assert entry.row.leads == sum(person.role == "lead" for person in demo.movie.people) > 0


def test_performers_are_in_billing_order_with_their_faces(entry: Entry, demo: Demo) -> None:
    assert [(one.id, one.billing) for one in entry.performers] == [
        (person.id, n) for n, person in enumerate(demo.movie.people, 1)
    ]
    first = demo.movie.people[0]
    faces = {face for track in first.tracks for face in demo.movie.tracks[track].faces}
    assert {face.number for face in entry.faces if face.person == first.id} == faces
    assert len(entry.faces) == len(demo.movie.faces)


def test_objects_are_summed_up_by_class(entry: Entry, demo: Demo) -> None:
    assert entry.objects
    assert sum(seen.count for seen in entry.objects) == len(demo.movie.objects)
    for seen in entry.objects:
        own = [found for found in demo.movie.objects if found.label == seen.label]
        assert seen.score == max(found.score for found in own)
        assert 0 < seen.screen_time_s <= demo.movie.source.duration_s + 1e-3


def test_nothing_to_recognise_somebody_by_is_kept(entry: Entry, demo: Demo) -> None:
    text = entry.model_dump_json()
    dumped = demo.movie.model_dump(mode="json")
    vectors = [face["embedding"]["vector"] for face in dumped["faces"] if face["embedding"]]
    crops = [face["crop"] for face in dumped["faces"] if face["crop"]]
    assert vectors
    assert crops
    assert not [secret for secret in (*vectors, *crops) if secret[:40] in text]
