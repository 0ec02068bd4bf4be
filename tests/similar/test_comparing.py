"""Films of made-up hashes: what they have in common is found, and where."""

import numpy as np
import pytest

from analyzer.media.views import MIRROR
from analyzer.similar.comparing import Film, compare
from analyzer.similar.searching import FROM_AFAR
from analyzer.similar.verdict import Common, judge
from analyzer.stores.entries import Prints
from tests.similar.films import edited, film


def common(ours: Film, theirs: Film) -> Common | None:
    match = compare(ours, theirs)
    return match and judge(match, ours, theirs, FROM_AFAR)


@pytest.mark.parametrize("speed", [0.95, 0.96, 1.0, 25 / 24, 1.05])
def test_a_film_at_another_speed_is_the_same(speed: float) -> None:
    whole = film(1, 3600)
    found = common(edited(whole, speed=speed), whole)
    assert found is not None
    assert found.relation == "same"
    assert found.speed == pytest.approx(speed, abs=1e-3)


@pytest.mark.parametrize("start", [0, 123, 276])
def test_a_clip_is_located_in_both_directions(start: float) -> None:
    whole = film(2, 300, gap_s=2)
    clip = edited(whole, start, start + 24)
    forth, back = common(clip, whole), common(whole, clip)
    assert forth is not None
    assert back is not None
    assert (forth.relation, back.relation) == ("whole", "part")
    assert forth.theirs_s == pytest.approx((start, start + 24), abs=1)
    assert back.ours_s == pytest.approx((start, start + 24), abs=1)
    turned = back.turned()
    assert turned.relation == "whole"
    assert turned.theirs_s == back.ours_s


def test_the_ends_cut_off_leave_the_same_film() -> None:
    whole = film(3, 120)
    found = common(edited(whole, 5, 115), whole)
    assert found is not None
    assert found.relation == "same"
    assert found.theirs_s == pytest.approx((5, 115), abs=2)


def test_a_common_stretch_is_no_copy() -> None:
    intro = film(4, 60)
    pair = []
    for seed in (5, 6):
        rest = film(seed, 600)
        times = np.concatenate([intro.prints.times_s, rest.prints.times_s + 60])
        hashes = np.concatenate([intro.prints.hashes, rest.prints.hashes])
        pair.append(Film(duration_s=660, prints=Prints(times_s=times, hashes=hashes)))
    found = common(*pair)
    assert found is not None
    assert found.relation == "shares"
    assert found.ours_s == pytest.approx((0, 60), abs=3)


def test_a_mirrored_film_is_said_to_be() -> None:
    whole = film(7)
    prints = Prints(times_s=whole.prints.times_s, hashes=whole.prints.hashes ^ MIRROR)
    found = common(Film(duration_s=whole.duration_s, prints=prints), whole)
    assert found is not None
    assert found.mirrored
    assert found.relation == "same"


def test_a_crop_is_found_by_the_part_that_is_left() -> None:
    whole = film(8)
    hashes = np.random.default_rng(0).integers(0, 2**64, whole.prints.hashes.shape, np.uint64)
    hashes[:, 0] = whole.prints.hashes[:, 1]
    crop = Film(duration_s=300, prints=Prints(times_s=whole.prints.times_s, hashes=hashes))
    for one in (common(crop, whole), common(whole, crop)):
        assert one is not None
        assert one.relation == "same"


def test_unrelated_films_have_nothing_in_common() -> None:
    films = [film(seed, 200, gap_s=1) for seed in range(20)]
    assert [common(a, b) for i, a in enumerate(films) for b in films[:i]] == [None] * 190


def test_one_picture_that_many_films_show_is_nothing_in_common() -> None:
    """A studio's still, 8 s long, in front of both."""
    pair = []
    for seed in (11, 12):
        one = film(seed, 300, gap_s=1)
        hashes = one.prints.hashes.copy()
        hashes[:8] = film(99).prints.hashes[0]
        pair.append(Film(duration_s=300, prints=Prints(times_s=one.prints.times_s, hashes=hashes)))
    assert common(*pair) is None


def test_a_picture_that_never_changes_proves_nothing() -> None:
    still = film(13).prints.hashes[:1]
    pair = [
        edited(
            Film(duration_s=300, prints=Prints(times_s=np.arange(300), hashes=still.repeat(300, 0))), seed=n
        )
        for n in (1, 2)
    ]
    assert common(*pair) is None


def test_films_without_looks_have_nothing_in_common() -> None:
    nothing = Film(duration_s=9, prints=Prints(times_s=[], hashes=np.zeros((0, 3, 4), np.uint64)))
    assert compare(nothing, film(1)) is None
    assert compare(film(1), nothing) is None
