"""queue.db in MARQUEE_HOME: what all processes of a library know of what is to be done."""

import contextlib
import itertools
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analyzer.errors import DiskFullError, NewerStoreError, StoreError
from analyzer.paths import shown

BUSY_S = 60
"""How long one process waits for another's transaction; they take milliseconds."""

_FILES = """
CREATE TABLE request (hash TEXT PRIMARY KEY, store TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE file (
    number INTEGER PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    folder TEXT NOT NULL,
    root TEXT NOT NULL,
    sidecar TEXT NOT NULL,
    stamp TEXT NOT NULL,
    request TEXT NOT NULL REFERENCES request (hash),
    state TEXT NOT NULL,
    priority INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    deaths INTEGER NOT NULL DEFAULT 0,
    not_before REAL NOT NULL DEFAULT 0,
    owner TEXT,
    error TEXT,
    exit_code INTEGER,
    changed_s REAL NOT NULL,
    mount TEXT NOT NULL,
    device TEXT NOT NULL,
    fingerprint TEXT NOT NULL DEFAULT ''
);
CREATE INDEX file_turn ON file (state, deaths, priority, number);
CREATE INDEX file_folder ON file (folder);
CREATE INDEX file_fingerprint ON file (fingerprint);
CREATE INDEX file_owner ON file (owner) WHERE owner IS NOT NULL;
CREATE TABLE claim (file TEXT PRIMARY KEY, owner TEXT NOT NULL);
CREATE TABLE pause (scope TEXT PRIMARY KEY, until_s REAL NOT NULL, reason TEXT NOT NULL);
"""
MIGRATIONS = (("files", _FILES),)
"""By name, in order; each is done once, whole or not at all."""


class Database:
    """One connection, for threads that take turns; a context manager that closes it.

    Raises:
        StoreError: it is damaged or cannot be opened.
        NewerStoreError: it was written by a newer Marquee.
    """

    def __init__(self, home: Path) -> None:
        self.path = home / "queue.db"
        self._turn = threading.RLock()
        with self._complaining():
            home.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            self._connection = sqlite3.connect(
                self.path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
            )
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA synchronous = NORMAL")
                self._migrate()
            except BaseException:
                self._connection.close()
                raise

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of it."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()

    @contextlib.contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """Change several things, all or none of them; no other process comes between.

        Raises:
            StoreError: it is damaged, or cannot be written.
            DiskFullError: there is no room.
        """
        with self._turn, self._complaining():
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def rows(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return what a SELECT finds.

        Raises:
            StoreError: it is damaged, or cannot be read.
        """
        with self._turn, self._complaining():
            return self._connection.execute(question, values).fetchall()

    def change(self, statement: str, *values: Any) -> int:
        """Do one statement; return how many rows it changed.

        Raises:
            StoreError, DiskFullError: see `changing`.
        """
        with self.changing() as connection:
            return connection.execute(statement, values).rowcount

    def _migrate(self) -> None:
        with self.changing() as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, done_s REAL)")
            done = {name for (name,) in connection.execute("SELECT name FROM migration")}
            if newer := done - {name for name, _ in MIGRATIONS}:
                raise NewerStoreError(
                    f"{shown(self.path)}: was written by a newer Marquee ({', '.join(sorted(newer))}); upgrade"
                )
            for name, script in MIGRATIONS:
                if name not in done:
                    for statement in filter(str.strip, script.split(";")):
                        connection.execute(statement)
                    connection.execute("INSERT INTO migration VALUES (?, ?)", (name, time.time()))

    @contextlib.contextmanager
    def _complaining(self) -> Iterator[None]:
        where = shown(self.path)
        try:
            yield
        except OSError as error:
            raise StoreError(f"{where}: cannot be opened: {error.strerror or error}") from None
        except sqlite3.Error as error:
            code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
            if code == sqlite3.SQLITE_FULL:
                raise DiskFullError(f"{where}: cannot be written: no space left on its drive") from None
            if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                remedy = "'marquee jobs clear --damaged' sets it aside; watched folders fill a new one"
                raise StoreError(f"{where}: is damaged; {remedy}") from None
            raise StoreError(f"{where}: {error}") from None


def set_aside(home: Path) -> Path:
    """Rename a damaged queue.db, so that a new one is made; return its new path.

    Raises:
        StoreError: it cannot be renamed.
    """
    path = home / "queue.db"
    names = (path.with_name(f"queue.db.damaged-{n}") for n in itertools.count(1))
    aside = next(name for name in names if not name.exists())
    try:
        path.rename(aside)
        for tail in ("-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + tail).rename(aside.with_name(aside.name + tail))
    except OSError as error:
        raise StoreError(f"{shown(path)}: cannot be set aside: {error.strerror or error}") from None
    return aside
