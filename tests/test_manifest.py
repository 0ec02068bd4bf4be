"""What of a record still holds after a part of it was made anew."""

import pytest

from analyzer import manifest
from analyzer.records import Stage

SEEN = Stage(models={"onnx:places": "0" * 64}, settings={"model": "onnx:places"}, version=1)
OF_THE_RECORD = Stage(settings={"model": "record"}, version=1)
NOW = {name: Stage(version=1) for name in ("frames", "faces", "objects", "tags", "embeddings", "people")}


@pytest.mark.parametrize("again", ["frames", "faces", "objects", "people"])
def test_scenes_of_a_record_hang_on_what_they_were_made_of(again: str) -> None:
    """p1 may be somebody else, when people are grouped anew."""
    assert "scenes" not in manifest.kept({**NOW, "scenes": OF_THE_RECORD}, [again], NOW)
    assert manifest.kept({**NOW, "scenes": SEEN}, [again], NOW)["scenes"] == SEEN


def test_scenes_hold_whatever_else_is_made_anew() -> None:
    assert manifest.kept({**NOW, "scenes": OF_THE_RECORD}, ["tags"], NOW)["scenes"] == OF_THE_RECORD
