"""What every store must do, whatever it is made of."""

import contextlib
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from analyzer.errors import StoreError
from analyzer.stores.contract import COLLECTIONS, Order, Query, Store
from analyzer.stores.entries import Entry
from tests.entries import answer, entry, same

Make = Callable[..., Entry]
Open = Callable[[str], Store]

MANY = 60
NOWHERE = [f"{n:016x}" for n in range(40_000)]
"""Keys that there are not: more than a database takes as parameters of one statement."""


def held(store: Store) -> dict[str, Entry]:
    """All that a store holds."""
    return {kept.row.key: kept for kept in store.entries([row.key for row in store.rows()])}


def assert_holds(store: Store, entries: list[Entry]) -> None:
    """Hold a store to exactly these entries, by each way of reading it."""
    by_key = dict(sorted((one.row.key, one) for one in entries))
    assert [*store.rows()] == [one.row for one in by_key.values()]
    assert store.stamps([*by_key, *NOWHERE]) == {key: one.row.stamp for key, one in by_key.items()}
    found = {one.row.key: one for one in store.entries([*by_key, *NOWHERE])}
    assert found.keys() == by_key.keys()
    assert all(same(found[key], one) for key, one in by_key.items())
    films = [one for one in by_key.values() if not one.row.gallery]
    assert [*store.prints()] == [(one.row, one.prints) for one in films]
    assert store.counts() == _counted(entries)
    assert [*store.tags().items()] == _popular(entries)
    assert [*store.problems()] == []


def _counted(entries: list[Entry]) -> dict[str, int]:
    counts = dict.fromkeys(COLLECTIONS, 0)
    counts["gallery"] = sum(one.row.gallery for one in entries)
    counts["movie"] = len(entries) - counts["gallery"]
    counts["face"] = sum(len(one.faces) for one in entries)
    counts["person"] = sum(len(one.performers) for one in entries)
    counts["tag"] = len(_popular(entries))
    return counts


def _popular(entries: list[Entry]) -> list[tuple[str, int]]:
    """Each tag and object class with how many movies and galleries it is in; of those alike, by name."""
    words = [{tag.name for tag in one.tags} | {thing.label for thing in one.objects} for one in entries]
    counts = {word: sum(word in some for some in words) for word in set().union(*words)}
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


class StoreContract:
    """Override `opened`."""

    @pytest.fixture
    def opened(self) -> Open:
        """Opens the store of a name, made if need be; the same name opens the same store once more."""
        raise NotImplementedError

    @pytest.fixture
    def store(self, opened: Open) -> Iterator[Store]:
        with contextlib.closing(opened("one")) as store:
            yield store

    @pytest.fixture
    def make(self, tmp_path: Path) -> Make:
        """make(seed, ...): see tests.entries.entry."""
        return lambda seed, **changes: entry(tmp_path / "films", seed, **changes)

    def remove(self, store: Store, entries: list[Entry]) -> None:
        """Drop entries from a store."""
        store.remove([one.row.key for one in entries])

    def test_a_fresh_store_is_empty_and_in_order(self, store: Store) -> None:
        assert_holds(store, [])
        assert set(store.counts()) == set(COLLECTIONS)
        assert [*store.pending()] == []
        said: list[str] = []
        store.migrate(said.append)
        assert said == []

    def test_what_is_saved_is_there_whole(self, store: Store, make: Make) -> None:
        entries = [make(seed) for seed in range(MANY)]
        store.save(entries)
        assert_holds(store, entries)
        assert store.size_bytes() > 0

    def test_saving_again_changes_nothing(self, store: Store, make: Make) -> None:
        entries = [make(seed) for seed in range(12)]
        for _ in range(2):
            store.save(iter(entries))
        store.save(entries[::-1])
        store.save([])
        assert_holds(store, entries)

    def test_saving_replaces_whole(self, store: Store, make: Make) -> None:
        before = [make(seed) for seed in range(12)]
        store.save(before)
        after = [make(seed, version=1, written=1_900_000_000.25) for seed in range(6)]
        store.save(after)
        assert_holds(store, after + before[6:])

    def test_less_replaces_more(self, store: Store, make: Make) -> None:
        store.save([make(5, people=4, tags=["a", "b"], objects=["dog"])])
        bare = make(5, people=0, tags=[], objects=[])
        store.save([bare])
        assert_holds(store, [bare])

    def test_of_one_key_the_last_counts(self, store: Store, make: Make) -> None:
        store.save([make(2, version=1), make(3), last := make(2, version=2)])
        assert_holds(store, [make(3), last])

    def test_a_film_may_become_a_gallery(self, store: Store, make: Make) -> None:
        store.save([make(4, gallery=False)])
        store.save([pictures := make(4, version=1, gallery=True)])
        assert_holds(store, [pictures])

    def test_what_is_removed_is_gone(self, store: Store, make: Make) -> None:
        entries = [make(seed) for seed in range(20)]
        store.save(entries)
        self.remove(store, entries[::2])
        store.remove(NOWHERE)
        store.remove([])
        assert_holds(store, entries[1::2])

    def test_saving_that_is_broken_off_leaves_each_old_or_new(self, store: Store, make: Make) -> None:
        old = [make(seed) for seed in range(MANY)]
        store.save(old)
        new = [make(seed, version=1) for seed in range(MANY + 10)]

        def broken() -> Iterator[Entry]:
            yield from new[: MANY // 2]
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            store.save(broken())
        there = held(store)
        assert {one.row.key for one in old} <= there.keys() <= {one.row.key for one in new}
        for before, after in zip(old, new[:MANY], strict=True):
            assert any(same(there[before.row.key], one) for one in (before, after))
        store.save(new)
        assert_holds(store, new)

    def test_who_has_it_open_too_sees_what_is_saved(self, store: Store, opened: Open, make: Make) -> None:
        with contextlib.closing(opened("one")) as other:
            assert_holds(other, [])
            store.save([one := make(1)])
            assert_holds(other, [one])
            other.save([two := make(2)])
            assert_holds(store, [one, two])

    def test_what_is_closed_is_kept(self, opened: Open, make: Make) -> None:
        entries = [make(seed) for seed in range(5)]
        with contextlib.closing(opened("kept")) as store:
            store.save(entries)
        with contextlib.closing(opened("kept")) as store:
            assert_holds(store, entries)

    def test_it_can_be_added_to_while_it_is_read(self, store: Store, make: Make) -> None:
        entries = [make(seed) for seed in range(12)]
        store.save(entries)
        again = {one.row.key: make(seed, version=1) for seed, one in enumerate(entries)}
        for row in store.rows():
            store.save([again[row.key]])
        assert_holds(store, [*again.values()])

    @pytest.mark.parametrize("order", get_args(Order))
    def test_everything_is_found_in_order(self, store: Store, make: Make, order: Order) -> None:
        entries = [make(seed) for seed in range(MANY)]
        store.save(entries)
        for limit in (None, 0, 1, 7, MANY, 1000):
            query = Query(order=order, limit=limit)
            assert [*store.find(query)] == answer(entries, query)

    @pytest.mark.parametrize(
        ("asked", "least"),
        [
            ({"objects": ("cat",)}, 2),
            ({"objects": ("FUSS",)}, 1),
            ({"objects": ("50%", "Dog")}, 0),
            ({"objects": ("50",)}, 0),
            ({"objects": ("$gt",)}, 1),
            ({"objects": ("a.b",)}, 1),
            ({"objects": ("aXb",)}, 0),
            ({"objects": ("O'CLOCK",)}, 1),
            ({"objects": ("\N{CAT FACE}",)}, 1),
            ({"tags": ("BEACH",)}, 1),
            ({"tags": ("übermut", "cat")}, 0),
            ({"tags": ("ÜBERMUT",)}, 1),
            ({"tags": (" ",)}, 1),
            ({"tags": ("",)}, 0),
            ({"tags": ("beach", "beach")}, 1),
            ({"tags": ("cat",), "objects": ("cat",)}, 0),
            ({"name": "PLAIN"}, 1),
            ({"name": "übermut straße"}, 1),
            ({"name": "смотрю кино"}, 1),
            ({"name": "%"}, 1),
            ({"name": "r_s"}, 1),
            ({"name": '\'s "HERE"'}, 1),
            ({"name": "new\nline"}, 1),
            ({"name": "\\xe9"}, 1),
            ({"name": "slash.*[mp4]("}, 1),
            ({"name": "$where.{x}"}, 1),
            ({"name": "plain.mp4 "}, 0),
            ({"longer_s": 60.0}, 1),
            ({"shorter_s": 60.0}, 1),
            ({"shorter_s": 0.0}, 1),
            ({"longer_s": 60.0, "shorter_s": 60.0}, 1),
            ({"longer_s": 61.0, "shorter_s": 60.0}, 0),
        ],
    )
    def test_each_condition(self, store: Store, make: Make, asked: dict[str, Any], least: int) -> None:
        entries = [make(seed) for seed in range(MANY)]
        store.save(entries)
        for order in get_args(Order):
            query = Query(**asked, order=order)
            expected = answer(entries, query)
            assert len(expected) >= least
            assert [*store.find(query)] == expected

    def test_people_are_found_in_billing_order(self, store: Store, make: Make) -> None:
        entries = [make(seed, people=4 - seed % 3) for seed in range(20)]
        store.save(entries)
        rng = random.Random(1)
        for _ in range(20):
            people = tuple(self.somebody(entries, rng) for _ in range(rng.randint(1, 3)))
            for order in get_args(Order):
                query = Query(people=people, order=order, limit=rng.choice([None, 3]))
                assert [*store.find(query)] == answer(entries, query)

    @staticmethod
    def somebody(entries: list[Entry], rng: random.Random) -> frozenset[tuple[str, str]]:
        """Some appearances, of which some are in one movie, and some in none."""
        pairs = [(one.row.video, p.id) for one in entries for p in one.performers]
        return frozenset(rng.sample(pairs, len(pairs) // 2)) | {("0" * 16, "p1"), (pairs[0][0], "p99")}

    def test_nobody_is_nowhere(self, store: Store, make: Make) -> None:
        store.save(entries := [make(seed, people=2) for seed in range(5)])
        pair = (entries[0].row.video, entries[0].performers[0].id)
        somebody, nobody = frozenset({pair}), frozenset[tuple[str, str]]()
        assert [*store.find(Query(people=(nobody,)))] == []
        assert [*store.find(Query(people=(somebody, nobody)))] == []
        assert [*store.find(Query(people=(somebody,)))] == [entries[0].row]

    def test_someone_may_be_in_thousands_of_movies(self, store: Store, make: Make) -> None:
        store.save([one := make(1, people=2), make(2, people=2)])
        star = frozenset((f"{n:016x}", f"p{n % 3}") for n in range(5000))
        assert [*store.find(Query(people=(star,)))] == []
        assert [*store.find(Query(people=(star | {(one.row.video, "p2")},), order="billing"))] == [one.row]

    def test_copies_are_found_each(self, store: Store, make: Make) -> None:
        store.save(entries := [make(8, people=1), make(9, people=1)])
        assert entries[0].row.video == entries[1].row.video
        query = Query(people=(frozenset({(entries[0].row.video, "p1")}),), order="billing")
        assert [*store.find(query)] == answer(entries, query)
        assert len(store.find(query)) == 2

    def test_all_conditions_together(self, store: Store, make: Make) -> None:
        entries = [make(seed) for seed in range(MANY)]
        store.save(entries)
        rng, hits = random.Random(0), 0
        for _ in range(150):
            query = Query(
                people=tuple(self.somebody(entries, rng) for _ in range(rng.choice([0, 0, 1, 2]))),
                objects=tuple(rng.sample(["cat", "dog", "fuss", "a_b"], rng.choice([0, 0, 1]))),
                tags=tuple(rng.sample(["cat", "strand", "beach"], rng.choice([0, 0, 1]))),
                name=rng.choice(["", "", "MP4", "/00", "ü"]),
                longer_s=rng.choice([None, None, 0.04, 60.0]),
                shorter_s=rng.choice([None, None, 6000.0, 1200.0]),
                order=rng.choice(get_args(Order)),
                limit=rng.choice([None, None, 2]),
            )
            expected = answer(entries, query)
            hits += bool(expected)
            assert [*store.find(query)] == expected
        assert hits > 30


class DumpContract(StoreContract):
    """Of stores that can be backed up, too."""

    def test_what_is_dumped_can_be_loaded(
        self, store: Store, opened: Open, make: Make, tmp_path: Path
    ) -> None:
        entries = [make(seed) for seed in range(MANY)]
        store.save(entries)
        (folder := tmp_path / "dump").mkdir()
        store.dump(folder)
        store.save([make(seed, version=1) for seed in range(3)])
        with contextlib.closing(opened("two")) as other:
            other.save([make(MANY + 1), make(2, version=3)])
            other.load(folder)
            assert_holds(other, entries)
            assert [*other.pending()] == []
            other.save([more := make(MANY + 2)])
            assert_holds(other, [*entries, more])

    def test_an_empty_store_can_be_dumped_and_loaded(
        self, store: Store, opened: Open, make: Make, tmp_path: Path
    ) -> None:
        (folder := tmp_path / "dump").mkdir()
        store.dump(folder)
        with contextlib.closing(opened("two")) as other:
            other.save([make(1)])
            other.load(folder)
            assert_holds(other, [])

    def test_what_is_no_dump_is_refused_and_nothing_is_lost(
        self, store: Store, make: Make, tmp_path: Path
    ) -> None:
        store.save(entries := [make(seed) for seed in range(3)])
        (folder := tmp_path / "nothing").mkdir()
        (folder / "readme.txt").write_text("not a dump")
        with pytest.raises(StoreError, match=r"^[^\n]+$"):
            store.load(folder)
        assert_holds(store, entries)
