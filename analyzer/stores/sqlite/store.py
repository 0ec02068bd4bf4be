"""SQLite as a Store."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from analyzer.errors import StoreError
from analyzer.paths import shown
from analyzer.stores.contract import COLLECTIONS, Kind, Problem, Query
from analyzer.stores.entries import Entry, Prints, Row
from analyzer.stores.sqlite import finding, problems, reading, version, writing
from analyzer.stores.sqlite.database import Database, complaining

DUMP = "marquee.db"
"""The file of a dump."""


class SqliteStore:
    """A store in one file; several processes may have it open. See analyzer.stores.contract.Store.

    Raises:
        StoreError: the file cannot be opened, is damaged or is not Marquee's.
        NewerStoreError: a newer Marquee has written it; nothing is changed.
    """

    kind: Kind = "sqlite"

    def __init__(self, path: Path) -> None:
        self.name = shown(path)
        self._database = Database(path)
        try:
            if version.is_empty(self._database):
                version.create(self._database)
            version.pending(self._database)  # refuses what is not to be touched
            self._database.prepare()
        except BaseException:
            self._database.close()
            raise

    def save(self, entries: Iterable[Entry]) -> None:
        """See Store."""
        for batch in reading.batched(entries, reading.BATCH):
            with self._database.transaction():
                for entry in batch:
                    writing.write(self._database, entry)

    def remove(self, keys: Collection[str]) -> None:
        """See Store."""
        with self._database.transaction():
            self._database.put("DELETE FROM movie WHERE key = ?", ((key,) for key in keys))

    def rows(self) -> Iterator[Row]:
        """See Store."""
        return reading.rows(self._database)

    def stamps(self, keys: Collection[str]) -> dict[str, str]:
        """See Store."""
        return reading.stamps(self._database, keys)

    def entries(self, keys: Collection[str]) -> Iterator[Entry]:
        """See Store."""
        return reading.entries(self._database, keys)

    def prints(self) -> Iterator[tuple[Row, Prints]]:
        """See Store."""
        return reading.prints(self._database)

    def find(self, query: Query) -> Sequence[Row]:
        """See Store."""
        return finding.find(self._database, query)

    def counts(self) -> dict[str, int]:
        """See Store."""
        return {name: self._database.ask(_COUNTS[name])[0][0] for name in COLLECTIONS}

    def tags(self) -> dict[str, int]:
        """See Store."""
        return dict(self._database.ask(_TAGS))

    def size_bytes(self) -> int:
        """See Store."""
        return self._database.size_bytes()

    def problems(self) -> Iterator[Problem]:
        """See Store."""
        return problems.problems(self._database)

    def pending(self) -> Sequence[str]:
        """See Store."""
        return version.pending(self._database)

    def migrate(self, said: Callable[[str], None]) -> None:
        """See Store."""
        version.migrate(self._database, said)

    def dump(self, folder: Path) -> None:
        """See Store."""
        with closing(Database(folder / DUMP)) as copy:
            _copy(self._database, copy)

    def load(self, folder: Path) -> None:
        """See Store. What there is stays until all is there."""
        file = folder / DUMP
        if not file.is_file() or not file.stat().st_size:
            raise StoreError(f"{shown(folder)}: is no dump of a SQLite store: there is no {DUMP} in it")
        with closing(Database(file)) as dumped:
            version.pending(dumped)
            problems.check(dumped)
            _copy(dumped, self._database)

    def close(self) -> None:
        """See Store."""
        self._database.close()


def _copy(source: Database, target: Database) -> None:
    """Replace what is in a file, as of one moment, in one transaction."""
    with complaining(target.path):
        source.connection.backup(target.connection)


_COUNTS = {
    "movie": "SELECT count(*) FROM movie WHERE NOT gallery",
    "gallery": "SELECT count(*) FROM movie WHERE gallery",
    "face": "SELECT count(*) FROM face",
    "person": "SELECT count(*) FROM person",
    "channel": "SELECT count(*) FROM channel",
    "model": "SELECT count(*) FROM model",
    "tag": "SELECT count(*) FROM label WHERE id IN (SELECT label FROM tag UNION SELECT label FROM object)",
}
_TAGS = """
    SELECT name, count(*) AS n
    FROM (SELECT label, movie FROM tag UNION SELECT label, movie FROM object) JOIN label ON label.id = label
    GROUP BY name ORDER BY n DESC, name
"""
