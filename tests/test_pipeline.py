"""The main job on the demo film, whose truth is exact."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from analyzer import analyze
from analyzer.errors import InputError, MediaError, UsageError
from analyzer.media.write import write_video
from analyzer.records import Movie
from analyzer.settings import load
from tests.clips import nobody_clip
from tests.conftest import Demo


def decoded(video: Path, **options: object) -> tuple[Movie, bool]:
    """Analyze and tell whether anything was decoded."""
    calls: list[float] = []
    movie = analyze(video, progress=lambda done, total: calls.append(done), **options)  # type: ignore[arg-type]
    return movie, bool(calls)


def test_the_shots_are_those_of_the_film(demo: Demo) -> None:
    want = [part.shot for part in demo.truth]
    assert len(demo.movie.shots) == len(want)
    for got, shot, part in zip(demo.movie.shots, want, demo.truth, strict=True):
        assert got.start_s == pytest.approx(shot.start_s, abs=0.1 + part.transition_s / 2)
    assert demo.movie.shots[-1].end_s == pytest.approx(want[-1].end_s, abs=0.05)


def test_the_astronaut_is_billed_first(demo: Demo) -> None:
    def seconds(name: str) -> float:
        return sum(p.shot.end_s - p.shot.start_s for p in demo.truth if name in p.people)

    assert [person.role for person in demo.movie.people] == ["lead", "lead"]
    first, second = demo.movie.people
    assert first.screen_time_s == pytest.approx(seconds("astronaut"), abs=1)
    assert second.screen_time_s == pytest.approx(seconds("grace-hopper"), abs=1)


def test_every_shot_shows_the_right_number_of_faces_and_poses(demo: Demo) -> None:
    movie = demo.movie
    for number, part in enumerate(demo.truth):
        frames = [k for k, keyframe in enumerate(movie.keyframes) if keyframe.shot == number]
        middle = frames[len(frames) // 2]
        assert sum(face.keyframe == middle for face in movie.faces) == len(part.people), number
        assert sum(pose.keyframe == middle for pose in movie.poses) >= 1, number


def test_the_records_are_sound(demo: Demo) -> None:
    movie = demo.movie
    assert sum(k.span_s for k in movie.keyframes) == pytest.approx(movie.source.duration_s, abs=0.01)
    assert [f.keyframe for f in movie.faces] == sorted(f.keyframe for f in movie.faces)
    for face in movie.faces:
        x0, y0, x1, y1 = face.box
        assert -50 < x0 < x1 < 1330, face.box
        assert -50 < y0 < y1 < 770, face.box
        assert face.embedding is not None
        assert 1 < np.linalg.norm(face.embedding.vector.astype(float)) < 2
        assert (face.points >= [x0 - 5, y0 - 5]).all()
        assert (face.points <= [x1 + 5, y1 + 5]).all()
    assert {f.keyframe for f in movie.image_features} == {
        i for i, k in enumerate(movie.keyframes) if k.seen_as == i
    }


def test_a_fresh_record_is_returned_as_it_is(demo: Demo) -> None:
    movie, touched = decoded(demo.video, previous=demo.movie)
    assert movie == demo.movie
    assert not touched


def test_people_alone_are_done_again_without_decoding(demo: Demo) -> None:
    """As after a change of how faces are grouped."""
    stages = demo.movie.manifest
    older = stages | {"people": stages["people"].model_copy(update={"version": 0})}
    before = demo.movie.model_copy(update={"manifest": older, "people": (), "tracks": ()})
    movie, touched = decoded(demo.video, previous=before)
    assert not touched
    assert movie == demo.movie


def test_one_stale_kind_leaves_the_others(demo: Demo) -> None:
    picky = load(assignments=["objects.min_score=0.8"])
    movie, touched = decoded(demo.video, settings=picky, previous=demo.movie)
    assert touched
    assert all(thing.score >= 0.8 for thing in movie.objects)
    assert len(movie.objects) < len(demo.movie.objects)
    assert (movie.faces, movie.poses) == (demo.movie.faces, demo.movie.poses)


def test_other_keyframes_make_everything_stale(demo: Demo) -> None:
    fast = load(assignments=["keyframes.effort=fast"])
    movie, touched = decoded(demo.video, settings=fast, previous=demo.movie, only=["poses"])
    assert touched
    assert set(movie.manifest) == {"frames", "poses"}
    assert movie.poses
    assert not movie.faces


def test_frames_that_came_out_otherwise_lose_nothing(demo: Demo) -> None:
    """Another version of the decoder may give other frames under the same settings."""
    others = tuple(k.model_copy(update={"sharpness": k.sharpness + 1}) for k in demo.movie.keyframes)
    before = demo.movie.model_copy(update={"keyframes": others})
    movie = analyze(demo.video, previous=before, only=["objects"], force=True)
    assert movie == demo.movie


def test_only_looks_for_what_is_asked(demo: Demo) -> None:
    movie = analyze(demo.video, only=["objects"])
    assert set(movie.manifest) == {"frames", "objects"}
    assert movie.objects == demo.movie.objects
    assert movie.faces == movie.poses == movie.image_features == movie.people == ()
    more = analyze(demo.video, previous=movie)
    assert more == demo.movie


def test_a_changed_file_is_analyzed_anew(demo: Demo, tmp_path: Path) -> None:
    video = shutil.copy(demo.video, tmp_path / "x.mp4")
    with Path(video).open("ab") as file:
        file.write(b"\0" * 8)
    _, touched = decoded(Path(video), previous=demo.movie)
    assert touched


def test_a_file_that_grows_while_it_is_read_is_refused(demo: Demo, tmp_path: Path) -> None:
    video = Path(shutil.copy(demo.video, tmp_path / "x.mp4"))

    def grow(done_s: float, duration_s: float) -> None:
        with video.open("ab") as file:
            file.write(b"\0" * 8)

    with pytest.raises(InputError, match="changed while it was read"):
        analyze(video, only=["objects"], progress=grow)


def test_progress_is_told_though_nothing_is_analyzed(tmp_path: Path) -> None:
    """A still picture or black leaves no new frames to look at for hours: that is no standstill."""
    video = tmp_path / "still.mp4"
    still = np.full((90, 160, 3), 80, np.uint8)
    write_video(video, (still for _ in range(1500)), 25, options={"preset": "ultrafast", "g": 50})
    told: list[float] = []
    movie = analyze(video, progress=lambda done, total: told.append(done))
    assert sum(k.seen_as == i for i, k in enumerate(movie.keyframes)) <= 1
    assert len(told) > 10
    assert told == sorted(told)


def test_a_film_without_people_has_none(tmp_path: Path) -> None:
    movie = analyze(nobody_clip(tmp_path))
    assert movie.people == ()
    assert movie.shots
    assert movie.keyframes


def test_what_cannot_be_analyzed_is_an_error(tmp_path: Path, demo: Demo) -> None:
    (tmp_path / "noise.mp4").write_bytes(bytes(range(256)) * 100)
    with pytest.raises(MediaError):
        analyze(tmp_path / "noise.mp4")
    with pytest.raises(UsageError, match="did you mean 'faces'"):
        analyze(demo.video, only=["face"])
    with pytest.raises(UsageError, match="did you mean 'blazeface'"):
        analyze(demo.video, load(assignments=["faces.detector=blazefase"]))
