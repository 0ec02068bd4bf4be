"""Lists of labels as they come with models."""

import pytest

from models import labels
from models.errors import ModelError


@pytest.mark.parametrize(
    "content",
    [
        b"n02123045 tabby, tabby cat\nother\n",
        b"n02123045 tabby, tabby cat\r\nother\r\n",
        b"\xef\xbb\xbfn02123045 tabby, tabby cat\n\n  other",
    ],
)
def test_lines_are_labels_as_they_are(tmp_path, content):
    (tmp_path / "a.txt").write_bytes(content)
    assert labels.read(tmp_path / "a.txt") == ("n02123045 tabby, tabby cat", "other")


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "has no labels"), (b" \r\n\n", "has no labels"), (b"caf\xe9\n", "it is not UTF-8")],
)
def test_what_is_no_list_is_told_in_one_line(tmp_path, content, message):
    (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(ModelError, match=rf"^[^\n]*a\.txt [^\n]*{message}[^\n]*$"):
        labels.read(tmp_path / "a.txt")
    with pytest.raises(ModelError, match=r"no\.txt cannot be read: No such file"):
        labels.read(tmp_path / "no.txt")


def test_names_of_several_classes_are_told_apart_by_their_numbers():
    names = ["crane", "maillot", "crane", "maillot", "crane bird"]
    assert labels.distinct(names) == ("crane (0)", "maillot (1)", "crane (2)", "maillot (3)", "crane bird")
