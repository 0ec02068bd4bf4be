"""Blocks by both sets of rules."""

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.scenes import tag_file
from analyzer.scenes.blocks import Block
from analyzer.scenes.choosing import Choice, all_but, each
from analyzer.scenes.rules import blocks_of
from analyzer.scenes.scores import Scores
from analyzer.scenes.tagging import in_seconds
from analyzer.settings import Scenes, load
from tests.scenes.made import source

HIT = Choice("hit", (1,))


def scores(
    weights: np.ndarray, labels: Sequence[str], every_s: float = 1.0, exclusive: bool = True
) -> Scores:
    return Scores(
        model="onnx:test",
        labels=tuple(labels),
        exclusive=exclusive,
        every_s=every_s,
        source=source(duration_s=len(weights) * every_s),
        flat=np.asarray(weights, np.float32).ravel(),
    )


def of_one(values: Sequence[float]) -> Scores:
    """Looks whose best class is `hit` where the value is above 0, with that score; else `other`, with 0.9."""
    rows = [[0.0, value] if value else [0.9, 0.0] for value in values]
    return scores(np.array(rows), ("other", "hit"))


def rules(name: str, **changes: float) -> Scenes:
    return load(assignments=[f"scenes.rules={name}"]).scenes.model_copy(update=changes)


def found(values: Sequence[float], name: str, **changes: float) -> list[tuple[int, int, float]]:
    blocks = blocks_of(of_one(values), [HIT], rules(name, **changes))
    return [(block.first, block.last, round(block.coverage, 6)) for block in blocks]


WORKED = (
    [("other", v) for v in (0.9, 0.8, 0.9)]
    + [("dance", v) for v in (0.7, 0.8, 0.9, 0.9, 0.8, 0.7, 0.6)]
    + [("other", 0.6)]
    + [("dance", v) for v in (0.9, 0.8, 0.45)]
    + [("other", 0.9)] * 8
    + [("dance", 0.9)] * 4
    + [("other", 0.9)] * 4
)


def worked_example() -> Scores:
    labels = ("other", "dance", "talk")
    weights = np.zeros((len(WORKED), 3))
    for i, (label, value) in enumerate(WORKED):
        weights[i, labels.index(label)] = value
    return scores(weights, labels)


def test_the_worked_example_of_the_original() -> None:
    example = worked_example()
    blocks = blocks_of(example, each(example.labels), rules("miles-deep"))
    text = tag_file.text("clip.mp4", example.labels, 30, in_seconds(blocks, 1.0, 30))
    assert text == (
        "clip.mp4,other,dance,talk,\n"
        "30,8,10,0,\n"
        "label,start,end,score,coverage\n"
        "dance,3,12,0.761111,0.9\n"
        "other,14,21,0.9,0.875\n"
    )


MISS, WEAK = 0.0, 0.4


@pytest.mark.parametrize(
    ("values", "blocks"),
    [
        ([0.9] * 5 + [MISS] * 5, []),
        ([0.9] * 6 + [MISS] * 5, [(0, 5, 0.833333)]),
        ([0.9] * 6 + [MISS] * 2 + [0.9] * 6 + [MISS] * 5, [(0, 13, 0.785714)]),
        ([0.9] * 6 + [MISS] * 3 + [0.9] * 6 + [MISS] * 5, [(0, 5, 0.833333), (9, 14, 0.833333)]),
        ([0.9] * 8 + [MISS] + [0.9], [(0, 8, 0.888889)]),
        ([0.9] * 7 + [WEAK] * 2 + [MISS] * 5, [(0, 6, 1.142857)]),
        ([MISS, MISS], []),
        ([0.9], []),
    ],
)
def test_the_originals_probes(values: list[float], blocks: list[tuple[int, int, float]]) -> None:
    assert found(values, "miles-deep") == blocks


def test_our_rules_count_what_they_begin_with() -> None:
    assert found([0.9] * 4, "marquee") == [(0, 3, 1.0)]
    assert found([0.9] * 3, "marquee") == []
    assert found([0.9] * 8 + [MISS] + [0.9], "marquee") == [(0, 9, 0.9)], "the last look counts"
    assert found([0.9] * 7 + [WEAK] * 2 + [MISS] * 5, "marquee") == [(0, 6, 1.0)]
    assert found([0.9, MISS, MISS, 0.9, MISS, MISS, 0.9], "marquee", min_coverage=0.5) == []
    assert found([0.9, MISS, MISS, 0.9, MISS, MISS, 0.9], "marquee") == [(0, 6, 0.428571)]


def test_coverage_counts_weak_looks_wherever_the_film_goes() -> None:
    """Also where all of it shows the class."""
    assert found([0.9, WEAK, WEAK, 0.9], "marquee") == [(0, 3, 1.0)]
    assert found([0.9, WEAK, WEAK, 0.9, MISS], "marquee") == [(0, 3, 1.0)]


def test_a_block_of_the_originals_without_a_hit_has_a_score_that_can_be_written() -> None:
    (block,) = blocks_of(of_one([0.9, MISS]), [HIT], rules("miles-deep", min_cut_s=0, min_coverage=0))
    assert (block.first, block.last, block.score, block.coverage) == (0, 1, 0, 0)


def test_looks_that_end_with_a_second_do_not_touch_the_next() -> None:
    """0.07 * 100 is a little more than 7."""
    (block,) = in_seconds([Block("hit", 0, 99, 0.9, 1.0)], 0.07, 10)
    assert (block.first, block.last) == (0, 6)


def test_times_are_seconds_however_often_one_looks() -> None:
    values = np.array([[0.1, 0.9]] * 8 + [[0.9, 0.1]] * 5 + [[0.1, 0.9]] * 8)
    half = scores(values, ("other", "hit"), every_s=0.5)
    assert [(b.first, b.last) for b in blocks_of(half, [HIT], rules("marquee"))] == [(0, 7), (13, 20)]
    assert [(b.first, b.last) for b in blocks_of(half, [HIT], rules("marquee", max_gap_s=2.5))] == [(0, 20)]
    assert [(b.first, b.last) for b in in_seconds(blocks_of(half, [HIT], rules("marquee")), 0.5, 10)] == [
        (0, 3),
        (6, 9),
    ]


def test_several_classes_at_once() -> None:
    weights = np.array([[0.9, 0.8, 0.0]] * 5 + [[0.2, 0.8, 0.1]] * 5 + [[0.1, 0.2, 0.3]] * 5)
    both = scores(weights, ("day", "street", "other"), exclusive=False)
    blocks = blocks_of(both, each(both.labels), rules("marquee"))
    assert [(b.label, b.first, b.last) for b in blocks] == [("day", 0, 4), ("street", 0, 9)]
    (rest,) = blocks_of(both, [all_but(["street"], both.labels)], rules("marquee"))
    assert (rest.first, rest.last, round(rest.score, 6)) == (10, 14, 0.8)


def test_scores_of_no_look_are_none() -> None:
    with pytest.raises(ValueError, match="0 scores are not whole looks"):
        scores(np.zeros((0, 2)), ("other", "hit"))


def test_smoothing_closes_what_flickers() -> None:
    flicker = [0.9, 0.9, MISS] * 5
    assert found(flicker, "marquee", max_gap_s=0.0) == []
    assert found(flicker, "marquee", max_gap_s=0.0, smooth_s=3.0) == [(0, 13, 1.0)]


@pytest.mark.parametrize("smooth", [1.0, 2.0, 3.0, 4.0])
def test_smoothing_moves_nothing(smooth: float) -> None:
    plain = [MISS] * 8 + [0.9] * 8 + [MISS] * 8
    assert found(plain, "marquee", smooth_s=smooth, min_score=0.4) == [(8, 15, 1.0)]


@pytest.mark.parametrize("smooth", [20.0, 3600.0])
def test_smoothing_over_more_than_the_film_makes_all_looks_alike(smooth: float) -> None:
    ends = [0.9] * 4 + [MISS] * 6 + [0.9] * 3
    assert found(ends, "marquee", smooth_s=smooth * 2) == []
    assert found(ends, "marquee", smooth_s=smooth * 2, min_score=0.4) == [(0, 12, 1.0)]


looks = st.lists(st.sampled_from([MISS, WEAK, 0.5, 0.7, 0.9]), min_size=1, max_size=60)


@given(values=looks, least=st.integers(0, 6), gap=st.integers(0, 4))
def test_blocks_are_sound(values: list[float], least: int, gap: int) -> None:
    blocks = found(values, "marquee", min_cut_s=least, max_gap_s=gap)
    good = [value >= 0.5 for value in values]
    for first, last, coverage in blocks:
        assert good[first]
        assert good[last]
        assert last - first + 1 >= least
        assert 0.4 <= coverage <= 1
    for (_, end, _), (start, _, _) in itertools.pairwise(blocks):
        assert start - end - 1 > gap


@given(values=looks, least=st.integers(0, 6), gap=st.integers(0, 4))
def test_the_originals_rules_as_they_are_written_down(values: list[float], least: int, gap: int) -> None:
    """Section 3 of the description, step by step, against ours."""
    assert found(values, "miles-deep", min_cut_s=least, max_gap_s=gap) == _by_the_book(values, least, gap)


def _by_the_book(values: list[float], least: int, gap: int) -> list[tuple[int, int, float]]:
    cuts, n, i = [], len(values), 0
    while i < n:
        if values[i] < 0.5:
            i += 1
            continue
        start, hits, bad, end = i, 0, 0, None
        while end is None and i + 1 < n:
            i += 1
            hits += values[i] > 0
            last = i == n - 1
            if not last:
                bad = 0 if values[i] >= 0.5 else bad + 1
            if last or bad > gap:
                end = i - bad
        if end is not None and end - start >= least + 1 and hits / (end - start + 1) >= np.float32(0.4):
            cuts.append((start, end, round(float(np.float32(hits / (end - start + 1))), 6)))
        i += 1
    return cuts
