"""Dumps and backups of a database."""

import contextlib
import json
import os
import tarfile
from pathlib import Path

import bson
import pytest

from analyzer.errors import (
    OutputError,
    StoreError,
    UsageError,
)
from analyzer.stores.mongo import MongoStore
from analyzer.upkeep.backup import backup, restore
from tests.contracts.stores import Make, Open, assert_holds
from tests.stores.mongo import Documents, all_of


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
