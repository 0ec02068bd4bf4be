"""What the numbers of a classifier mean."""

import numpy as np
import pytest

from models.classes import classes_of
from models.errors import BrokenModelError


def of(values, labels=(), **how):
    row = np.array([values], np.float32)
    classes = classes_of("it", row, labels, **{"logits": False, "multi_label": False} | how)
    return classes, classes.scores(row)[0].tolist()


def test_scores_that_add_up_are_of_one_class_each():
    classes, scores = of([0.25, 0.75])
    assert classes.exclusive
    assert scores == [0.25, 0.75]
    assert classes.labels == ("class_0", "class_1")


def test_scores_that_do_not_add_up_are_of_several():
    classes, scores = of([0.5, 0.75])
    assert not classes.exclusive
    assert scores == [0.5, 0.75]
    assert not of([0.25, 0.75], multi_label=True)[0].exclusive


def test_logits_go_through_softmax_or_sigmoids():
    classes, scores = of([0, np.log(3)], logits=True)
    assert classes.exclusive
    assert scores == pytest.approx([0.25, 0.75])
    classes, scores = of([0, np.log(3)], logits=True, multi_label=True)
    assert not classes.exclusive
    assert scores == pytest.approx([0.5, 0.75])


@pytest.mark.parametrize(("value", "logits"), [(0.75, False), (np.log(3), True)])
def test_one_output_is_a_class_that_holds_or_one_of_two(value, logits):
    classes, scores = of([value], ["on"], logits=logits)
    assert not classes.exclusive
    assert scores == pytest.approx([0.75])
    classes, scores = of([value], ["off", "on"], logits=logits)
    assert classes.exclusive
    assert scores == pytest.approx([0.25, 0.75])


def test_labels_must_fit_and_scores_be_scores():
    with pytest.raises(BrokenModelError, match="it: 3 labels do not fit its 2 outputs"):
        of([0.5, 0.5], ["a", "b", "c"])
    with pytest.raises(BrokenModelError, match="it gives -3, no score of 0 to 1; is its head 'logits'"):
        of([-3, 2])
