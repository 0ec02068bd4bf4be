import json

import jsonschema
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from pydantic import ValidationError

from analyzer.records import Embedding, Movie, Object, Source
from analyzer.stores.entries import prints_of
from tests.movies import face, keyframe, movies


@given(movies())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_json_and_back_is_the_same_and_fits_the_schema(movie: Movie) -> None:
    text = movie.model_dump_json()
    back = Movie.model_validate_json(text)
    assert back == movie
    assert back.model_dump_json() == text
    jsonschema.validate(json.loads(text), Movie.model_json_schema(mode="serialization"))


def test_arrays_survive_exactly() -> None:
    vector = np.linspace(-2, 2, 128).astype(np.float16)
    embedding = Embedding(model="m", vector=vector)
    back = Embedding.model_validate_json(embedding.model_dump_json())
    np.testing.assert_array_equal(back.vector, vector)
    assert back.vector.dtype == np.float16


def test_records_cannot_be_changed() -> None:
    record = face(0, np.zeros(4))
    with pytest.raises(ValidationError):
        record.score = 0.1  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        record.points[0, 0] = 1


@pytest.mark.parametrize("box", [(5, 0, 5, 9), (0, 9, 5, 9), (9, 0, 5, 9), (0, 0, float("nan"), 9)])
def test_an_empty_box_is_refused(box: tuple[float, ...]) -> None:
    with pytest.raises(ValidationError):
        Object(keyframe=0, label="x", box=box, score=1)


@pytest.mark.parametrize("value", ["not base64!", "AAAA", [[1.0]], [float("inf")], [1e300], [10**400], [{}]])
def test_a_bad_array_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        Embedding.model_validate({"model": "m", "vector": value})


def test_an_index_out_of_range_is_refused(movie: Movie) -> None:
    broken = json.loads(movie.model_dump_json()) | {"keyframes": []}
    with pytest.raises(ValidationError, match="there are only 0"):
        Movie.model_validate(broken)


@pytest.mark.parametrize(
    "changes", [{"size_bytes": 10**30}, {"width": 2**63}, {"duration_s": 1e300}, {"damaged": 10**30}]
)
def test_what_no_database_can_hold_is_refused(movie: Movie, changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="less than or equal"):
        Source.model_validate(movie.source.model_dump() | changes)


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        keyframe(0).model_validate(keyframe(0).model_dump() | {"colour": 1})


def test_records_from_before_there_were_views_are_read(movie: Movie) -> None:
    old = json.loads(movie.model_dump_json())
    for one in old["keyframes"]:
        del one["views"]
    read = Movie.model_validate(old)
    assert [one.views for one in read.keyframes] == [None, None]
    assert len(prints_of(read).times_s) == 0
