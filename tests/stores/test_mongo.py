"""MongoDB as a store, on a real server; by pymongo alone, what is written and what others have written."""

import contextlib
import json
import logging
import os
import signal
import socket
import tarfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import bson
import pytest
from pymongo import MongoClient, monitoring
from pymongo.database import Database

from analyzer.errors import (
    MarqueeError,
    NewerStoreError,
    OutputError,
    StoreAwayError,
    StoreError,
    UsageError,
)
from analyzer.stores.contract import Query
from analyzer.stores.mongo import MongoStore, migrations
from analyzer.stores.opening import open_store
from analyzer.upkeep.backup import backup, restore
from tests.contracts.stores import Make, Open, StoreContract, assert_holds, held
from tests.entries import entry, same
from tests.mongo import MongoServer, free_port

Documents = Database[dict[str, Any]]

BY_SIZE: list[dict[str, Any]] = [
    {"$project": {"name": "$name", "g_count": {"$size": "$galleries"}}},
    {"$sort": {"g_count": -1}},
]
SECRET = "s3cret-Pass%40word"  # as a URL has it


@pytest.fixture
def opened(mongo_database: str) -> Iterator[Open]:
    """Each name is a database of its own."""
    used: set[str] = set()

    def opened(name: str) -> MongoStore:
        used.add(address := _database_of(mongo_database, f"_{name}"))
        return MongoStore(address)

    yield opened
    for address in used:
        with MongoClient[dict[str, Any]](address) as client:
            client.drop_database(client.get_default_database().name)


class TestMongo(StoreContract):
    @pytest.fixture
    def opened(self, opened: Open) -> Open:
        return opened


def _database_of(url: str, ending: str) -> str:
    parts = urlsplit(url)
    return parts._replace(path=f"{parts.path}{ending}").geturl()


@pytest.fixture
def database(mongo_database: str) -> Iterator[Documents]:
    """The database of `store`, as others see it."""
    with MongoClient[dict[str, Any]](mongo_database) as client:
        yield client.get_default_database()


@pytest.fixture
def store(mongo_database: str) -> Iterator[MongoStore]:
    with contextlib.closing(MongoStore(mongo_database)) as store:
        yield store


@pytest.fixture
def make(tmp_path: Path) -> Make:
    return lambda seed, **changes: entry(tmp_path / "films", seed, **changes)


def all_of(database: Documents) -> dict[str, list[dict[str, Any]]]:
    """Everything in a database."""
    names = sorted(database.list_collection_names())
    return {name: [*database[name].find().sort("_id")] for name in names}


# What is in the collections


def test_documents_are_as_the_manual_says(store: MongoStore, database: Documents, make: Make) -> None:
    film, pictures = (
        make(1, people=2, tags=["beach"], objects=["Cat"]),
        make(2, gallery=True, tags=[], objects=[]),
    )
    store.save([film, pictures])
    key = film.row.key
    (movie,) = database.movie.find()
    assert movie["_id"] == key
    assert (movie["path"], movie["video"], movie["stamp"]) == (film.row.path, film.row.video, film.row.stamp)
    assert [thing["label"] for thing in movie["objects"]] == ["Cat"]
    assert [tag["name"] for tag in movie["tags"]] == ["beach"]
    assert movie["prints"]["hashes"] == film.prints.hashes.astype("<u8").tobytes()
    assert [(person["source"], person["id"]) for person in database.person.find({"source": key})] == [
        (key, "p1"),
        (key, "p2"),
    ]
    faces = [*database.face.find({"source": key}).sort("time_s")]
    assert {face["name"] for face in faces} == {str(face.number) for face in film.faces}
    assert database.gallery.find_one({"gid": pictures.row.key})["path"] == pictures.row.path
    assert database.tag.find_one({"name": "beach"})["galleries"] == [key]
    assert database.tag.find_one({"name": "Cat"})["galleries"] == [key]


@pytest.mark.parametrize(
    ("collection", "fields"),
    [
        ("gallery", ["gid"]),
        ("channel", ["name"]),
        ("model", ["name"]),
        ("tag", ["name"]),
        ("face", ["name", "source"]),
        ("person", ["source", "id"]),
    ],
)
def test_keys_are_unique(
    store: MongoStore, database: Documents, make: Make, collection: str, fields: list[str]
) -> None:
    store.save([make(1)])
    indexes = database[collection].index_information().values()
    assert [index["key"] for index in indexes if index.get("unique")] == [[(name, 1) for name in fields]]


def test_the_aggregations_of_the_manual_run_unchanged(
    store: MongoStore, database: Documents, make: Make
) -> None:
    """FerretDB has no $size in expressions: there the server's word for that is asserted instead."""
    store.save([make(1, tags=["a"], objects=[]), make(2, tags=["a", "b"], objects=[])])
    database.tag.insert_one({"name": "crawled", "galleries": ["17", "18", "19"]})
    if "ferretdbVersion" in database.client.server_info():
        with pytest.raises(Exception, match="The operator \\$size is not implemented yet"):
            database.tag.aggregate(BY_SIZE)
        counted = [(tag["name"], len(tag["galleries"])) for tag in database.tag.find()]
    else:
        counted = [(tag["name"], tag["g_count"]) for tag in database.tag.aggregate(BY_SIZE)]
    assert sorted(counted, key=lambda tag: -tag[1]) == [("crawled", 3), ("a", 2), ("b", 1)]
    for collection, key in (("tag", "$name"), ("gallery", "$gid"), ("face", {"n": "$name", "s": "$source"})):
        grouped = {"$group": {"_id": key, "count": {"$sum": 1}}}
        assert [*database[collection].aggregate([grouped, {"$match": {"count": {"$gt": 1}}}])] == []
        assert sum(one["count"] for one in database[collection].aggregate([grouped])) == len(
            [*database[collection].find()]
        )


def test_nothing_is_stored_that_somebody_could_be_recognised_by(
    store: MongoStore, database: Documents, make: Make
) -> None:
    store.save([make(1, people=3)])
    fields = {field for name in ("person", "face") for one in database[name].find() for field in one}
    assert fields == {
        *("_id", "source", "appearance", "id", "billing", "role", "screen_time_s", "face_time_s"),
        *("confidence", "name", "time_s", "person", "box", "score", "quality"),
    }


def test_a_movie_may_have_many_thousand_faces(store: MongoStore, make: Make) -> None:
    one = make(1, people=2)
    face = next(face for seed in range(9) for face in make(seed).faces)
    many = one.model_copy(
        update={"faces": tuple(face.model_copy(update={"number": n, "person": "p1"}) for n in range(7_000))}
    )
    for _ in range(2):
        store.save([make(2), many, make(3)])
    assert store.counts()["face"] == 7_000 + len(make(2).faces) + len(make(3).faces)
    (found,) = store.entries([one.row.key])
    assert same(found, many)
    assert [*store.problems()] == []
    store.remove([one.row.key])
    assert_holds(store, [make(2), make(3)])


# What others have written


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


# Versions


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


# Dumps


def test_a_dump_is_what_mongorestore_reads(
    store: MongoStore, database: Documents, make: Make, tmp_path: Path
) -> None:
    store.save([make(seed) for seed in range(20)])
    database["their notes"].insert_many([{"_id": n, "n": [2**40, 1.5, b"\0\xff", None]} for n in range(300)])
    store.dump(tmp_path)
    expected = all_of(database)
    folder = tmp_path / database.name
    assert {file.name for file in folder.iterdir()} == {
        f"{name.replace(' ', '%20')}.{ending}" for name in expected for ending in ("bson", "metadata.json")
    }
    for name, documents in expected.items():
        beginning = name.replace(" ", "%20")
        with (folder / f"{beginning}.bson").open("rb") as file:
            assert sorted(bson.decode_file_iter(file), key=lambda one: one["_id"]) == documents
        metadata = json.loads((folder / f"{beginning}.metadata.json").read_text("utf-8"))
        assert metadata["collectionName"] == name
        assert metadata["indexes"][0]["key"] == {"_id": {"$numberInt": "1"}}
        assert len(bytes.fromhex(metadata["uuid"])) == 16
        assert {index["name"] for index in metadata["indexes"]} == {*database[name].index_information()}
    tags = json.loads((folder / "tag.metadata.json").read_text("utf-8"))
    assert {
        "v": {"$numberInt": "2"},
        "key": {"name": {"$numberInt": "1"}},
        "name": "name_1",
        "unique": True,
    } in (tags["indexes"])


def test_loading_replaces_what_others_wrote_too(
    store: MongoStore, database: Documents, make: Make, tmp_path: Path
) -> None:
    store.save(entries := [make(seed) for seed in range(5)])
    database.notes.create_index("word", unique=True)
    database.notes.insert_many([{"word": f"w{n}"} for n in range(250)])
    before = all_of(database)
    store.dump(tmp_path)
    database.notes.delete_many({})
    database.more.insert_one({})
    store.remove([one.row.key for one in entries])
    store.load(tmp_path)
    assert all_of(database) == before
    assert database.notes.index_information()["word_1"]["unique"]
    assert_holds(store, entries)


def test_a_backup_is_what_tar_and_mongorestore_read(
    store: MongoStore, database: Documents, opened: Open, make: Make, tmp_path: Path
) -> None:
    store.save(entries := [make(seed) for seed in range(8)])
    database["their notes"].insert_one({"_id": 1})
    backup(store, file := tmp_path / "b.tar.gz")
    with tarfile.open(file) as archive:
        archive.extractall(tmp_path / "out", filter="data")
    folder = tmp_path / "out" / "dump" / database.name
    films = bson.decode_all((folder / "movie.bson").read_bytes()) + bson.decode_all(
        (folder / "gallery.bson").read_bytes()
    )
    assert {film["path"] for film in films} == {one.row.path for one in entries}
    assert (folder / "their%20notes.bson").read_bytes() == bson.encode({"_id": 1})
    with contextlib.closing(opened("two")) as other:
        restore(other, file, tmp_path / "home")
        assert_holds(other, entries)
        with pytest.raises(UsageError, match="is not empty"):
            restore(other, file, tmp_path / "home")


def test_a_name_too_long_for_a_backup_is_said(store: MongoStore, database: Documents, tmp_path: Path) -> None:
    database["x" * 60].insert_one({})
    with pytest.raises(StoreError, match=r"^[^\n]+ has too long a name; back it up with mongodump$"):
        store.dump(tmp_path)


@pytest.mark.parametrize("damage", ["cut off", "no documents", "no JSON", "two databases"])
def test_a_damaged_dump_is_refused_and_nothing_is_lost(
    store: MongoStore, database: Documents, make: Make, tmp_path: Path, damage: str
) -> None:
    store.save([make(seed) for seed in range(5)])
    store.dump(tmp_path)
    folder = tmp_path / database.name
    if damage == "cut off":
        os.truncate(folder / "person.bson", (folder / "person.bson").stat().st_size - 3)
    elif damage == "no documents":
        (folder / "movie.bson").unlink()
    elif damage == "no JSON":
        (folder / "tag.metadata.json").write_text("{")
    else:
        (tmp_path / "other").mkdir()
        (tmp_path / "other" / "a.metadata.json").write_text('{"collectionName": "a"}')
    store.save([make(9)])
    before = all_of(database)
    with pytest.raises(StoreError, match=r"^[^\n]+$"):
        store.load(tmp_path)
    assert all_of(database) == before


def test_a_dump_that_cannot_be_written_is_said(
    store: MongoStore, database: Documents, tmp_path: Path
) -> None:
    (tmp_path / database.name).write_text("in the way")
    with pytest.raises(OutputError, match=r"^[^\n]+: cannot be written: File exists$"):
        store.dump(tmp_path)


# Crashes


class Killer(monitoring.CommandListener):
    """Ends the process, as a power cut does, before it sends its command number n."""

    def __init__(self, n: int) -> None:
        self.left = n

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None: ...

    def failed(self, event: monitoring.CommandFailedEvent) -> None: ...


def survives(address: str, act: Callable[[MongoStore], None], n: int) -> bool:
    """Whether a process of its own does something with a store without coming to its command number n."""
    if (child := os.fork()) == 0:
        try:
            store = MongoStore(address)
            monitoring.register(Killer(n))
            store = MongoStore(address)
            act(store)
            os._exit(0)
        finally:
            os._exit(1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL)
    return status == 0


def test_a_crash_in_a_save_is_seen_and_mended(store: MongoStore, mongo_database: str, make: Make) -> None:
    before = [make(seed) for seed in range(4)]
    after = [make(seed, version=1, gallery=seed == 1) for seed in range(6)]
    both = [{one.row.key: one for one in some} for some in (before, after)]
    for n in range(1, 100):
        store.remove([one.row.key for one in after])
        store.save(before)
        done = survives(mongo_database, lambda store: store.save(after), n)
        _assert_half_done(store, *both)
        assert done or n > 3 or store.stamps([one.row.key for one in after])
        store.save(after)
        assert_holds(store, after)
        if done:
            break
    assert 10 < n < 99


def test_a_crash_in_a_removal_is_seen_and_mended(store: MongoStore, mongo_database: str, make: Make) -> None:
    entries = [make(seed) for seed in range(6)]
    gone = [one.row.key for one in entries[:4]]
    by_key = {one.row.key: one for one in entries}
    for n in range(1, 100):
        store.save(entries)
        done = survives(mongo_database, lambda store: store.remove(gone), n)
        _assert_half_done(store, by_key)
        store.remove(gone)
        assert_holds(store, entries[4:])
        if done:
            break
    assert 8 < n < 99


def _assert_half_done(store: MongoStore, *whole: dict[str, Any]) -> None:
    """Every entry is whole, or says that it is not by its stamp; nothing dangles."""
    there = held(store)
    for key, stamp in store.stamps([*there]).items():
        assert not stamp or any(same(there[key], some[key]) for some in whole if key in some)
    assert [*store.problems()] == []


def test_a_crash_in_loading_loses_nothing(
    store: MongoStore, database: Documents, mongo_database: str, make: Make, tmp_path: Path
) -> None:
    store.save([make(1)])
    store.dump(tmp_path)
    new = all_of(database)
    store.remove([make(1).row.key])
    store.save([make(seed) for seed in range(2, 5)])
    database.notes.insert_one({"of": "somebody"})
    old = all_of(database)
    broken = 0
    for n in range(1, 200):
        done = survives(mongo_database, lambda store: store.load(tmp_path), n)
        with contextlib.closing(open_store(mongo_database, older=True)) as other:
            broken += bool(other.pending())
            other.migrate(lambda name: None)
            assert [*other.pending()] == []
        now = {name: them for name, them in all_of(database).items() if not name.startswith("marquee_new_")}
        assert now in (old, new)
        if now == new:
            break
    assert broken > 5
    assert done or now == new


# The server


def films(server: MongoServer) -> str:
    return urlsplit(server.url)._replace(path="/films").geturl()


def test_a_server_that_goes_away_in_the_middle_is_waited_for(mongo_server: MongoServer, make: Make) -> None:
    entries = [make(seed, people=3) for seed in range(150)]
    with contextlib.closing(MongoStore(films(mongo_server))) as store:
        saving = threading.Thread(target=store.save, args=(iter(entries),))
        saving.start()
        for pause_s in (0.3, 0.9, 1.5):
            saving.join(pause_s)
            assert saving.is_alive()
            mongo_server.kill()
            mongo_server.start()
        saving.join()
        assert_holds(store, entries)


def test_a_server_that_stays_away_is_said_and_all_is_done_later(
    mongo_server: MongoServer, make: Make
) -> None:
    entries = [make(seed) for seed in range(10)]
    address = f"{films(mongo_server)}?serverSelectionTimeoutMS=300"
    with contextlib.closing(MongoStore(address)) as store:
        store.save(entries[:5])
        mongo_server.kill()
        for act in (
            lambda: store.save(entries),
            lambda: store.remove([one.row.key for one in entries]),
            lambda: [*store.rows()],
            lambda: store.find(Query()),
            lambda: store.stamps(["a"]),
            lambda: store.counts(),
            lambda: [*store.problems()],
            lambda: MongoStore(address),
        ):
            with pytest.raises(StoreAwayError, match=r"^mongodb://[^\n]+/films: cannot be reached: [^\n]+$"):
                act()
        mongo_server.start()
        assert_holds(store, entries[:5])
        store.save(entries)
        assert_holds(store, entries)


@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        ("no.such.host.invalid/films?serverSelectionTimeoutMS=300", StoreAwayError),
        ("127.0.0.1:{free}/films?serverSelectionTimeoutMS=300", StoreAwayError),
        ("127.0.0.1:{port}/films?authMechanism=NONE", UsageError),
        ("127.0.0.1:{port}/films?tls=maybe", UsageError),
        ("127.0.0.1:{port}/films?{secret}", UsageError),
        ("127.0.0.1:{port}/films?what=ever", UsageError),
        ("127.0.0.1:{port}/films?tlsCAFile=/no/such/file&tls=true", UsageError),
        ("127.0.0.1:port/films", UsageError),
        ("127.0.0.1:99999/films", UsageError),
        ("127.0.0.1:{port}/a b", UsageError),
        ("127.0.0.1:{port}/a.b", UsageError),
        ("127.0.0.1:{port}/admin", UsageError),
        ("/films", UsageError),
        ("", UsageError),
    ],
)
@pytest.mark.parametrize("password", [SECRET, "s3cret-Pass@word", "s3cret-Pass/word", "s3cret-Pass:wo%zzrd"])
def test_an_address_that_leads_nowhere_is_one_line_without_the_password(
    ending: str, kind: type[MarqueeError], password: str, capfd: pytest.CaptureFixture[str], caplog: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    where = ending.format(port=free_port(), free=free_port(), secret=password)
    kinds = (kind,) if password == SECRET else (UsageError,)
    with pytest.raises(kinds, match=r"^[^\n]+$") as caught:
        MongoStore(f"mongodb://keeper:{password}@{where}")
    shown = f"{caught.value} {capfd.readouterr()} {caplog.text}"
    assert "s3cret" not in shown
    assert "word@" not in str(caught.value)


@pytest.mark.parametrize("password", ["s3cret-Zx9@Qq7", "s3cret/Zx9Qq7", "s3cret?Zx9Qq7", "s3cret#Zx9Qq7"])
def test_nor_does_an_address_that_must_be_looked_up_show_it(password: str, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    for end in ("/films", "", "/a/b", "?tls=true", "/?x=y"):
        with pytest.raises((UsageError, StoreAwayError), match=r"^[^\n]+$") as caught:
            MongoStore(f"mongodb+srv://keeper:{password}@no.such.host.invalid{end}")
        assert not any(part in f"{caught.value} {caplog.text}" for part in ("s3cret", "Zx9", "Qq7"))


def test_a_server_without_tls_is_no_secure_one(mongo_server: MongoServer) -> None:
    with pytest.raises(StoreError, match=r"^mongodb://[^\n]+/films: [^\n]+$"):
        MongoStore(f"{films(mongo_server)}?tls=true&serverSelectionTimeoutMS=500&connectTimeoutMS=300")


def test_a_certificate_that_is_not_trusted_is_said(tmp_path: Path) -> None:
    """A server with TLS is not needed: what answers with anything else is none, either."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_answer_nonsense, args=(listening,), daemon=True).start()
        address = (
            f"mongodb://127.0.0.1:{listening.getsockname()[1]}/films?tls=true&serverSelectionTimeoutMS=500"
        )
        with pytest.raises(StoreError, match=r"no secure connection: [^\n]+$") as caught:
            MongoStore(address)
        assert not isinstance(caught.value, StoreAwayError)


def _answer_nonsense(listening: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listening.accept()
            connection.recv(100)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.close()


def test_wrong_credentials_are_one_line_without_them(
    locked_mongo_server: MongoServer,
    make: Make,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    with contextlib.closing(MongoStore(films(locked_mongo_server))) as store:
        store.save([make(1)])
        assert_holds(store, [make(1)])
        assert store.name == f"mongodb://127.0.0.1:{locked_mongo_server.port}/films"
    messages = []
    for user, password in (("keeper", "s3cret-guess"), ("nobody", "open-sesame"), ("", "")):
        url = urlsplit(locked_mongo_server.url_as(user, password))._replace(path="/films").geturl()
        with pytest.raises(StoreError, match=r"^mongodb://127[^\n@]+$") as caught:
            MongoStore(url)
        assert not isinstance(caught.value, StoreAwayError)
        messages.append(str(caught.value))
    assert all("wrong user name or password" in message for message in messages[:2])
    shown = f"{messages} {capfd.readouterr()} {caplog.text}"
    assert "open-sesame" not in shown
    assert "s3cret-guess" not in shown
