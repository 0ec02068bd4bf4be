"""Which migrations a file has been through, and doing those that it has not."""

from collections.abc import Callable
from datetime import UTC, datetime

from analyzer.errors import NewerStoreError, StoreError
from analyzer.paths import shown
from analyzer.stores.sqlite.database import Database
from analyzer.stores.sqlite.migrations import MIGRATIONS


def pending(database: Database) -> list[str]:
    """Return the names of the migrations that a file still needs, in order. Nothing is written.

    Raises:
        NewerStoreError: it has been through one that is not known.
        StoreError: it is of another program.
    """
    done = _done(database)
    if unknown := sorted(map(str, done - MIGRATIONS.keys())):
        raise NewerStoreError(
            f"{shown(database.path)}: was written by a newer Marquee ({unknown[-1]}); upgrade Marquee, "
            "or name another with --store"
        )
    return [name for name in MIGRATIONS if name not in done]


def is_empty(database: Database) -> bool:
    """Whether a file holds no table at all: it was made just now."""
    return not database.ask("SELECT 1 FROM sqlite_master LIMIT 1")


def create(database: Database) -> None:
    """Make the tables of an empty file as they are in the newest version."""
    with database.transaction():
        for name in pending(database):  # none where another process was faster
            _apply(database, name)


def migrate(database: Database, said: Callable[[str], None]) -> None:
    """Do the pending migrations, each whole or not at all; `said` gets the name of each that is done.

    Raises:
        StoreError: see `pending`; or it cannot be done, and nothing of it is.
    """
    for name in pending(database):
        with database.transaction():
            done = name in pending(database)
            if done:
                _apply(database, name)
        if done:
            said(name)


def _apply(database: Database, name: str) -> None:
    database.ask("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, at TEXT NOT NULL)")
    for statement in MIGRATIONS[name].split(";"):
        database.ask(statement)
    database.ask("INSERT INTO migration VALUES (?, ?)", name, f"{datetime.now(UTC):%FT%TZ}")


def _done(database: Database) -> set[str]:
    if is_empty(database):
        return set()
    if not database.ask("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migration'"):
        raise StoreError(
            f"{shown(database.path)}: is a database of another program; name another file with --store"
        )
    return {name for (name,) in database.ask("SELECT name FROM migration")}
