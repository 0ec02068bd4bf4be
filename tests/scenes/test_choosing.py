"""What words choose among the labels of a classifier."""

import pytest

from analyzer.errors import UsageError
from analyzer.scenes.choosing import all_but, any_of, split

IMAGENET = (
    "n02123045 tabby, tabby cat",
    "n02123159 tiger cat",
    "n02012849 crane",
    "n03126707 crane",
    "plain",
)


def test_a_synset_is_chosen_by_its_first_word() -> None:
    assert any_of(["n02123045"], IMAGENET).classes == (0,)
    assert any_of(["n03126707"], IMAGENET).name == "n03126707"
    assert any_of(["plain", "n02123159", "plain"], IMAGENET).classes == (4, 1)


def test_labels_may_have_commas() -> None:
    assert split("n02123045 tabby, tabby cat", IMAGENET) == ["n02123045 tabby, tabby cat"]
    assert split("n02123045,plain", IMAGENET) == ["n02123045", "plain"]


def test_the_nearest_label_is_named() -> None:
    with pytest.raises(UsageError, match="no class 'plian'; did you mean 'plain'"):
        any_of(["plian"], IMAGENET)
    with pytest.raises(UsageError, match="no class 'xyz'; there are n02123045 tabby"):
        any_of(["xyz"], IMAGENET)
    with pytest.raises(UsageError, match="no class is named"):
        any_of([], IMAGENET)


def test_all_but() -> None:
    assert all_but(["plain"], IMAGENET).without
    assert all_but(["plain"], IMAGENET).name == "not plain"
