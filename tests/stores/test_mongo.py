from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from pymongo import MongoClient

from analyzer.stores.mongo import MongoStore
from tests.contracts.stores import Open, StoreContract


class TestMongo(StoreContract):
    @pytest.fixture
    def opened(self, mongo_database: str) -> Iterator[Open]:
        """Each name is a database of its own."""
        used = set()

        def opened(name: str) -> MongoStore:
            used.add(address := f"{mongo_database}_{name}")
            return MongoStore(address)

        yield opened
        for address in used:
            with MongoClient(address) as client:
                client.drop_database(urlsplit(address).path.strip("/"))
