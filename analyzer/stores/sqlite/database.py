"""A SQLite file: opened, asked and written to; whatever goes wrong with it is said in one line."""

import contextlib
import errno
import os
import shutil
import sqlite3
import stat
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from analyzer.errors import DamagedStoreError, DiskFullError, MarqueeError, StoreAwayError, StoreError
from analyzer.paths import shown
from analyzer.stores.whole import FULL

BUSY_S = 30.0
"""How long another process that is writing is waited for."""
BESIDE = ("", "-wal", "-shm")
"""What SQLite adds to the name of a file for those that belong to it."""
REMEDY = "'marquee db rebuild --move-aside' makes it anew from the sidecars"
_SETTINGS = ("synchronous = FULL", "foreign_keys = ON", "cache_size = -65536")
_FULL_BYTES = 1 << 20
_WRITABLE = "the file and its folder must be writable; for a store, --store names another"
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, None)
"""Among them: a table is missing, and, as Python finds and gives no code, a text is not UTF-8."""
_LEAST = 0xFF  # of an error code; the rest says more about it


class Database:
    """A connection to a file, which is made if need be, for its owner alone.

    Attributes:
        path: of the file.
        connection: for what else SQLite can do; use it within `complaining`.
        remedy: what is said to do where it is damaged.

    Raises:
        StoreError: it cannot be opened or written to.
    """

    remedy = REMEDY

    def __init__(self, path: Path) -> None:
        self.path = path
        with complaining(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _make(path)
            self.connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
            self._file = path.stat()

    def prepare(self) -> None:
        """Have readers and writers not wait for each other, and what is written be on the disk."""
        end = time.monotonic() + BUSY_S
        while True:
            with _once_more_before(end):  # SQLite does not wait by itself here
                self.ask("PRAGMA journal_mode = WAL")
                break
        for setting in _SETTINGS:
            self.ask(f"PRAGMA {setting}")

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a statement and return all its rows."""
        with complaining(self.path, self.remedy):
            return self.connection.execute(sql, values).fetchall()

    def put(self, sql: str, rows: Iterable[tuple[Any, ...] | dict[str, Any]]) -> None:
        """Run a statement for each of several rows of values."""
        with complaining(self.path, self.remedy):
            self.connection.executemany(sql, rows)

    @contextlib.contextmanager
    def transaction(self, kind: str = "IMMEDIATE") -> Iterator[None]:
        """Do what is done inside whole or not at all; DEFERRED: see it as of one moment.

        Raises:
            StoreError: another file, or none, is where this one was; what is written to it would be lost.
        """
        if not self._is_there():
            raise StoreError(
                f"{shown(self.path)}: was deleted or replaced while it was open; start again; "
                "what a store lacks then, 'marquee db rebuild' adds"
            )
        self.ask(f"BEGIN {kind}")
        try:
            yield
            self.ask("COMMIT")
        finally:
            with complaining(self.path, self.remedy):
                self.connection.rollback()

    def _is_there(self) -> bool:
        try:
            return os.path.samestat(self._file, self.path.stat())
        except OSError:
            return False

    def size_bytes(self) -> int:
        """Return what the file and those beside it take."""
        files = (self.path.with_name(self.path.name + end) for end in BESIDE)
        return sum(file.stat().st_size for file in files if file.exists())

    def close(self) -> None:
        """Close it."""
        with complaining(self.path, self.remedy):
            self.connection.close()


def _make(path: Path) -> None:
    """Make a file that is not there; one that is must be a file that may be written.

    That one is not opened: closing it again would let go of the locks that this process holds on it.

    Raises:
        OSError: no permission, no room, a folder.
    """
    try:
        os.close(os.open(os.path.realpath(path), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        if stat.S_ISDIR(path.stat().st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)) from None
        if not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES)) from None


@contextlib.contextmanager
def _once_more_before(end: float) -> Iterator[None]:
    """Let pass for now that another process is writing."""
    try:
        yield
    except StoreAwayError:
        if time.monotonic() > end:
            raise
        time.sleep(0.02)


@contextlib.contextmanager
def complaining(path: Path, remedy: str = REMEDY) -> Iterator[None]:
    """Turn what goes wrong with a file into one line.

    Raises:
        DiskFullError, DamagedStoreError, StoreAwayError, StoreError: as it is.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise _in_words(path, error, remedy) from None
    except OSError as error:
        what = f"{shown(path)}: cannot be opened: {error.strerror or error}"
        raise DiskFullError(what) if error.errno in FULL else StoreError(f"{what}; {_WRITABLE}") from None


def _in_words(path: Path, error: sqlite3.Error, remedy: str) -> MarqueeError:
    code, why = getattr(error, "sqlite_errorcode", None), f"{shown(path)}: {error}"
    code = code and code & _LEAST
    if code in _DAMAGED:
        return damaged(path, str(error), remedy)
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _is_full(path)):
        return DiskFullError(f"{why}; there is no room left on its disk, free some")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreAwayError(f"{why}; another program has kept it for {BUSY_S:.0f} s, end that one first")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return StoreError(f"{why}; {_WRITABLE}")
    return StoreError(why)


def _is_full(path: Path) -> bool:
    return shutil.disk_usage(path.parent).free < _FULL_BYTES


def damaged(path: Path, why: str, remedy: str = REMEDY) -> DamagedStoreError:
    """Return the error that says what to do with a damaged file."""
    return DamagedStoreError(
        f"{shown(path)}: is damaged or no database of Marquee's ({' '.join(why.split())}); {remedy}"
    )
