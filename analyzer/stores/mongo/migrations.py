"""Which migrations a database has been through, and doing those that it has not."""

import time
from collections.abc import Callable

from analyzer.errors import NewerStoreError, StoreError
from analyzer.stores.contract import COLLECTIONS
from analyzer.stores.mongo import indexes, swapping
from analyzer.stores.mongo.link import Link

RECORDED = "migration"
"""The collection in which they are recorded: _id is the name of one, done_s when, seconds since 1970."""

MIGRATIONS: dict[str, Callable[[Link], object]] = {"001-entries": indexes.make}
"""By name, in order, what each does; it can be done again."""

BROKEN_OFF = "take back a restore that was broken off"
"""What is pending, too, where one was."""


def pending(link: Link) -> list[str]:
    """Return what a database still needs, in order; a database without a record needs nothing: see `begin`.

    Raises:
        NewerStoreError: it has been through a migration that is not known.
    """
    with link.complaining():
        done = {str(migration["_id"]) for migration in link[RECORDED].find()}
        broken = swapping.is_broken_off(link)
    refuse_newer(link.name, done)
    return [BROKEN_OFF] * broken + [name for name in MIGRATIONS if done and name not in done]


def refuse_newer(name: str, done: set[str]) -> None:
    """Refuse what a newer Marquee has written.

    Args:
        name: what to call it.
        done: the names of its migrations.
    """
    if unknown := sorted(done - MIGRATIONS.keys()):
        raise NewerStoreError(
            f"{name}: was written by a newer Marquee ({unknown[-1]}); upgrade Marquee, "
            "or name another store with --store"
        )


def begin(link: Link) -> None:
    """Have a database that is empty, or that somebody else has filled, ready to be written to.

    To be called within `Link.retried`. An index that cannot be made, for a key is there twice, is done
    without; `problems` says which key that is.
    """
    if link[RECORDED].find_one() is None:
        for name, act in MIGRATIONS.items():
            act(link)
            _record(link, name)


def migrate(link: Link, said: Callable[[str], None]) -> None:
    """Do what is pending, and make the indexes that could not be made before; `said` gets each name.

    Raises:
        StoreError: an index cannot be made.
    """
    for name in pending(link):
        with link.complaining():
            if name == BROKEN_OFF:
                swapping.take_back(link)
            else:
                MIGRATIONS[name](link)
                _record(link, name)
        said(name)
    with link.complaining():
        filled = set(link.database.list_collection_names()) & {*COLLECTIONS}
        failed = indexes.make(link) if filled else []
    if failed:
        raise StoreError(
            f"{link.name}: no index {', '.join(failed)}; 'marquee db check' says which documents have a key "
            "twice: delete those that are not wanted, then migrate again"
        )


def _record(link: Link, name: str) -> None:
    link[RECORDED].replace_one({"_id": name}, {"_id": name, "done_s": time.time()}, upsert=True)
