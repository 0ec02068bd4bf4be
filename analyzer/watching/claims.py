"""Claims: no file is done by two processes at once, whether they analyze or watch."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

from analyzer.paths import as_uri
from analyzer.watching.database import QueueDatabase
from analyzer.watching.owners import Owner

WAIT_S = 0.5


class Claims:
    """The claims of all processes of a library."""

    def __init__(self, database: QueueDatabase, owner: Owner) -> None:
        self._database, self._owner = database, owner

    def take(self, path: Path) -> bool:
        """Claim a file; False where a process that is alive has."""
        with self._database.transaction():
            return claim(self._database, path, self._owner)

    def release(self, path: Path) -> None:
        """Give up a claim of this process."""
        release(self._database, path, self._owner)

    @contextlib.contextmanager
    def held(self, path: Path) -> Iterator[None]:
        """Claim a file meanwhile; wait for whoever has."""
        while not self.take(path):
            time.sleep(WAIT_S)
        try:
            yield
        finally:
            self.release(path)


@contextlib.contextmanager
def claims_of(home: Path) -> Iterator[Claims]:
    """Open the claims of a library.

    Raises:
        StoreError, OutputError: they cannot be.
    """
    with QueueDatabase(home) as database, Owner(home) as owner:
        yield Claims(database, owner)


def claim(database: QueueDatabase, path: Path, owner: Owner) -> bool:
    """See Claims.take; within a transaction."""
    file = as_uri(path)
    held = database.ask("SELECT owner FROM claim WHERE file = ?", file)
    if held and owner.is_alive(held[0][0]):
        return False
    database.ask("INSERT OR REPLACE INTO claim VALUES (?, ?)", file, owner.name)
    return True


def release(database: QueueDatabase, path: Path, owner: Owner) -> None:
    """See Claims.release."""
    database.ask("DELETE FROM claim WHERE file = ? AND owner = ?", as_uri(path), owner.name)
