"""queue.db in MARQUEE_HOME: what all processes of a library know of what is to be done."""

import contextlib
import itertools
import os
import time
from pathlib import Path

from analyzer.errors import InputError, NewerStoreError, StoreError
from analyzer.paths import shown
from analyzer.stores.sqlite.database import BESIDE, Database

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
    begun INTEGER NOT NULL DEFAULT 0,
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
MIGRATIONS = {"files": _FILES}
"""By name, in order; each is done once, whole or not at all."""


class QueueDatabase(Database):
    """A connection of one thread; a context manager that closes it.

    Raises:
        StoreError: it is damaged or cannot be opened.
        NewerStoreError: it was written by a newer Marquee.
    """

    remedy = "'marquee jobs clear --damaged' sets it aside; what is watched is then looked at anew"

    def __init__(self, home: Path) -> None:
        super().__init__(home / "queue.db")
        try:
            self.prepare()
            self.ask("PRAGMA synchronous = NORMAL")  # what a power cut takes back is found up to date again
            self.ask("PRAGMA cache_size = -8192")
            with self.transaction():
                self._migrate()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "QueueDatabase":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _migrate(self) -> None:
        self.ask("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, done_s REAL NOT NULL)")
        done = {name for (name,) in self.ask("SELECT name FROM migration")}
        if newer := sorted(done - MIGRATIONS.keys()):
            raise NewerStoreError(
                f"{shown(self.path)}: was written by a newer Marquee ({newer[-1]}); upgrade Marquee"
            )
        for name, script in MIGRATIONS.items():
            if name not in done:
                for statement in script.split(";"):
                    self.ask(statement)
                self.ask("INSERT INTO migration VALUES (?, ?)", name, time.time())


def set_aside(home: Path) -> Path:
    """Rename a damaged queue.db, so that a new one is made; return its new path.

    Raises:
        InputError: there is none.
        StoreError: it cannot be renamed.
    """
    path = home / "queue.db"
    if not os.path.lexists(path):
        raise InputError(f"{shown(path)}: is not there, so nothing is damaged")
    names = (path.with_name(f"queue.db.damaged-{n}") for n in itertools.count(1))
    aside = next(name for name in names if not name.exists())
    try:
        for end in BESIDE:
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + end).rename(aside.with_name(aside.name + end))
    except OSError as error:
        raise StoreError(f"{shown(path)}: cannot be set aside: {error.strerror or error}") from None
    return aside
