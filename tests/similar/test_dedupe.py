"""Groups of copies, the best of them, and clips."""

from pathlib import Path

import pytest

from analyzer.progress import silent
from analyzer.similar.comparing import Film
from analyzer.similar.dedupe import Duplicates, duplicates
from analyzer.similar.films import Films
from analyzer.similar.quality import Condition, Copy, rank, why
from analyzer.similar.searching import Searcher
from analyzer.stores.entries import Row
from benchmarks.similar.records import row
from tests.similar.films import edited, film

WHOLE = film(1, 600)


def dedupe(*films: tuple[Row, Film], conditions: dict[str, Condition] | None = None) -> Duplicates:
    store = Films((row, film.prints) for row, film in films)
    found = conditions or {}
    return duplicates(store, Searcher(store, None), lambda row: found.get(row.path, Condition()), silent)


def names(found: Duplicates) -> list[list[str]]:
    return [[Path(copy.row.path).name for copy in group.copies] for group in found.groups]


def test_copies_are_one_group_the_best_first() -> None:
    small = edited(WHOLE, noise=0.03, seed=1)
    faster = edited(WHOLE, speed=1.04, seed=2)
    found = dedupe(
        (row(Path("/f/small.mp4"), small), small),
        (row(Path("/f/big.mp4"), WHOLE, width=1920, height=1080), WHOLE),
        (row(Path("/f/other.mp4"), other := film(2, 600)), other),
        (row(Path("/f/faster.mp4"), faster, size_bytes=900_000), faster),
    )
    assert names(found) == [["big.mp4", "small.mp4", "faster.mp4"]]
    assert found.clips == ()
    keep, second, _ = found.groups[0].copies
    assert "1920 x 1080 pixels rather than 640 x 360" in why(keep, second)


def test_a_clip_is_no_copy_and_is_told_of_the_best_copy_alone() -> None:
    clip = edited(WHOLE, 90, 150)
    copy = edited(WHOLE, seed=3)
    found = dedupe(
        (row(Path("/f/a.mp4"), WHOLE), WHOLE),
        (row(Path("/f/b.mp4"), copy, size_bytes=10), copy),
        (row(Path("/f/clip.mp4"), clip), clip),
    )
    assert names(found) == [["a.mp4", "b.mp4"]]
    (one,) = found.clips
    assert (one.clip.path, one.whole.path) == ("/f/clip.mp4", "/f/a.mp4")
    assert one.common.theirs_s == pytest.approx((90, 150), abs=4)


def test_the_same_file_is_said_as_such() -> None:
    rows = [row(Path(f"/f/{name}.mp4"), WHOLE, video="0" * 16) for name in "ba"]
    found = dedupe(*((one, WHOLE) for one in rows))
    keep, other = found.groups[0].copies
    assert Path(keep.row.path).name == "a.mp4"
    assert why(keep, other) == "the same file; this one is the first by name"


def test_a_store_without_copies_has_no_groups() -> None:
    films = [(row(Path(f"/f/{seed}.mp4"), one := film(seed)), one) for seed in range(30)]
    assert dedupe(*films) == Duplicates((), ())
    assert dedupe() == Duplicates((), ())


def test_a_whole_film_is_kept_rather_than_a_larger_one_that_lacks_some() -> None:
    trimmed = edited(WHOLE, 5, 595)
    found = dedupe(
        (row(Path("/f/trimmed.mp4"), trimmed, width=1920, height=1080), trimmed),
        (row(Path("/f/whole.mp4"), WHOLE), WHOLE),
    )
    assert names(found) == [["whole.mp4", "trimmed.mp4"]]
    assert "lacks" in why(*found.groups[0].copies)


def test_what_is_cut_off_or_damaged_is_not_kept() -> None:
    cut = {"/f/b.mp4": Condition(missing_s=30)}
    pair = [
        (row(Path("/f/a.mp4"), WHOLE), WHOLE),
        (row(Path("/f/b.mp4"), one := edited(WHOLE), width=1920, height=1080), one),
    ]
    keep, other = dedupe(*pair, conditions=cut).groups[0].copies
    assert keep.row.path == "/f/a.mp4"
    assert "cut off, 30 s are missing" in why(keep, other)
    hurt = {"/f/b.mp4": Condition(damaged=4)}
    keep, other = dedupe(*pair, conditions=hurt).groups[0].copies
    assert keep.row.path == "/f/a.mp4"
    assert "4 packets or frames of the other are damaged" in why(keep, other)


@pytest.mark.parametrize(
    ("better", "worse", "reason"),
    [
        ({"size_bytes": 90_000_000}, {"size_bytes": 30_000_000}, "2.4 Mbit/s of h264 rather than 0.8"),
        ({"size_bytes": 30_000_000, "codec": "hevc"}, {"size_bytes": 30_000_000}, "of hevc rather than"),
        ({}, {}, "as good as each other"),
    ],
)
def test_reasons(better: dict[str, object], worse: dict[str, object], reason: str) -> None:
    size = {"duration_s": 300.0}
    one = Copy(row(Path("/f/a.mp4"), WHOLE, **size, **better), Condition(), 0.0)
    other = Copy(row(Path("/f/b.mp4"), WHOLE, **size, **worse), Condition(), 0.0)
    assert min([other, one], key=rank) is one
    assert reason in why(one, other)
