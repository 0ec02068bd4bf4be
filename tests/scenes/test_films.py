"""The films and classifiers that tests of scenes stand on are what they say."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from analyzer.paths import marquee_home
from models import backends
from models.engines import resolve_engine
from tests.scenes import classifier, counting, films, sound

PLAN = [("stripes", 1.3), ("other", 0.9), ("blobs", 2.04), ("checker", 1.0)]


def frames(path: Path) -> tuple[list[float], list[np.ndarray]]:
    """The times and pictures of a film, as they come out of the decoder."""
    with av.open(path) as container:
        decoded = [(frame.time, frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]
    times, pictures = zip(*decoded, strict=True)
    return list(times), list(pictures)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("classifier") / "textures.onnx"
    classifier.write_textures(path)
    return path


@pytest.mark.parametrize("fps", [25, Fraction(30000, 1001)])
def test_a_film_shows_what_it_says(tmp_path: Path, network: Path, fps: Fraction | int) -> None:
    """Each frame by a classifier that has never seen these scenes."""
    shown = films.scene_film(tmp_path / "a.mp4", PLAN, fps=fps, seed=3)
    assert [scene.label for scene in shown] == [label for label, _ in PLAN]
    assert shown[-1].end_s == pytest.approx(5.24, abs=0.02)
    times, pictures = frames(tmp_path / "a.mp4")
    found = classifier.classify(network, pictures).argmax(axis=1)
    labels = sorted(films.LABELS)
    for time, number in zip(times, found, strict=True):
        (scene,) = (s for s in shown if s.start_s - 1e-6 <= time < s.end_s - 1e-6)
        assert labels[number] == scene.label, time


def test_a_dissolve_has_its_middle_where_the_truth_is(tmp_path: Path) -> None:
    plan = [("blobs", 1), ("other", 1)]
    first, second = films.scene_film(tmp_path / "a.mp4", plan, dissolve=10)
    assert first.end_s == second.start_s == 1
    films.scene_film(tmp_path / "b.mp4", plan)
    pairs = zip(frames(tmp_path / "a.mp4")[1], frames(tmp_path / "b.mp4")[1], strict=True)
    blended = [n for n, (a, b) in enumerate(pairs) if np.abs(a - 1.0 * b).mean() > 4]
    assert blended == list(range(21, 29)), "the first and the last hardly"


def test_a_click_begins_each_scene(tmp_path: Path) -> None:
    shown = films.scene_film(tmp_path / "a.mp4", PLAN, sound=True)
    assert sound.heard(tmp_path / "a.mp4") == pytest.approx([scene.start_s for scene in shown], abs=0.002)


@pytest.mark.parametrize("exclusive", [True, False])
def test_a_classifier_is_right(tmp_path: Path, exclusive: bool) -> None:
    """On pictures that it was not fitted to, the way that Marquee runs it."""
    path = tmp_path / "textures.onnx"
    labels = classifier.write_textures(path, exclusive=exclusive)
    names = [*films.LABELS, *([] if exclusive else ["blobs+checker", "other+stripes", "checker+stripes"])]
    names = [name for name in names for _ in range(50)]
    pictures = [films.take(name, 300 + number)(number) for number, name in enumerate(names)]
    held = np.array([[label in name.split("+") for label in labels] for name in names])

    engine = resolve_engine("openvino", "cpu", "auto", 8)
    setup = backends.Setup(marquee_home(), engine, "cpu", 0)
    model = backends.open_model("classifier", f"onnx:{path}", setup)
    assert model.labels == labels == tuple(sorted(films.LABELS))
    scores = model.classify(pictures)
    right = scores.argmax(axis=1) == held.argmax(axis=1) if exclusive else (scores > 0.5) == held
    assert right.mean() > 0.99
    assert scores == pytest.approx(classifier.classify(path, pictures), abs=0.1)
    assert np.allclose(scores.sum(axis=1), 1, atol=0.01) == exclusive


def test_frames_are_counted(tmp_path: Path) -> None:
    counting.counted_film(tmp_path / "a.mp4", 260, fps=Fraction(30000, 1001))
    found = counting.counted(tmp_path / "a.mp4")
    assert found.frames == tuple(range(260))
    late = found.late_s()
    assert len(late) == 25
    assert np.abs(late).max() < 0.002


def test_late_sound_is_found_out(tmp_path: Path) -> None:
    counting.counted_film(tmp_path / "a.mp4", 100)
    found = counting.counted(tmp_path / "a.mp4")
    moved = replace(found, clicks_s=tuple(time + 0.03 for time in found.clicks_s))
    assert moved.late_s() == pytest.approx([0.03] * 9, abs=0.002)
