from pathlib import Path

import pytest

from analyzer.stores.sqlite import SqliteStore
from tests.contracts.stores import Open, StoreContract


class TestSqlite(StoreContract):
    @pytest.fixture
    def opened(self, tmp_path: Path) -> Open:
        return lambda name: SqliteStore(tmp_path / f"{name}.db")
