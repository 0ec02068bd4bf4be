"""The classes that a record gives, without a classifier."""

from pathlib import Path

import numpy as np
import pytest

from analyzer.pipeline import analyze
from analyzer.records import Movie
from analyzer.scenes.recorded import score_record
from analyzer.settings import load


@pytest.fixture(scope="module")
def movie(shared: Path) -> Movie:
    """Six shots: a woman close to the camera, three people, two, ..., nobody's face in none."""
    return analyze(shared / "videos/GENERATED_intel_ccby_multishot.mp4", load())


def column(movie: Movie, label: str) -> np.ndarray:
    scores = score_record(movie, 1.0)
    return scores.weights[:, scores.labels.index(label)]


def test_each_look_is_of_one_number_of_people_and_one_size(movie: Movie) -> None:
    scores = score_record(movie, 1.0)
    assert len(scores.weights) == round(movie.source.duration_s)
    people = np.stack([column(movie, name) for name in ("solo", "pair", "group", "other")])
    assert (people.sum(axis=0) == 1).all()
    sizes = np.stack([column(movie, name) for name in ("close-up", "medium", "wide")])
    assert (sizes.sum(axis=0) <= 1).all()
    assert column(movie, "solo")[:6].all()
    assert column(movie, "close-up")[0] == 1
    assert column(movie, "group")[-1] == column(movie, "wide")[-1] == 1


def test_leads_are_classes_while_they_are_on_screen(movie: Movie) -> None:
    for person in movie.people:
        if person.role == "extra":
            continue
        times = np.arange(round(movie.source.duration_s)) + 0.5
        there = [any(a <= time < b for a, b in person.intervals) for time in times]
        assert column(movie, person.id).astype(bool).tolist() == there


def test_objects_keep_their_scores(movie: Movie) -> None:
    for label in {thing.label for thing in movie.objects}:
        best = max(thing.score for thing in movie.objects if thing.label == label)
        assert 0 < column(movie, label).max() <= np.float32(best)
    assert column(movie, "face_female").max() > 0.5


def test_animals_are_other(shared: Path) -> None:
    movie = analyze(shared / "videos/moviepy_animals_noface_30s.mp4", load(), only=("faces", "poses"))
    assert column(movie, "other").mean() > 0.9
