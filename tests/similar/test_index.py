"""The index finds what looking at every hash finds."""

import numpy as np
import pytest

from analyzer.similar.index import HashIndex


def brute(hashes: np.ndarray, queries: np.ndarray, bits: int) -> set[tuple[int, int]]:
    apart = np.bitwise_count(queries[:, None] ^ hashes[None])
    return set(zip(*map(np.ndarray.tolist, np.nonzero(apart <= bits)), strict=True))


def turned(rng: np.random.Generator, hashes: np.ndarray, bits: int) -> np.ndarray:
    """The same, so many bits of each another."""
    places = np.argsort(rng.random((len(hashes), 64)), 1)[:, :bits].astype(np.uint64)
    return hashes ^ np.bitwise_or.reduce(np.uint64(1) << places, 1)


@pytest.mark.parametrize("bits", [0, 3, 7])
def test_all_that_is_near_is_found(bits: int) -> None:
    rng = np.random.default_rng(bits)
    hashes = rng.integers(0, 2**64, 20_000, np.uint64)
    queries = np.concatenate([turned(rng, hashes[:50], n) for n in range(10)])
    found = set(zip(*map(np.ndarray.tolist, HashIndex(hashes).near(queries, bits)), strict=True))
    assert found == brute(hashes, queries, bits)
    assert len(found) >= 50 * (bits + 1)


def test_what_is_farther_is_found_mostly_and_never_what_is_too_far() -> None:
    rng = np.random.default_rng(1)
    hashes = rng.integers(0, 2**64, 20_000, np.uint64)
    queries = turned(rng, hashes[:2000], 12)
    asked, found = HashIndex(hashes).near(queries, 12)
    assert (np.bitwise_count(queries[asked] ^ hashes[found]) <= 12).all()
    assert (asked == found).sum() > 0.35 * len(queries)


def test_many_alike_are_all_found() -> None:
    """More than are looked at in one go."""
    hashes = np.concatenate([np.full(300_000, 5, np.uint64), np.full(10, 6, np.uint64)])
    asked, found = HashIndex(hashes).near(np.array([5, 5, 2**63], np.uint64), 1)
    assert np.bincount(asked, minlength=3).tolist() == [300_000, 300_000, 0]
    assert found.max() == 299_999


def test_an_empty_index_finds_nothing() -> None:
    none = np.zeros(0, np.uint64)
    assert [len(part) for part in HashIndex(none).near(np.array([1], np.uint64), 64)] == [0, 0]
    assert [len(part) for part in HashIndex(np.array([1], np.uint64)).near(none, 64)] == [0, 0]
