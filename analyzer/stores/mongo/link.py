"""The way to a database: its client, and what goes wrong on it in the words of the user."""

import contextlib
import re
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pymongo
from bson.errors import BSONError
from pymongo.collection import Collection
from pymongo.errors import (
    BulkWriteError,
    ConfigurationError,
    ConnectionFailure,
    DocumentTooLarge,
    DuplicateKeyError,
    InvalidURI,
    OperationFailure,
    PyMongoError,
)

from analyzer.errors import MarqueeError, StoreAwayError, StoreError, UsageError
from analyzer.stores.mongo.address import WRONG, Address

R = TypeVar("R")
Document = dict[str, Any]
Documents = Collection[Document]

_DUPLICATE = 11000
_OPTIONS = {"serverSelectionTimeoutMS": 5_000, "connectTimeoutMS": 5_000, "socketTimeoutMS": 300_000}
_PAUSES_S = (0.2, 1.0, 3.0)
_FAULTS = (PyMongoError, BSONError, OverflowError)
_MEANING = {
    13: "the user may not do that there",
    18: "wrong user name or password, or the user is of another database (?authSource=admin)",
    8000: "wrong user name or password",
    14031: "the server's disk is full",
}


class Link:
    """A database on a server.

    Attributes:
        name: the address without user, password and options.
        database: as pymongo gives it; use it within `complaining` or `retried`.

    Raises:
        UsageError: the address is malformed, or has an option that pymongo does not know.
        StoreAwayError: a mongodb+srv address cannot be looked up.
    """

    def __init__(self, text: str) -> None:
        self._address = Address(text)
        self.name = self._address.name
        options: Document = {name: value for name, value in _OPTIONS.items() if not self._address.sets(name)}
        try:
            with self.complaining():
                self._client: pymongo.MongoClient[Document] = pymongo.MongoClient(
                    text, appname="marquee", connect=False, **options
                )
        except ValueError:  # of a mongodb+srv address, which is parsed only now
            raise UsageError(WRONG) from None
        self.database = self._client[self._address.database]

    def __getitem__(self, collection: str) -> Documents:
        return self.database[collection]

    @contextlib.contextmanager
    def complaining(self) -> Iterator[None]:
        """Turn pymongo's errors into ours: one line, without what is secret."""
        try:
            yield
        except _FAULTS as error:
            raise self._said(error) from None

    def retried(self, act: Callable[[], R]) -> R:
        """Do what may be done twice; again after a pause where the server was lost or another wrote there."""
        for pause_s in _PAUSES_S:
            try:
                return act()
            except KeyError:  # pymongo's, of what FerretDB answers where two insert one document at once
                pass
            except _FAULTS as error:
                if not _passes(error):
                    raise self._said(error) from None
            time.sleep(pause_s)
        with self.complaining():
            return act()

    def close(self) -> None:
        """Let go of it."""
        self._client.close()

    def _said(self, error: Exception) -> MarqueeError:
        kind, why = _judged(error)
        return kind(f"{self.name}: {' '.join(self._address.redacted(why).split())[:400]}")


def _passes(error: Exception) -> bool:
    """Whether it may go well another time."""
    if isinstance(error, BulkWriteError):
        faults = error.details.get("writeErrors") or []
        return bool(faults) and all(fault.get("code") == _DUPLICATE for fault in faults)
    if isinstance(error, ConnectionFailure | DuplicateKeyError):
        return True
    return isinstance(error, PyMongoError) and error.has_error_label("RetryableWriteError")


def _judged(error: Exception) -> tuple[type[MarqueeError], str]:
    """Return which of our errors one is, and what to say."""
    text = re.split(r" \(configured timeouts|, Timeout: |, full error: ", str(error))[0]
    if "SSL" in text or "certificate" in text:
        return StoreError, f"no secure connection: {text}"
    if isinstance(error, ConnectionFailure):
        return StoreAwayError, f"cannot be reached: {text}"
    if isinstance(error, InvalidURI):
        return UsageError, WRONG
    if isinstance(error, ConfigurationError):
        found = "DNS" not in text
        return (UsageError, f"cannot be used: {text}") if found else (StoreAwayError, f"not found: {text}")
    if isinstance(error, DocumentTooLarge | OverflowError):
        return StoreError, f"a record is too large for MongoDB: {text}"
    if isinstance(error, BulkWriteError):
        faults = error.details.get("writeErrors") or error.details.get("writeConcernErrors") or [{}]
        return StoreError, _explained(faults[0].get("code"), faults[0].get("errmsg") or text)
    if isinstance(error, OperationFailure):
        return StoreError, _explained(error.code, text)
    return StoreError, f"{type(error).__name__}: {text}"


def _explained(code: int | None, text: str) -> str:
    meaning = _MEANING.get(code or 0)
    return f"{meaning}: {text}" if meaning else text
