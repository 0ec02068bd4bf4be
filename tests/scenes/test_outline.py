"""What key frames tell of looks, in numbers."""

from collections.abc import Sequence

import numpy as np
import pytest

from analyzer.media.looking import KeyFrame
from analyzer.scenes.outline import Outline, alike
from analyzer.scenes.placing import Edge, known_exactly
from tests.scenes import made

A, B, DOUBT = (0.9, 0.1), (0.1, 0.9), (0.55, 0.45)
LOOKS = np.arange(12) + 0.5


def outline(keys: Sequence[tuple[float, bool]], rows: Sequence[tuple[float, ...]]) -> Outline:
    return Outline(LOOKS, [KeyFrame(*key) for key in keys], np.array(rows, np.float32), exclusive=True)


def runs(of: Outline) -> list[tuple[int, int]]:
    return [(run.start, run.end) for run in of.runs()]


def test_between_looks_that_are_alike_nothing_is_open() -> None:
    some = outline([(0, False), (4, False), (8, True)], [A, A, A])
    assert runs(some) == [(8, 12)], "after the last one anything may come"
    assert some.weights().argmax(axis=1).tolist() == [0] * 12
    assert some.cuts_s(some.weights()) == ()


def test_a_change_is_open_unless_the_encoder_marked_it() -> None:
    assert runs(outline([(0, False), (4, False), (8, False)], [A, B, B])) == [(0, 4), (8, 12)]
    some = outline([(0, False), (4.2, True), (8, False)], [A, B, B])
    assert runs(some) == [(8, 12)]
    assert some.weights().argmax(axis=1).tolist() == [0] * 4 + [1] * 8
    assert some.weights()[3] == pytest.approx(A), "nothing of what comes after the cut"
    assert some.cuts_s(some.weights()) == (4.2,)


@pytest.mark.parametrize(("rows", "left"), [([DOUBT, B, B], (0, 4)), ([A, DOUBT, DOUBT], (0, 12))])
def test_what_is_in_doubt_is_looked_at(rows: list[tuple[float, ...]], left: tuple[int, int]) -> None:
    some = outline([(0, False), (4, True), (8, True)], rows)
    assert runs(some)[0][0] == left[0]
    assert sum(end - start for start, end in runs(some)) == left[1] - left[0] + (4 if left[1] < 12 else 0)
    assert some.cuts_s(some.weights()) == ()


def test_a_cut_is_only_known_where_looks_are_on_both_sides() -> None:
    """The first change is between two cuts that no look lies between."""
    some = outline([(0, False), (3.6, True), (4.4, True), (9, True)], [A, B, A, B])
    assert some.cuts_s(some.weights()) == (9,)


def test_a_cut_is_only_known_where_the_next_look_shows_what_it_began() -> None:
    """Something else comes between the cut and the look after it: that is when this begins."""
    some = outline([(0, False), (4.2, True), (8, False)], [A, B, A])
    weights = some.weights()
    weights[4:8] = A
    assert some.cuts_s(weights) == ()


def test_edges_that_are_known() -> None:
    scores = made.scores(("a", "b"), 12).model_copy(update={"cuts_s": (2.9, 7.0)})
    near, other, far = Edge(3, "a", False), Edge(3, "b", True), Edge(9, "a", True)
    assert known_exactly(scores, [near, other, far]) == {near: 2.9, other: 2.9}


def test_several_classes_at_once_are_sure_each() -> None:
    both, one, doubt = (np.array(row, np.float32) for row in ([0.9, 0.8], [0.9, 0.2], [0.9, 0.6]))
    assert alike(both, both, exclusive=False)
    assert not alike(both, one, exclusive=False)
    assert not alike(doubt, doubt, exclusive=False)


def test_a_single_class_is_always_sure() -> None:
    only = np.array([1.0], np.float32)
    assert alike(only, only, exclusive=True)
