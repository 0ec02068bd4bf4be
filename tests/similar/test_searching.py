"""Closer looks: taken where there is doubt, at a stretch of a long film, and done without where they fail."""

from pathlib import Path

import pytest

from analyzer.errors import InputError
from analyzer.records import Interval
from analyzer.similar.films import Films
from analyzer.similar.searching import WHOLE_S, Found, Look, Searcher, Subject
from analyzer.stores.entries import Prints
from benchmarks.similar.records import row
from tests.similar.films import edited, film

HOUR = film(1, 3600, gap_s=0.5)
"""As a close look would show it all; its record has a look every 15 s."""
CLIP = edited(HOUR, 1803, 1823, noise=0.03)


def sparse() -> Prints:
    prints = HOUR.prints
    return Prints(times_s=prints.times_s[::30], hashes=prints.hashes[::30])


def search(path: Path, look: Look | None) -> list[Found]:
    films = Films([(row(path, HOUR), sparse())])
    subject = Subject(CLIP, None, "f" * 16, close=True)
    return [found for _, found in Searcher(films, look).search(subject, films.candidates(CLIP.prints))]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "hour.mp4"
    path.touch()
    return path


def test_a_clip_of_a_sparse_record_is_found_by_a_look_at_a_part_of_the_film(path: Path) -> None:
    asked: list[Interval] = []

    def look(path: Path, span: Interval) -> Prints:
        asked.append(span)
        inside = (HOUR.prints.times_s >= span[0]) & (HOUR.prints.times_s <= span[1])
        return Prints(times_s=HOUR.prints.times_s[inside], hashes=HOUR.prints.hashes[inside])

    (found,) = search(path, look)
    (span,) = asked
    assert span[0] < 1803 < 1823 < span[1]
    assert span[1] - span[0] <= WHOLE_S
    assert found.looked
    assert found.common.relation == "whole"
    assert found.common.theirs_s == pytest.approx((1803, 1823), abs=1)


def test_without_a_look_one_picture_is_not_enough(path: Path) -> None:
    assert search(path, None) == []


def test_a_file_that_cannot_be_looked_at_is_judged_by_its_record(path: Path) -> None:
    def fail(path: Path, span: Interval) -> Prints:
        raise InputError(f"{path}: is away")

    assert search(path, fail) == []


def test_what_is_not_there_is_not_looked_at(tmp_path: Path) -> None:
    def never(path: Path, span: Interval) -> Prints:
        raise AssertionError(path)

    assert search(tmp_path / "gone.mp4", never) == []


def test_a_store_without_films_has_nothing() -> None:
    films = Films([])
    assert films.candidates(CLIP.prints) == []
    none = Prints(times_s=[], hashes=CLIP.prints.hashes[:0])
    assert Films([(row(Path("/f.mp4"), HOUR), none)]).without == 1
    assert Films([(row(Path("/f.mp4"), HOUR), sparse())]).candidates(none) == []
