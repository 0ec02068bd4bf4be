"""A database that others write to as well, or that another version has written."""

import contextlib
from pathlib import Path

import pytest

from analyzer.errors import (
    NewerStoreError,
    StoreError,
)
from analyzer.stores.contract import Query
from analyzer.stores.mongo import MongoStore, migrations
from analyzer.stores.opening import open_store
from tests.contracts.stores import Make, assert_holds, held
from tests.entries import same
from tests.stores.mongo import Documents, all_of


def test_what_others_wrote_is_not_lost_or_changed(store: MongoStore, database: Documents, make: Make) -> None:
    database.tag.insert_many(
        [
            {
                "name": "dog",
                "galleries": ["g9", 17, "g1"],
                "url": "https://example.org/dog",
                "n": [1, {"a": 2}],
            },
            {"name": "nobody", "galleries": []},
            {"_id": "cat", "name": "cat", "galleries": []},
            {"name": "without"},
        ]
    )
    database.gallery.insert_many([{"gid": "g1", "title": "One"}, {"gid": "g9", "tags": ["dog"]}])
    database.channel.insert_one({"name": "A", "model": ["B"]})
    database.model.insert_one({"name": "B"})
    database.notes.insert_one({"of": "somebody"})
    before = all_of(database)
    entries = [make(seed, tags=["dog", "mine"], objects=["cat"], gallery=bool(seed % 2)) for seed in range(6)]
    store.save(entries)
    keys = sorted(one.row.key for one in entries)
    assert database.tag.find_one({"name": "dog"})["galleries"][:3] == ["g9", 17, "g1"]
    assert sorted(database.tag.find_one({"name": "dog"})["galleries"][3:]) == keys
    assert sorted(database.tag.find_one({"_id": "cat"})["galleries"]) == keys
    assert store.tags() == {"dog": 9, "cat": 6, "mine": 6}
    assert [*store.rows()] == [one.row for one in sorted(entries, key=lambda one: one.row.key)]
    assert [*store.find(Query(tags=("DOG",)))] == sorted(
        (one.row for one in entries), key=lambda row: (row.path, row.key)
    )
    assert store.counts()["gallery"] == 3 + 2
    assert [*store.problems()] == []
    store.save([one.model_copy(update={"tags": (), "objects": ()}) for one in entries])
    store.remove(keys)
    after = all_of(database)
    assert {name: after[name] for name in before} == before
    assert not any(after[name] for name in ("movie", "face", "person"))


def test_duplicates_of_every_key_are_found_where_there_were_no_indexes(
    mongo_database: str, database: Documents, make: Make
) -> None:
    database.gallery.insert_many([{"gid": "g1"}, {"gid": "g1"}, {"gid": "g2"}])
    for name in ("channel", "model", "tag"):
        database[name].insert_many([{"name": "A", "galleries": []}, {"name": "A", "galleries": ["g1"]}])
    database.movie.insert_one({"_id": "m"})
    database.person.insert_many([{"source": "m", "id": "p1"}, {"source": "m", "id": "p1"}])
    database.face.insert_many([{"name": "0", "source": "m"}] * 1 + [{"name": "0", "source": "m", "n": 2}])
    with contextlib.closing(open_store(mongo_database)) as store:
        store.save([one := make(1, tags=["A"])])
        found = {(problem.collection, problem.what) for problem in store.problems()}
        assert {problem.kind for problem in store.problems()} == {"duplicate"}
        assert found == {
            ("gallery", "2 of gid 'g1'"),
            ("channel", "2 of name 'A'"),
            ("model", "2 of name 'A'"),
            ("tag", "2 of name 'A'"),
            ("person", "2 of source 'm', id 'p1'"),
            ("face", "2 of name '0', source 'm'"),
        }
        assert same(held(store)[one.row.key], one)
        with pytest.raises(
            StoreError, match=r"^[^\n]+: no index gallery\.gid_1 [^\n]+ 'marquee db check' [^\n]+$"
        ):
            store.migrate(lambda name: None)
        for name in ("gallery", "channel", "model", "tag", "person", "face"):
            database[name].delete_one({"$or": [{"gid": "g1"}, {"name": {"$in": ["A", "0"]}}, {"id": "p1"}]})
        store.migrate(lambda name: None)
        assert [*store.problems()] == []
    assert database.tag.index_information()["name_1"]["unique"]


def test_dangling_references_are_found(store: MongoStore, database: Documents, make: Make) -> None:
    store.save([one := make(1, people=1, tags=["a"])])
    database.face.insert_many(
        [
            {"name": "0", "source": "f" * 16, "person": None},
            {"name": "x", "source": one.row.key, "person": "p7"},
        ]
    )
    database.person.insert_one({"source": "e" * 16, "id": "p1"})
    database.tag.update_one({"name": "a"}, {"$addToSet": {"galleries": {"$each": ["d" * 16, "theirs", 5]}}})
    assert {(problem.kind, problem.collection, problem.what) for problem in store.problems()} == {
        ("dangling", "face", f"source {'f' * 16} is neither a movie nor a gallery"),
        ("dangling", "face", f"1 of person p7, whom {one.row.key} has not"),
        ("dangling", "person", f"source {'e' * 16} is neither a movie nor a gallery"),
        ("dangling", "tag", f"galleries names {'d' * 16}, which is neither a movie nor a gallery"),
    }


def test_a_document_changed_by_hand_into_nonsense_is_said(
    store: MongoStore, database: Documents, make: Make
) -> None:
    store.save([one := make(1), other := make(2)])
    database.movie.update_one({"_id": one.row.key}, {"$set": {"rating": 5}})
    assert [*store.rows()] == sorted([one.row, other.row], key=lambda row: row.key)
    database.movie.update_one({"_id": one.row.key}, {"$set": {"duration_s": "long"}})
    for act in (
        lambda: [*store.rows()],
        lambda: store.find(Query()),
        lambda: [*store.entries([one.row.key])],
    ):
        with pytest.raises(StoreError, match=r"^[^\n]+ 'marquee db rebuild' writes it anew$"):
            act()
    store.save([one])
    assert_holds(store, [one, other])


def test_a_fresh_database_is_recorded_at_the_first_save(
    store: MongoStore, database: Documents, make: Make
) -> None:
    assert database.list_collection_names() == []
    store.save([make(1)])
    assert [one["_id"] for one in database.migration.find()] == [*migrations.MIGRATIONS]
    assert [*store.pending()] == []


def test_a_database_of_a_newer_marquee_is_refused_untouched(
    store: MongoStore, database: Documents, mongo_database: str, make: Make, tmp_path: Path
) -> None:
    store.save([make(1)])
    database.migration.insert_one({"_id": "999-later"})
    store.dump(tmp_path)
    before = all_of(database)
    with pytest.raises(NewerStoreError, match=r"^[^\n]+ newer Marquee \(999-later\); upgrade Marquee[^\n]+$"):
        MongoStore(mongo_database)
    assert all_of(database) == before
    database.migration.delete_one({"_id": "999-later"})
    with contextlib.closing(MongoStore(mongo_database)) as older, pytest.raises(NewerStoreError):
        older.load(tmp_path)
    assert_holds(store, [make(1)])


def test_migrations_are_done_once_and_recorded(
    store: MongoStore, database: Documents, mongo_database: str, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.save([make(1)])
    monkeypatch.setitem(
        migrations.MIGRATIONS,
        "002-test",
        lambda link: link["movie"].update_many({}, {"$set": {"seen": True}}),
    )
    with pytest.raises(StoreError, match=r"^[^\n]+'marquee db migrate' brings it on$"):
        open_store(mongo_database)
    with contextlib.closing(open_store(mongo_database, older=True)) as older:
        assert [*older.pending()] == ["002-test"]
        said: list[str] = []
        older.migrate(said.append)
        older.migrate(said.append)
        assert said == ["002-test"]
    assert database.movie.find_one()["seen"]
    assert database.migration.count_documents({}) == 2
    assert_holds(store, [make(1)])
