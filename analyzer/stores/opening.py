"""Which store an address means."""

import os
from pathlib import Path

from analyzer.errors import UsageError
from analyzer.paths import marquee_home
from analyzer.stores.contract import Store

ADDRESSES = "sqlite, a path that ends in .db, sidecar, or mongodb://HOST/DATABASE"


def open_store(address: str | None = None) -> Store:
    """Open the store at an address; one that is not there yet is made.

    Args:
        address: `sqlite` (marquee.db in MARQUEE_HOME), a path that ends in .db, `sidecar` (none but the
            sidecars), or a mongodb:// URL with the database's name; None: MARQUEE_STORE, else `sqlite`.

    Raises:
        UsageError: it is no address.
        StoreError: the store cannot be opened, or is of another version; see Store.pending.
    """
    address = address or os.environ.get("MARQUEE_STORE") or "sqlite"
    if address.startswith(("mongodb://", "mongodb+srv://")):
        from analyzer.stores.mongo import MongoStore  # takes long to import

        return MongoStore(address)
    if address == "sidecar":
        from analyzer.stores.sidecars import SidecarStore

        return SidecarStore(marquee_home())
    if address == "sqlite" or address.endswith(".db"):
        from analyzer.stores.sqlite import SqliteStore

        return SqliteStore(marquee_home() / "marquee.db" if address == "sqlite" else Path(address))
    raise UsageError(f"no store {address.partition(':')[0]!r}; choose {ADDRESSES}")
