from pathlib import Path

import numpy as np
import pytest

from analyzer.errors import OutputError
from analyzer.library.calibrate import FILE, calibrate, fit, rate, save, strictness_in
from analyzer.library.matching import SURE, Matcher
from analyzer.library.references import References, threshold
from analyzer.people.likeness import random_directions
from analyzer.records import Embedding
from models.catalog import Likeness, built_in

SIZE = 128
LIKENESS = random_directions(SIZE)
DLIB = built_in()["dlib"].likeness


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def people(rng: np.random.Generator, count: int) -> np.ndarray:
    return unit(rng.standard_normal((count, SIZE)))


def seen(rng: np.random.Generator, person: np.ndarray, count: int = 1, noise: float = 0.8) -> list[Embedding]:
    return [embedding(person + noise * unit(rng.standard_normal(SIZE))) for _ in range(count)]


def embedding(vector: np.ndarray, model: str = "dlib") -> Embedding:
    return Embedding(model=model, vector=vector.astype(np.float16))


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def test_the_person_is_known_and_a_stranger_is_not(rng: np.random.Generator) -> None:
    anna, bert, stranger = people(rng, 3)
    matcher = Matcher({"anna": seen(rng, anna, 3), "bert": seen(rng, bert)}, [], LIKENESS)
    found = matcher.match(seen(rng, anna))
    assert found.verdict == "known"
    assert found.ranked[0][0] == "anna"
    assert found.ranked[0][1] >= SURE
    assert sum(probability for _, probability in found.ranked) <= 1
    unknown = matcher.match(seen(rng, stranger))
    assert unknown.verdict == "unknown"
    assert all(probability < 0.5 for _, probability in unknown.ranked)


def test_two_who_are_as_like_are_both_listed(rng: np.random.Generator) -> None:
    (twin,) = people(rng, 1)
    matcher = Matcher({"one": seen(rng, twin), "other": seen(rng, twin)}, [], LIKENESS)
    found = matcher.match([embedding(twin)])
    assert found.verdict == "ambiguous"
    assert {who for who, probability in found.ranked if probability > 0.2} == {"one", "other"}


def test_models_are_never_compared(rng: np.random.Generator) -> None:
    anna, bert = people(rng, 2)
    known = {"anna": seen(rng, anna), "bert": [embedding(anna, "other")]}
    matcher = Matcher(known, [embedding(anna, "third")], LIKENESS)
    assert [who for who, _ in matcher.match(seen(rng, anna)).ranked] == ["anna"]
    assert [who for who, _ in matcher.match([embedding(anna, "other")]).ranked] == ["bert"]
    assert matcher.match([embedding(anna, "fourth")]).ranked == ()
    mixed = [*seen(rng, anna, 2), embedding(bert, "other")]
    assert matcher.match(mixed).ranked[0][0] == "anna"


def test_nobody_and_nothing() -> None:
    assert Matcher({}, [], LIKENESS).match([embedding(np.ones(SIZE))]).verdict == "unknown"
    assert Matcher({"anna": []}, [], LIKENESS).match([embedding(np.ones(SIZE))]).ranked == ()
    assert Matcher({"anna": [embedding(np.ones(SIZE))]}, [], LIKENESS).match([]).verdict == "unknown"
    nothing = Matcher({"anna": [embedding(np.zeros(SIZE))]}, [], LIKENESS).match([embedding(np.zeros(SIZE))])
    assert nothing.verdict == "unknown"


def test_several_faces_know_better_than_one(rng: np.random.Generator) -> None:
    anna, *others = people(rng, 20)
    known = {str(i): seen(rng, other) for i, other in enumerate(others)} | {"anna": seen(rng, anna)}
    matcher = Matcher(known, [], LIKENESS)
    queries = [seen(rng, anna, 5, noise=3) for _ in range(40)]
    alone = sum(matcher.match(query[:1]).verdict == "known" for query in queries)
    together = sum(matcher.match(query).verdict == "known" for query in queries)
    assert together > alone


def test_looks_that_differ_are_kept_apart(rng: np.random.Generator) -> None:
    """A person known by many pictures of one look and one of another is found by the other."""
    look, other_look = people(rng, 2)
    matcher = Matcher({"anna": [*seen(rng, look, 9), *seen(rng, other_look, 3)]}, [], LIKENESS)
    assert matcher.match(seen(rng, other_look)).verdict == "known"


def test_strangers_who_are_the_person_do_no_harm(rng: np.random.Generator) -> None:
    """Sightings of somebody are strangers of the library until they are recognised."""
    anna, bert, *others = people(rng, 60)
    known = {"anna": seen(rng, anna, 3), "bert": seen(rng, bert, 3)}
    strangers = [face for other in others for face in seen(rng, other)]
    matcher = Matcher(known, strangers + seen(rng, anna, 20), LIKENESS)
    assert matcher.match(seen(rng, anna)).ranked[0][1] >= SURE


def test_a_stranger_like_many_strangers_proves_less(rng: np.random.Generator) -> None:
    kind, anna, *others = people(rng, 500)
    known = {str(i): [embedding(one)] for i, one in enumerate([anna, *others])}
    ordinary = [embedding(one) for one in people(rng, 60)]
    alike = [embedding(one + 0.5 * kind) for one in people(rng, 8)]
    query = unit(anna + 0.8 * kind)[None].astype(np.float32)
    beside, among = (
        References(known, strangers, LIKENESS).nearest(query)[1].max()
        for strangers in (ordinary, ordinary + alike)
    )
    assert among < beside


def test_more_people_need_more_likeness() -> None:
    assert threshold(LIKENESS, 1) < threshold(LIKENESS, 10) < threshold(LIKENESS, 10_000)
    assert DLIB is not None
    assert DLIB.same is not None
    assert threshold(DLIB, 10) == threshold(DLIB, 1_000_000) < DLIB.same
    assert threshold(Likeness(strangers=0.2, spread=0.1), 5) > 0.2


def test_the_nearest_of_many_people_are_found(rng: np.random.Generator) -> None:
    vectors = people(rng, 3000)
    known = {str(i): seen(rng, vector, i % 3 + 1) for i, vector in enumerate(vectors)}
    matcher = Matcher(known, [], LIKENESS)
    asked = rng.choice(3000, 20, replace=False)
    assert [matcher.match(seen(rng, vectors[i], noise=0.5)).ranked[0][0] for i in asked] == [
        str(i) for i in asked
    ]


def test_calibration_counts_what_it_expects(rng: np.random.Generator) -> None:
    confirmed = {str(i): [seen(rng, one) for _ in range(4)] for i, one in enumerate(people(rng, 12))}
    found = calibrate("dlib", confirmed, [], LIKENESS)
    assert found.people == 12
    assert found.misses.of == found.false_accepts.of == 48
    assert found.misses.low <= found.misses.count / 48 <= found.misses.high
    assert found.strictness <= 1.05


def test_calibration_becomes_stricter_where_people_are_alike(rng: np.random.Generator) -> None:
    family = people(rng, 1)[0]
    alike = [unit(one + 0.7 * family) for one in people(rng, 12)]
    confirmed = {str(i): [seen(rng, one) for _ in range(6)] for i, one in enumerate(alike)}
    found = calibrate("dlib", confirmed, [], LIKENESS)
    known = {key: [face for one in theirs for face in one] for key, theirs in confirmed.items()}
    before, after = (Matcher(known, [], LIKENESS, strictness) for strictness in (1, found.strictness))
    strangers = [seen(rng, unit(one + 0.7 * family)) for one in people(rng, 200)]
    assert found.strictness > 1.05
    assert sum(after.match(s).verdict == "known" for s in strangers) < sum(
        before.match(s).verdict == "known" for s in strangers
    )


def test_calibration_with_little_says_so(rng: np.random.Generator) -> None:
    nothing = calibrate("dlib", {}, [], LIKENESS)
    assert (nothing.strictness, nothing.misses.share, nothing.people) == (1.0, None, 0)
    (anna,) = people(rng, 1)
    once = calibrate("dlib", {"anna": [seen(rng, anna)]}, [], LIKENESS)
    assert (once.strictness, once.misses.of, once.false_accepts.of) == (1.0, 0, 0)
    other = calibrate("another", {"anna": [seen(rng, anna)]}, [], LIKENESS)
    assert other.people == 0
    assert fit([]) == 1.0


def test_rates() -> None:
    assert (rate([]).low, rate([]).high) == (0, 1)
    none = rate([False] * 100)
    assert none.low == 0
    assert none.high == pytest.approx(0.037, abs=1e-3)
    half = rate([True, False] * 50)
    assert (half.low, half.high) == pytest.approx((0.404, 0.596), abs=1e-3)


def test_a_calibration_is_kept(rng: np.random.Generator, tmp_path: Path) -> None:
    confirmed = {str(i): [seen(rng, one) for _ in range(20)] for i, one in enumerate(people(rng, 8))}
    found = calibrate("dlib", confirmed, [], LIKENESS)
    assert found.strictness != 1
    save(tmp_path, found)
    assert strictness_in(tmp_path, "dlib") == found.strictness
    assert strictness_in(tmp_path, "another") == strictness_in(tmp_path / "none", "dlib") == 1
    (tmp_path / FILE).write_text('{"model": "dlib"')
    assert strictness_in(tmp_path, "dlib") == 1
    with pytest.raises(OutputError, match=FILE):
        save(tmp_path / FILE, found)
