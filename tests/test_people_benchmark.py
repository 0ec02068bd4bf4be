import importlib.util
import json
import sys

import numpy as np
import pytest

if sys.platform == "win32":
    pytest.skip("the benchmarks are for Unix", allow_module_level=True)

from analyzer.people.likeness import random_directions
from benchmarks.people import compare, generator, same
from benchmarks.people.case import Case, unit
from benchmarks.people.methods import METHODS, hindsight, immich
from benchmarks.people.metrics import bcubed, characters, judge, purity

TRUTH = np.array([0, 0, 0, 0, 1, 1, 2])
LABELS = np.array([5, 5, 5, 7, 7, 7, 9])


@pytest.fixture(scope="module")
def film():
    if not generator.TOOL.is_file():
        pytest.skip("no ../shared/tools: the generator is not part of the project")
    return generator.film(3, "mid", tracks=400, size=128)


def case(vectors, truth, apart=()):
    vectors = np.array(vectors, np.float32)
    prior = random_directions(vectors.shape[1])
    return Case(vectors, np.ones(len(vectors), np.float32), np.array(truth), apart, prior)


def test_scores_are_those_computed_by_hand():
    precision = (3 * 1 + 1 / 3 + 2 * 2 / 3 + 1) / 7
    recall = (3 * 3 / 4 + 1 / 4 + 2 * 1 + 1) / 7
    assert bcubed(TRUTH, LABELS) == pytest.approx(2 * precision * recall / (precision + recall))
    assert purity(TRUTH, LABELS) == pytest.approx(6 / 7)
    # person 0 is given group 5, person 1 group 7; person 2 has one item
    assert characters(TRUTH, LABELS) == pytest.approx(((1 + 2 / 3) / 2, (3 / 4 + 1) / 2))


def test_a_person_without_a_group_of_their_own_counts_as_lost():
    precision, recall = characters(np.array([0, 0, 0, 1, 1]), np.zeros(5, int))
    assert (precision, recall) == pytest.approx((3 / 5 / 2, 1 / 2))


def test_scores_are_those_of_the_generators_own_tool(film):
    labels = film.truth // 2
    assert bcubed(film.truth, labels) == pytest.approx(generator.tool().bcubed(film.truth, labels))
    assert purity(film.truth, labels) == pytest.approx(generator.tool().wcp(film.truth, labels))


def test_what_is_unknown_or_unseen_is_judged_as_it_should_be():
    vectors = [[1, 0], [1, 0], [0, 1], [0, 1], [0, 1]]
    known = case(vectors, [0, 0, 1, -1, -1], apart=[(0, 1), (1, 2), (3, 4)])
    score = judge(known, np.array([0, 0, 0, 1, 1]))
    assert (score.broken, score.mirrors) == (2, 1)
    assert (score.groups, score.people) == (1, 2)
    assert json.loads(json.dumps(score.figures())) == score.figures()

    alone = judge(known, np.array([-1, -1, -1, -1, -1]))
    assert (alone.groups, alone.broken, alone.mirrors) == (3, 0, 0)
    assert alone.purity == 1

    unseen = Case(known.vectors, known.weights, known.truth, (), known.prior, unseen=np.array([0, 7]))
    assert judge(unseen, np.array([0, 0, 1, 2, 2])).groups == 4


def test_a_film_is_consistent(film):
    assert film.vectors.shape == (400, 128)
    assert np.linalg.norm(film.vectors, axis=1) == pytest.approx(1, abs=1e-5)
    pairs = np.array(film.apart)
    assert len(pairs) == 80
    assert (pairs[:, 0] != pairs[:, 1]).all()
    one_person = film.truth[pairs[:, 0]] == film.truth[pairs[:, 1]]
    assert one_person.sum() == round(generator.MIRRORS * len(pairs))

    plain = generator.film(3, "mid", tracks=400, size=128, lifelike=False)
    assert all(plain.truth[a] != plain.truth[b] for a, b in plain.apart)
    assert (generator.film(3, "mid", tracks=400, size=128).vectors == film.vectors).all()


def test_look_alikes_are_as_alike_as_is_said():
    rng = np.random.default_rng(0)
    people = unit(rng.standard_normal((2, 64)))
    truth = np.repeat([0, 1], 50)
    faces = unit(people[truth][:, None] + 0.05 * rng.standard_normal((100, 4, 64)))
    before = faces[truth == 0].copy()
    generator.resemble(faces, truth, 0, 1)
    means = [unit(faces[truth == who].mean((0, 1))) for who in (0, 1)]
    assert means[0] @ means[1] == pytest.approx(generator.LIKENESS, abs=0.02)
    assert (faces[truth == 0] == before).all()
    assert np.linalg.norm(faces, axis=-1) == pytest.approx(1)


def test_immichs_rule():
    angles = np.radians([0, 20, 40, 80, 170, 190])
    circle = case(np.stack([np.cos(angles), np.sin(angles)], 1), [0, 0, 0, 0, 1, 1])
    # within 45 degrees: three are core and one person; 80 has one neighbour and joins; two are too few
    assert immich(circle, 1 - np.cos(np.radians(45))).tolist() == [0, 0, 0, 0, -1, -1]


def test_hindsight_is_never_worse(film):
    for method in METHODS:
        if method.sweep and method.given and not _missing(method.name):
            best = method.run(film, hindsight(method, film))
            given = method.run(film, method.given)
            assert judge(film, best).bcubed >= judge(film, given).bcubed - 1e-3, method.name


def test_a_method_that_cannot_run_is_named():
    lines = compare.table([{"a method": {"failed": "No module named 'finch'"}}]).splitlines()
    assert lines[1].split(maxsplit=2)[2] == "not measured: No module named 'finch'"


def test_one_file_gives_the_same_people_however_it_is_analyzed(shared):
    clip = shared / "videos" / "short_hamilton_clip.mp4"
    first, *others = (same.people_of(clip, "fast", *way) for way in ((4, 64), (1, 64), (7, 1)))
    assert first
    assert others == [first, first]


def _missing(name):
    needs = {"Chinese": "dlib", "HDBSCAN,": "sklearn", "FINCH,": "finch"}
    module = needs.get(name.split()[0])
    return module is not None and importlib.util.find_spec(module) is None
