"""MongoDB as a Store."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from analyzer.overlap import batched
from analyzer.stores.contract import COLLECTIONS, Kind, Problem, Query
from analyzer.stores.entries import Entry, Prints, Row
from analyzer.stores.mongo import dumping, finding, loading, migrations, problems, reading, writing
from analyzer.stores.mongo.link import Document, Link


class MongoStore:
    """A store in a database of a MongoDB server. See analyzer.stores.contract.Store.

    Raises:
        UsageError: the address is malformed.
        StoreAwayError: the server cannot be reached.
        StoreError: it refuses us.
        NewerStoreError: a newer Marquee has written it; nothing is changed.
    """

    kind: Kind = "mongodb"

    def __init__(self, address: str) -> None:
        self._link = Link(address)
        self.name = self._link.name
        self._ready = False
        try:
            migrations.pending(self._link)  # refuses what is not to be touched
        except BaseException:
            self._link.close()
            raise

    def save(self, entries: Iterable[Entry]) -> None:
        """See Store."""
        for batch in writing.batches(entries):
            if not self._ready:
                self._link.retried(partial(migrations.begin, self._link))
                self._ready = True
            self._link.retried(partial(writing.save, self._link, batch))

    def remove(self, keys: Collection[str]) -> None:
        """See Store."""
        for some in batched(reading.stamps(self._link, keys), writing.BATCH):
            self._link.retried(partial(writing.remove, self._link, some))

    def rows(self) -> Iterator[Row]:
        """See Store."""
        return reading.rows(self._link)

    def stamps(self, keys: Collection[str]) -> dict[str, str]:
        """See Store."""
        return reading.stamps(self._link, keys)

    def entries(self, keys: Collection[str]) -> Iterator[Entry]:
        """See Store."""
        return reading.entries(self._link, keys)

    def prints(self) -> Iterator[tuple[Row, Prints]]:
        """See Store."""
        return reading.prints(self._link)

    def find(self, query: Query) -> Sequence[Row]:
        """See Store."""
        return finding.find(self._link, query)

    def counts(self) -> dict[str, int]:
        """See Store."""
        with self._link.complaining():
            return {name: self._link[name].count_documents({}) for name in COLLECTIONS}

    def tags(self) -> dict[str, int]:
        """See Store."""
        counted: list[Document] = [{"$unwind": "$galleries"}, {"$group": {"_id": "$_id", "n": {"$sum": 1}}}]
        with self._link.complaining():
            names = {tag["_id"]: tag["name"] for tag in self._link["tag"].find({}, {"name": 1})}
            found = {names[tag["_id"]]: tag["n"] for tag in self._link["tag"].aggregate(counted)}
        return dict(sorted(found.items(), key=lambda tag: (-tag[1], tag[0])))

    def size_bytes(self) -> int:
        """See Store."""
        with self._link.complaining():
            stats = self._link.database.command("dbStats")
        return int(stats["storageSize"] + stats["indexSize"])

    def problems(self) -> Iterator[Problem]:
        """See Store."""
        return problems.problems(self._link)

    def pending(self) -> Sequence[str]:
        """See Store."""
        return migrations.pending(self._link)

    def migrate(self, said: Callable[[str], None]) -> None:
        """See Store."""
        migrations.migrate(self._link, said)

    def dump(self, folder: Path) -> None:
        """See Store. It is not of one moment: see dumping."""
        dumping.dump(self._link, folder)

    def load(self, folder: Path) -> None:
        """See Store. What there is stays until all is there."""
        self._ready = False
        loading.load(self._link, folder)

    def close(self) -> None:
        """See Store."""
        self._link.close()
