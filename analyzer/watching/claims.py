"""Claims: no file is done by two processes at once, whether they analyze or watch."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from analyzer.paths import as_uri
from analyzer.watching.database import Database
from analyzer.watching.owners import Owner

WAIT_S = 0.5


class Claims:
    """The claims of all processes of a library."""

    def __init__(self, database: Database, owner: Owner) -> None:
        self._database, self._owner = database, owner

    def take(self, path: Path) -> bool:
        """Claim a file; False where a process that is alive has."""
        with self._database.changing() as connection:
            return claim(connection, path, self._owner)

    def release(self, path: Path) -> None:
        """Give up a claim of this process."""
        with self._database.changing() as connection:
            release(connection, path, self._owner)


@contextlib.contextmanager
def claims_of(home: Path) -> Iterator[Claims]:
    """Open the claims of a library.

    Raises:
        StoreError, OutputError: they cannot be.
    """
    with Database(home) as database, Owner(home) as owner:
        yield Claims(database, owner)


def claim(connection: sqlite3.Connection, path: Path, owner: Owner) -> bool:
    """See Claims.take; within a transaction."""
    file = _identity(path)
    held = connection.execute("SELECT owner FROM claim WHERE file = ?", (file,)).fetchone()
    if held and owner.is_alive(held[0]):
        return False
    connection.execute("INSERT OR REPLACE INTO claim VALUES (?, ?)", (file, owner.name))
    return True


def release(connection: sqlite3.Connection, path: Path, owner: Owner) -> None:
    """See Claims.release; within a transaction."""
    connection.execute("DELETE FROM claim WHERE file = ? AND owner = ?", (_identity(path), owner.name))


def _identity(path: Path) -> str:
    """The one name of a file, by whichever links its folder was reached."""
    return as_uri(Path(os.path.realpath(path.parent)) / path.name)
