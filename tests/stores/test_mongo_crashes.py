"""A process that is killed before any of its commands: nothing is lost, and what is half done is seen."""

import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pymongo import monitoring

from analyzer.stores.mongo import MongoStore
from analyzer.stores.opening import open_store
from tests.contracts.stores import Make, assert_holds, held
from tests.entries import same
from tests.stores.mongo import Documents, all_of


class Killer(monitoring.CommandListener):
    """Ends the process, as a power cut does, before it sends its command number n."""

    def __init__(self, n: int) -> None:
        self.left = n

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None: ...

    def failed(self, event: monitoring.CommandFailedEvent) -> None: ...


def survives(address: str, act: Callable[[MongoStore], None], n: int) -> bool:
    """Whether a process of its own does something with a store without coming to its command number n."""
    if (child := os.fork()) == 0:
        try:
            store = MongoStore(address)
            monitoring.register(Killer(n))
            store = MongoStore(address)
            act(store)
            os._exit(0)
        finally:
            os._exit(1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL)
    return status == 0


def test_a_crash_in_a_save_is_seen_and_mended(store: MongoStore, mongo_database: str, make: Make) -> None:
    before = [make(seed) for seed in range(4)]
    after = [make(seed, version=1, gallery=seed == 1) for seed in range(6)]
    both = [{one.row.key: one for one in some} for some in (before, after)]
    for n in range(1, 100):
        store.remove([one.row.key for one in after])
        store.save(before)
        done = survives(mongo_database, lambda store: store.save(after), n)
        _assert_half_done(store, *both)
        assert done or n > 3 or store.stamps([one.row.key for one in after])
        store.save(after)
        assert_holds(store, after)
        if done:
            break
    assert 10 < n < 99


def test_a_crash_in_a_removal_is_seen_and_mended(store: MongoStore, mongo_database: str, make: Make) -> None:
    entries = [make(seed) for seed in range(6)]
    gone = [one.row.key for one in entries[:4]]
    by_key = {one.row.key: one for one in entries}
    for n in range(1, 100):
        store.save(entries)
        done = survives(mongo_database, lambda store: store.remove(gone), n)
        _assert_half_done(store, by_key)
        store.remove(gone)
        assert_holds(store, entries[4:])
        if done:
            break
    assert 8 < n < 99


def _assert_half_done(store: MongoStore, *whole: dict[str, Any]) -> None:
    """Every entry is whole, or says that it is not by its stamp; nothing dangles."""
    there = held(store)
    for key, stamp in store.stamps([*there]).items():
        assert not stamp or any(same(there[key], some[key]) for some in whole if key in some)
    assert [*store.problems()] == []


def test_a_crash_in_loading_loses_nothing(
    store: MongoStore, database: Documents, mongo_database: str, make: Make, tmp_path: Path
) -> None:
    store.save([make(1)])
    store.dump(tmp_path)
    new = all_of(database)
    store.remove([make(1).row.key])
    store.save([make(seed) for seed in range(2, 5)])
    database.notes.insert_one({"of": "somebody"})
    old = all_of(database)
    broken = 0
    for n in range(1, 200):
        done = survives(mongo_database, lambda store: store.load(tmp_path), n)
        with contextlib.closing(open_store(mongo_database, older=True)) as other:
            broken += bool(other.pending())
            other.migrate(lambda name: None)
            assert [*other.pending()] == []
        now = {name: them for name, them in all_of(database).items() if not name.startswith("marquee_new_")}
        assert now in (old, new)
        if now == new:
            break
    assert broken > 5
    assert done or now == new
