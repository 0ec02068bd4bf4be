"""Stores in MongoDB, and their databases as others see them."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pymongo import MongoClient

from analyzer.stores.mongo import MongoStore
from tests.contracts.stores import Make, Open
from tests.entries import entry
from tests.stores.mongo import Documents


def _database_of(url: str, ending: str) -> str:
    parts = urlsplit(url)
    return parts._replace(path=f"{parts.path}{ending}").geturl()


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
