"""What the stores need of the server that they are tested with, by pymongo alone."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import InsertOne, MongoClient, ReplaceOne, UpdateMany, UpdateOne
from pymongo.database import Database
from pymongo.errors import BulkWriteError, ConnectionFailure, DuplicateKeyError, OperationFailure

from tests.mongo import MongoServer


@pytest.fixture
def database(mongo_database: str) -> Iterator[Database[dict[str, Any]]]:
    with MongoClient(mongo_database) as client:
        yield client.get_default_database()


def test_what_is_written_is_read(database: Database[dict[str, Any]]) -> None:
    film = {"_id": "a", "phash": b"\x00\xff" * 16, "people": [{"name": "Ada"}, {"name": "Grace"}], "n": 2**40}
    database.movie.insert_one(film)
    assert database.movie.find_one({"people.name": "Grace"}) == film
    assert database.movie.find_one({"phash": b"\x00\xff" * 16}) == film
    assert database.movie.find_one({"people.name": "Alan"}) is None


def test_a_database_is_empty_at_first(database: Database[dict[str, Any]]) -> None:
    assert database.list_collection_names() == []


def test_a_key_is_unique(database: Database[dict[str, Any]]) -> None:
    database.tag.create_index("name", unique=True)
    database.tag.insert_one({"name": "beach"})
    with pytest.raises(DuplicateKeyError):
        database.tag.insert_one({"name": "beach"})
    assert database.tag.count_documents({}) == 1


def test_a_key_of_two_fields_is_unique(database: Database[dict[str, Any]]) -> None:
    database.face.create_index([("name", 1), ("source", 1)], unique=True)
    database.face.insert_many([{"name": "Ada", "source": "a"}, {"name": "Ada", "source": "b"}])
    with pytest.raises(DuplicateKeyError):
        database.face.insert_one({"name": "Ada", "source": "b"})
    assert database.face.index_information()["name_1_source_1"]["unique"]


def test_an_unordered_bulk_goes_on_after_a_duplicate(database: Database[dict[str, Any]]) -> None:
    database.tag.create_index("name", unique=True)
    with pytest.raises(BulkWriteError) as caught:
        database.tag.bulk_write([InsertOne({"name": name}) for name in "aab"], ordered=False)
    assert [(error["index"], error["code"]) for error in caught.value.details["writeErrors"]] == [(1, 11000)]
    assert database.tag.count_documents({}) == 2


def test_bulks_of_upserts_change_nothing_the_second_time(database: Database[dict[str, Any]]) -> None:
    writes = [
        ReplaceOne({"_id": "a"}, {"_id": "a", "n": 1}, upsert=True),
        UpdateOne({"name": "beach"}, {"$addToSet": {"galleries": "g1"}}, upsert=True),
        UpdateOne({"name": "beach"}, {"$addToSet": {"galleries": {"$each": ["g2", "g1"]}}}, upsert=True),
        UpdateMany({}, {"$pull": {"galleries": "g9"}}),
    ]
    assert database.tag.bulk_write(writes).upserted_count == 2
    assert database.tag.bulk_write(writes).modified_count == 0
    assert list(database.tag.find({}, {"_id": 0})) == [{"n": 1}, {"name": "beach", "galleries": ["g1", "g2"]}]

    database.tag.bulk_write([UpdateMany({}, {"$pull": {"galleries": "g1"}})])
    assert list(database.tag.find({"galleries": "g1"})) == []


def test_duplicates_are_found_by_an_aggregation(database: Database[dict[str, Any]]) -> None:
    faces = [("Ada", "a"), ("Ada", "a"), ("Ada", "b"), ("Grace", "a")]
    database.face.insert_many([{"name": name, "source": source} for name, source in faces])
    key = {"name": "$name", "source": "$source"}
    more_than_one = {"$match": {"count": {"$gt": 1}}}
    found = database.face.aggregate([{"$group": {"_id": key, "count": {"$sum": 1}}}, more_than_one])
    assert list(found) == [{"_id": {"name": "Ada", "source": "a"}, "count": 2}]


def test_galleries_are_counted_by_an_aggregation(database: Database[dict[str, Any]]) -> None:
    """FerretDB has no $size in expressions; it can count what $unwind yields, which keeps _id only."""
    tags = {"beach": ["g1"], "city": ["g1", "g2"], "night": []}
    database.tag.insert_many([{"_id": name, "name": name, "galleries": tags[name]} for name in tags])
    by_size: list[dict[str, Any]] = [
        {"$project": {"name": "$name", "g_count": {"$size": "$galleries"}}},
        {"$sort": {"g_count": -1}},
    ]
    unwound = [{"$unwind": "$galleries"}, {"$group": {"_id": "$_id", "g_count": {"$sum": 1}}}, by_size[1]]
    counts = [{"_id": "city", "g_count": 2}, {"_id": "beach", "g_count": 1}]
    assert list(database.tag.aggregate(unwound)) == counts
    if "ferretdbVersion" in database.client.server_info():
        with pytest.raises(OperationFailure, match="The operator \\$size is not implemented yet"):
            database.tag.aggregate(by_size)
    else:
        counted = [(tag["name"], tag["g_count"]) for tag in database.tag.aggregate(by_size)]
        assert counted == [("city", 2), ("beach", 1), ("night", 0)]


def test_ten_thousand_values_are_looked_up_at_once(database: Database[dict[str, Any]]) -> None:
    database.movie.insert_many([{"_id": str(number)} for number in range(300)])
    wanted = [str(number) for number in range(200, 10_200)]
    assert len(list(database.movie.find({"_id": {"$in": wanted}}).batch_size(7))) == 100


def test_a_server_keeps_its_data_over_a_restart(mongo_server: MongoServer) -> None:
    with MongoClient(mongo_server.url) as client:
        client.films.tag.create_index("name", unique=True)
        client.films.tag.insert_one({"name": "beach"})
    mongo_server.stop()
    mongo_server.start()
    with MongoClient(mongo_server.url) as client, pytest.raises(DuplicateKeyError):
        client.films.tag.insert_one({"name": "beach"})


def test_a_client_that_is_open_lives_through_a_crash(mongo_server: MongoServer) -> None:
    with MongoClient(mongo_server.url, serverSelectionTimeoutMS=500) as client:
        client.films.movie.insert_many([{"_id": number} for number in range(100)])
        mongo_server.kill()
        with pytest.raises(ConnectionFailure):
            client.films.movie.insert_one({"_id": 100})
        mongo_server.start()
        client.films.movie.insert_one({"_id": 100})
        assert client.films.movie.count_documents({}) == 101


def test_a_server_that_is_locked_lets_in_its_user_only(locked_mongo_server: MongoServer) -> None:
    with MongoClient(locked_mongo_server.url) as client:
        client.films.movie.insert_one({})
    for wrong in (locked_mongo_server.url_as("keeper", "guess"), locked_mongo_server.url_as("nobody", "x")):
        with MongoClient(wrong) as client, pytest.raises(OperationFailure, match="Authentication failed"):
            client.films.movie.find_one()
    with (
        MongoClient(f"mongodb://127.0.0.1:{locked_mongo_server.port}") as client,
        pytest.raises(OperationFailure, match="requires authentication"),
    ):
        client.films.movie.find_one()


def test_a_locked_server_starts_again(locked_mongo_server: MongoServer) -> None:
    locked_mongo_server.kill()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", locked_mongo_server.port))
    locked_mongo_server.start()
    with MongoClient(locked_mongo_server.url) as client:
        assert client.films.movie.find_one() is None
