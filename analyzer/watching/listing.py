"""The queue as the user sees and changes it."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from analyzer.paths import as_text, as_uri, from_uri
from analyzer.watching.database import QueueDatabase
from analyzer.watching.inventory import bounds
from analyzer.watching.pauses import Pauses


@dataclass(frozen=True)
class Listed:
    """A file of the queue; times are seconds since 1970.

    Attributes:
        attempts: how many failed.
        not_before_s: when the next may be.
        changed_s: when its state changed.
        error: the last.
        exit_code: of that.
    """

    path: Path
    state: str
    attempts: int
    not_before_s: float
    changed_s: float
    error: str | None
    exit_code: int | None

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self) | {"path": as_text(self.path)}


class Listing:
    """The queue of a library."""

    def __init__(self, database: QueueDatabase) -> None:
        self._database = database

    def files(self, states: Collection[str]) -> Iterator[Listed]:
        """Return the files in some states, in the order in which they are done."""
        question = """SELECT uri, state, attempts + deaths, not_before, changed_s, error, exit_code FROM file
            WHERE state = ? ORDER BY deaths, priority, number"""
        for state in states:
            for uri, *rest in self._database.ask(question, state):
                yield Listed(from_uri(uri), *rest)

    def counts(self) -> dict[str, int]:
        """Return how many files are in each state."""
        return dict(self._database.ask("SELECT state, count(*) FROM file GROUP BY state"))

    def pauses(self) -> list[str]:
        """Return why files are not done now."""
        return Pauses(self._database).reasons()

    def retry(self, paths: Iterable[Path] | None) -> int:
        """Have files (None: all) done that failed or were cancelled; return how many."""
        change = "state = 'waiting', attempts = 0, deaths = 0, not_before = 0"
        return self._change(change, "(state IN ('failed', 'cancelled') OR not_before > 0)", paths)

    def cancel(self, paths: Iterable[Path]) -> int:
        """Have files not done that are not yet; return how many."""
        return self._change("state = 'cancelled'", "state IN ('waiting', 'failed')", paths)

    def clear(self) -> int:
        """Forget all that is neither done nor running; return how many there were."""
        gone = "DELETE FROM file WHERE state NOT IN ('done', 'running') RETURNING uri"
        return len(self._database.ask(gone))

    def _change(self, change: str, where: str, paths: Iterable[Path] | None) -> int:
        statement = f"UPDATE file SET {change} WHERE {where}"
        if paths is None:
            return len(self._database.ask(f"{statement} RETURNING uri"))
        statement += " AND (uri = ? OR (uri > ? AND uri < ?)) RETURNING uri"
        whole = [path.resolve() if path.is_dir() else path for path in paths]
        with self._database.transaction():
            return sum(len(self._database.ask(statement, as_uri(p), *bounds(p))) for p in whole)
