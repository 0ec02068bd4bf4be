"""The clustering, on vectors whose truth is known."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.people.grouping import group
from analyzer.people.likeness import calibrated, prior_of, random_directions, stop, unit
from analyzer.people.mirrors import rejoined
from benchmarks.people.generator import film
from models.catalog import Likeness

DLIB = prior_of("dlib", 128)


@pytest.fixture(scope="module")
def synthetic(shared: Path) -> Iterator[ModuleType]:
    sys.path.insert(0, str(shared.parent / "tools"))
    import synthetic_tracks

    yield synthetic_tracks
    sys.path.remove(str(shared.parent / "tools"))


def people(count: int, each: int, noise: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Vectors of `count` people around random directions, and whose each is."""
    rng = np.random.default_rng(seed)
    truth = np.repeat(np.arange(count), each)
    centres = rng.standard_normal((count, 256)) / 16
    return centres[truth] + noise * rng.standard_normal((len(truth), 256)) / 16, truth


def same(a: np.ndarray, b: np.ndarray) -> bool:
    return bool(((a[:, None] == a) == (b[:, None] == b)).all())


@pytest.mark.parametrize("level", ["easy", "mid", "hard"])
@pytest.mark.parametrize("seed", [10, 11, 12])
def test_tracks_of_a_film_are_grouped_by_person(synthetic: ModuleType, level: str, seed: int) -> None:
    faces, quality, truth = synthetic.make(seed=seed, **synthetic.LEVELS[level])
    vectors = (faces * quality[..., None]).sum(1)
    labels = group(vectors, random_directions(512)).labels
    assert synthetic.bcubed(truth, labels) >= 0.99
    assert abs(len(set(labels)) / len(set(truth)) - 1) <= (0.06 if level == "hard" else 0.03)


@pytest.mark.parametrize(("level", "least"), [("mid", 0.99), ("hard", 0.95)])
def test_mirrors_and_look_alikes_do_not_mix_people_up(
    synthetic: ModuleType, level: str, least: float
) -> None:
    """Some frames show one person twice, some people resemble each other; no two of a frame are one."""
    case = film(10, level)
    labels = group(case.vectors, case.prior, case.apart, case.weights.tolist()).labels
    assert synthetic.bcubed(case.truth, labels) >= least
    assert all(labels[a] != labels[b] for a, b in case.apart)


def test_strangers_stay_apart_and_one_person_together() -> None:
    strangers, _ = people(60, 1, 0.5)
    assert len(set(group(strangers, random_directions(256)).labels)) == 60
    one, _ = people(1, 60, 0.8)
    assert set(group(one, random_directions(256)).labels) == {0}


def test_groups_are_numbered_by_size_and_sure_of_themselves() -> None:
    vectors, truth = people(3, 4, 0.5)
    some = np.flatnonzero((truth == 1) | (np.arange(12) % 4 < 2))
    found = group(vectors[some], random_directions(256))
    assert [int((found.labels == g).sum()) for g in range(3)] == [4, 2, 2]
    assert (found.confidence > 0.9).all()


@given(st.integers(0, 100), st.permutations(range(24)))
def test_order_does_not_matter(seed: int, order: list[int]) -> None:
    vectors, _ = people(6, 4, 1.5, seed)
    apart = [(0, 1), (5, 9)]
    place = np.argsort(order)
    first = group(vectors, random_directions(256), apart).labels
    shuffled = group(vectors[order], random_directions(256), [(place[a], place[b]) for a, b in apart]).labels
    assert same(first[order], shuffled)


@given(
    st.integers(0, 100),
    st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)).filter(lambda p: p[0] != p[1]), max_size=40),
    st.lists(st.sampled_from([0.0, 0.05, 1.0]), min_size=20, max_size=20),
)
def test_what_is_apart_never_comes_together(
    seed: int, apart: list[tuple[int, int]], weights: list[float]
) -> None:
    """Also where both are the same picture, steer nothing, or come together through others."""
    vectors, _ = people(2, 10, 0.3, seed)
    labels = group(vectors, random_directions(256), apart, weights).labels
    assert all(labels[a] != labels[b] or labels[a] == -1 for a, b in apart)


def test_a_poor_vector_must_be_more_alike() -> None:
    """It joins, neither founds a group nor bridges two."""
    vectors, _ = people(2, 5, 0.5)
    bridge = vectors[0] + vectors[5]
    labels = group(
        np.vstack([vectors, bridge, vectors[1]]), random_directions(256), (), [*[1.0] * 10, 0, 0]
    ).labels
    assert labels[10] == -1
    assert labels[11] == labels[1]
    assert len(set(labels[:10])) == 2


def test_strangers_in_one_frame_set_the_stop() -> None:
    """In a film whose people all look alike, more likeness is asked for."""
    prior = Likeness(strangers=0.0, spread=0.1, same=0.8)
    alike = calibrated(prior, np.full(300, 0.5, np.float32))
    assert 0.4 < alike.strangers < 0.5
    assert calibrated(prior, np.empty(0, np.float32)) == prior
    mirrors = np.concatenate([np.zeros(95), np.ones(5)]).astype(np.float32)
    assert calibrated(prior, mirrors).strangers == 0
    assert stop(prior, 1000) > stop(prior, 10)


def test_the_nearest_of_many_strangers_is_not_taken_for_the_person() -> None:
    few, many = stop(random_directions(128), 10), stop(random_directions(128), 100_000)
    assert few < many < 1


def test_large_sets_are_grouped_as_small_ones_are(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, truth = people(40, 30, 1.0)
    monkeypatch.setattr("analyzer.people.merging.EXACT", 100)
    monkeypatch.setattr("analyzer.people.cells.CELL", 20)
    assert same(group(vectors, random_directions(256)).labels, truth)


def test_nothing_is_no_group() -> None:
    assert len(group(np.empty((0, 128)), DLIB).labels) == 0
    assert group(np.ones((1, 128)), DLIB).labels.tolist() == [0]
    assert group(np.ones((2, 128)), DLIB, weights=[0, 0]).labels.tolist() == [-1, -1]


def test_a_pair_of_one_vector_with_itself_says_nothing() -> None:
    """As in a damaged record that has a face twice."""
    vectors, truth = people(2, 6, 0.3)
    assert same(group(vectors, random_directions(256), [(0, 0), (1, 1), (7, 7)]).labels, truth)


def test_the_halves_of_a_person_come_together_whatever_the_order_of_the_pairs() -> None:
    vectors, _ = people(1, 60, 0.3)
    units = unit(vectors.astype(np.float32))
    labels, weights = np.repeat(np.arange(4), 15), np.ones(60, np.float32)
    apart = np.array([(0, 15), (1, 30), (16, 31), (2, 45), (17, 46), (32, 47)])
    first = rejoined(labels, units, weights, apart, 0.0, 0.5)
    assert len(set(first)) < 60
    for order in ([5, 4, 3, 2, 1, 0], [2, 0, 4, 1, 5, 3], [3, 5, 1, 0, 2, 4]):
        assert same(first, rejoined(labels, units, weights, apart[order][:, ::-1], 0.0, 0.5))
