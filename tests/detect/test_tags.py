"""Tags and features of a classifier of the user's own: trained here, then the whole way to the sidecar."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from analyzer import analyze, manifest
from analyzer.detect.batch import Batch
from analyzer.detect.networks import shared_networks
from analyzer.detect.opening import open_detectors
from analyzer.detect.table import KINDS
from analyzer.detect.tags import Seen, sum_up
from analyzer.jobs import Job, Outcome
from analyzer.media.frame import Frame
from analyzer.records import Movie, Tag
from analyzer.settings import Settings, load
from analyzer.stores import sidecar
from models import files
from tests import colours
from tests.conftest import Demo
from tests.keeping import outcomes
from tests.movies import keyframe

QUIET = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")
"""Of Keras as it saves a network."""


def test_tags_are_summed_up_longest_first() -> None:
    """A keyframe counts for those that repeat it; black ones count for nothing."""
    frames = [keyframe(0, 2, seen_as=0), keyframe(2, 3, seen_as=0), keyframe(5, 1), keyframe(6, 4, seen_as=3)]
    seen = [Seen(0, "sea", 0.5), Seen(0, "boat", 0.9), Seen(3, "sea", 0.8), Seen(3, "gull", 0.6)]
    assert sum_up(seen, frames) == (
        Tag(name="sea", score=0.8, screen_time_s=9),
        Tag(name="boat", score=0.9, screen_time_s=5),
        Tag(name="gull", score=0.6, screen_time_s=4),
    )
    assert sum_up([], frames) == ()


def test_without_a_model_there_is_no_stage(demo: Demo) -> None:
    settings = load()
    assert settings.tags.model == "none"
    assert "tags" not in manifest.expected(settings)
    assert open_detectors(["tags"], shared_networks(settings), settings) == {}
    assert "tags" not in demo.movie.manifest
    assert demo.movie.tags == ()


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("tensorflow")
    return colours.save(tmp_path_factory.mktemp("classifier"))


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return colours.film(tmp_path_factory.mktemp("film"), ("red", 2), ("blue", 4), ("red", 1))


@pytest.fixture
def video(film: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(film, tmp_path))


def settings_with(model: Path, *more: str) -> Settings:
    return load(assignments=[f"tags.model=keras:{model}", f"features.model=keras:{model}", *more])


def go(video: Path, settings: Settings) -> Outcome:
    (outcome,) = outcomes({video: Path()}, Job(settings))
    assert outcome.error is None
    return outcome


@pytest.mark.extras
@QUIET
def test_what_a_film_shows_is_in_its_sidecar(video: Path, classifier: Path) -> None:
    first = go(video, settings_with(classifier))
    movie = sidecar.read(sidecar.sidecar_path(video))
    assert movie is not None
    assert movie == first.movie
    assert [tag.name for tag in movie.tags] == ["blue", "red"]
    for tag, seconds in zip(movie.tags, (4, 3), strict=True):
        assert tag.screen_time_s == pytest.approx(seconds, abs=0.3)
        assert 0.9 < tag.score <= 1

    label = f"keras:colours.keras@{movie.manifest['features'].models[f'keras:{classifier}'][:12]}"
    assert {feature.model for feature in movie.image_features} == {label}
    assert {feature.vector.shape for feature in movie.image_features} == {(16,)}
    assert go(video, settings_with(classifier)).status == "fresh"


@pytest.mark.extras
@QUIET
def test_another_threshold_redoes_tags_alone(video: Path, classifier: Path) -> None:
    settings, picky = settings_with(classifier), settings_with(classifier, "tags.min_score=1")
    before = analyze(video, settings)
    assert manifest.stale(before.manifest, manifest.expected(picky)) == ("tags",)
    after = analyze(video, picky, previous=before)
    assert len(after.tags) < len(before.tags)
    assert _without_tags(after) == _without_tags(before)


def _without_tags(movie: Movie) -> Movie:
    stages = {name: stage for name, stage in movie.manifest.items() if name != "tags"}
    assert set(stages) >= set(KINDS) - {"tags"}
    return movie.model_copy(update={"tags": (), "manifest": stages})


@pytest.mark.extras
@QUIET
def test_other_labels_are_other_tags(video: Path, classifier: Path, tmp_path: Path) -> None:
    """Though the file is the same: what its description says counts, too."""
    model = Path(shutil.copy(classifier, tmp_path))
    plain = go(video, settings_with(model)).movie
    assert plain is not None
    assert [tag.name for tag in plain.tags] == ["class_0", "class_2"]
    assert f"@{files.sha256_of(model)[:12]}" in plain.image_features[0].model
    model.with_suffix(".toml").write_text('labels = ["sea", "grass", "fire"]')
    named = go(video, settings_with(model)).movie
    assert named is not None
    assert [tag.name for tag in named.tags] == ["sea", "fire"]


@pytest.mark.extras
@QUIET
def test_features_beyond_half_precision_are_cut_off(tmp_path: Path, portraits: list[np.ndarray]) -> None:
    keras = pytest.importorskip("keras")
    stretched = [keras.layers.Input((8, 8, 3)), keras.layers.Rescaling(1e6)]
    keras.Sequential(stretched).save(tmp_path / "a.keras")
    settings = load(assignments=[f"features.model=keras:{tmp_path / 'a.keras'}"])
    (detector,) = open_detectors(["features"], shared_networks(settings), settings).values()
    (feature,) = detector.detect(Batch([Frame(0, 0, portraits[0], (1, 1))]))
    assert feature.vector.tolist() == [65504] * 3
