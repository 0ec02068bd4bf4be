"""What waits: for room on a disk, a drive or share that is away, a server, networks that cannot be had.

Such an error is no file's fault. No attempt is counted; whatever it holds for waits, files that come later
too, and after a while one file tries whether it has passed.
"""

import time
from pathlib import Path

from analyzer.errors import AwayError, DiskFullError, StoreError
from analyzer.paths import as_uri
from analyzer.watching.database import QueueDatabase
from models.errors import ModelError

PAUSING = (AwayError, DiskFullError, StoreError, ModelError)
"""The errors that pass, or hold for every file alike."""
EVERYTHING = ""


class Pauses:
    """The pauses of a library."""

    def __init__(self, database: QueueDatabase) -> None:
        self._database = database

    def begin(self, scope: str, reason: str, seconds: float) -> bool:
        """Pause all files whose URI begins with `scope`; whether they were not paused already."""
        known = self._database.ask("SELECT 1 FROM pause WHERE scope = ?", scope)
        values = (scope, time.time() + seconds, reason.encode("utf-8", "backslashreplace").decode())
        self._database.ask("INSERT OR REPLACE INTO pause VALUES (?, ?, ?)", *values)
        return not known

    def end(self, path: Path) -> bool:
        """End the pauses that hold for a file; whether there were any."""
        if not self._database.ask("SELECT 1 FROM pause LIMIT 1"):
            return False
        statement = "DELETE FROM pause WHERE substr(?, 1, length(scope)) = scope RETURNING scope"
        return bool(self._database.ask(statement, as_uri(path)))

    def reasons(self) -> list[str]:
        """Return why something waits now."""
        return [reason for (reason,) in self._database.ask("SELECT reason FROM pause ORDER BY scope")]
