"""Which store an address means."""

import os
from pathlib import Path

from analyzer.errors import StoreError, UsageError
from analyzer.library.ledger import Ledger
from analyzer.paths import marquee_home
from analyzer.stores.contract import Store
from analyzer.stores.sidecars import SidecarStore
from analyzer.stores.sqlite import SqliteStore

ADDRESSES = "sqlite, a path that ends in .db, sidecar, or mongodb://HOST/DATABASE"


def open_store(address: str | None = None, older: bool = False) -> Store:
    """Open the store at an address; one that is not there yet is made.

    Args:
        address: `sqlite` (marquee.db in MARQUEE_HOME), a path that ends in .db, `sidecar` (none but the
            sidecars), or a mongodb:// URL with the database's name; None: MARQUEE_STORE, else `sqlite`.
        older: open it even if an older Marquee has written it; it can be dumped and migrated then.

    Raises:
        UsageError: it is no address.
        StoreError: the store cannot be opened, or is of another version; see Store.pending.
    """
    store = _opened(address)
    if not older and store.pending():
        store.close()
        raise StoreError(f"{store.name}: was written by an older Marquee; 'marquee db migrate' brings it on")
    return store


def sqlite_file(address: str | None) -> Path | None:
    """Return the file that an address means; None where it means none of SQLite."""
    address = address or os.environ.get("MARQUEE_STORE") or "sqlite"
    if address == "sqlite":
        return marquee_home() / "marquee.db"
    return Path(address) if address.endswith(".db") and "://" not in address else None


def _opened(address: str | None) -> Store:
    address = address or os.environ.get("MARQUEE_STORE") or "sqlite"
    if file := sqlite_file(address):
        return SqliteStore(file)
    if address == "sidecar":
        ledger = Ledger(marquee_home() / "library")
        return SidecarStore(lambda: (entry.path for entry in ledger.sidecars()))
    if address.startswith(("mongodb://", "mongodb+srv://")):
        from analyzer.stores.mongo import MongoStore  # takes long to import

        return MongoStore(address)
    raise UsageError(f"no store {address.partition(':')[0]!r}; choose {ADDRESSES}")
