"""Every watched file, its state, and whose turn it is.

A file is `waiting`; then `running`, in one process; then `done`, or waiting for another attempt, or, after
too many, `failed`. `cancelled` it is by the user. Whatever it is, when the file itself changes it is waiting.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from pydantic import ValidationError

from analyzer.errors import USER_ERRORS, UsageError
from analyzer.paths import as_uri, from_uri
from analyzer.watching.asking import Request
from analyzer.watching.claims import claim, release
from analyzer.watching.database import QueueDatabase
from analyzer.watching.owners import Owner
from analyzer.watching.volumes import Volume

State = Literal["waiting", "running", "done", "failed", "cancelled"]
STATES: tuple[State, ...] = get_args(State)
DEATHS = 10
"""A file in whose turn the whole process ended so often is set aside. A machine may be switched off in the
middle of a long film now and then, so it takes more of them than of errors."""

CROWD = 100
"""Processes that may each have a waiting file in hand without the next one being found to have no work."""


@dataclass(frozen=True)
class Ticket:
    """A file that is to be taken care of.

    Attributes:
        path: the file, absolute.
        root: the watched folder that it is in.
        sidecar: where its record goes.
        stamp: see analyzer.watching.settling.stamp_of.
        volume: what it is on.
        request: the digest of what is asked.
    """

    path: Path
    root: Path
    sidecar: Path
    stamp: str
    volume: Volume
    request: str


@dataclass(frozen=True)
class Turn(Ticket):
    """A file whose turn it is, in this process.

    Attributes:
        stamp: empty where the file was found to be gone.
        fingerprint: what it was when it was last taken care of; empty where it never was.
        attempts: how many failed.
        deaths: in how many the process ended.
        begun: whether an earlier turn did not end well, and may have written the record.
    """

    fingerprint: str
    attempts: int
    deaths: int
    begun: bool


_COLUMNS = "uri, root, sidecar, stamp, mount, device, request, fingerprint, attempts, deaths, begun"
_PUT = """
INSERT INTO file (uri, folder, root, sidecar, stamp, mount, device, request, state, priority, changed_s)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'waiting', ?, ?)
ON CONFLICT (uri) DO UPDATE SET
    root = excluded.root, sidecar = excluded.sidecar, stamp = excluded.stamp, mount = excluded.mount,
    device = excluded.device, request = excluded.request, changed_s = excluded.changed_s,
    priority = excluded.priority, attempts = 0, deaths = 0, not_before = 0, error = NULL, exit_code = NULL,
    state = CASE state WHEN 'running' THEN 'running' ELSE 'waiting' END
WHERE state = 'done' OR stamp != excluded.stamp OR request != excluded.request
"""
_LOSE = """
UPDATE file SET
    stamp = '', priority = 0, attempts = 0, deaths = 0, not_before = 0,
    state = CASE state WHEN 'running' THEN 'running' ELSE 'waiting' END
WHERE uri = ? AND stamp != ''
"""
_TAKE = f"""
SELECT {_COLUMNS} FROM file
WHERE state = 'waiting' AND not_before <= ?
  AND request IN (SELECT hash FROM request WHERE store = ?)
  AND NOT EXISTS (SELECT 1 FROM pause WHERE until_s > ? AND substr(uri, 1, length(scope)) = scope)
ORDER BY deaths, priority, number LIMIT {CROWD}
"""
_BEGIN = "UPDATE file SET state = 'running', begun = 1, owner = ?, changed_s = ? WHERE uri = ?"
_SWEEP = """
UPDATE file SET
    state = CASE WHEN deaths + 1 >= ? THEN 'failed' ELSE 'waiting' END, deaths = deaths + 1, owner = NULL,
    error = 'the process ended in the middle of it', exit_code = 8, changed_s = ?
WHERE owner = ?
"""
_DONE = """
UPDATE file SET
    state = CASE WHEN stamp IN (:asked, :seen) AND request = :request THEN 'done' ELSE 'waiting' END,
    stamp = CASE WHEN stamp IN (:asked, :seen) THEN :seen ELSE stamp END,
    fingerprint = :fingerprint, mount = :mount, device = :device, sidecar = :sidecar,
    owner = NULL, attempts = 0, deaths = 0, begun = 0, not_before = 0, error = NULL, exit_code = NULL,
    changed_s = :now
WHERE uri = :uri AND owner = :owner
"""
_FAIL = """
UPDATE file SET
    state = CASE WHEN attempts + 1 < :limit OR stamp != :asked THEN 'waiting' ELSE 'failed' END,
    attempts = attempts + 1, not_before = :now + :retry_s * (1 << min(attempts, 16)),
    owner = NULL, error = :error, exit_code = :code, changed_s = :now
WHERE uri = :uri AND owner = :owner
"""
_DROP = "DELETE FROM file WHERE uri = :uri AND owner = :owner AND stamp IN ('', :asked)"
_COME_BACK = "UPDATE file SET state = 'waiting', owner = NULL WHERE uri = :uri AND owner = :owner"


class Queue:
    """The queue of a library, as one of its processes sees it."""

    def __init__(self, database: QueueDatabase, owner: Owner) -> None:
        self.database, self._owner = database, owner

    def ask(self, request: Request) -> str:
        """Keep what is asked of files; return its digest."""
        digest = request.digest()
        statement = "INSERT OR REPLACE INTO request VALUES (?, ?, ?)"
        self.database.ask(statement, digest, request.store, request.model_dump_json())
        return digest

    def request(self, digest: str) -> Request:
        """Return what is asked of a file.

        Raises:
            UsageError: another version of Marquee asked, for what this one does not know.
        """
        ((body,),) = self.database.ask("SELECT body FROM request WHERE hash = ?", digest)
        try:
            return Request.model_validate_json(body)
        except ValidationError:
            raise UsageError("was queued by another version of Marquee; watch its folder again") from None

    def put(self, tickets: Iterable[Ticket], priority: int = 0) -> None:
        """Have files taken care of, those of the lowest priority first; unchanged ones keep their state."""
        with self.database.transaction():
            self.database.put(_PUT, (_values(ticket, priority) for ticket in tickets))

    def lose(self, paths: Iterable[Path]) -> None:
        """Have it seen to that files are gone."""
        with self.database.transaction():
            self.database.put(_LOSE, ((as_uri(path),) for path in paths))

    def take(self, store: str) -> Turn | None:
        """Return the next file of those that go to a store; None while there is none to be done now.

        A process has one turn at a time: one that it did not end, it gives back by this.
        """
        with self.database.transaction():
            self._sweep()
            now = time.time()
            for row in self.database.ask(_TAKE, now, store, now):
                turn = _turn(row)
                if claim(self.database, turn.path, self._owner):
                    self.database.ask(_BEGIN, self._owner.name, now, row[0])
                    return turn
        return None

    def _sweep(self) -> None:
        """Take back what processes that are no more had in hand, and what this one could not give back."""
        self.database.ask("UPDATE file SET state = 'waiting', owner = NULL WHERE owner = ?", self._owner.name)
        self.database.ask("DELETE FROM claim WHERE owner = ?", self._owner.name)
        owners = "SELECT owner FROM file WHERE owner IS NOT NULL UNION SELECT owner FROM claim"
        for (name,) in self.database.ask(owners):
            if not self._owner.is_alive(name):
                self.database.ask(_SWEEP, DEATHS, time.time(), name)
                self.database.ask("DELETE FROM claim WHERE owner = ?", name)

    def done(self, turn: Turn, seen: str, fingerprint: str, volume: Volume) -> None:
        """End a turn well.

        Args:
            turn: that ends; if the file has changed since, another waits.
            seen: the stamp of the file before it was read.
            fingerprint: see analyzer.watching.records.fingerprint_of.
            volume: what it is on.
        """
        values: dict[str, object] = {
            "asked": turn.stamp,
            "seen": seen,
            "request": turn.request,
            "fingerprint": fingerprint,
        }
        values |= {"mount": as_uri(volume.mount), "device": volume.device, "sidecar": as_uri(turn.sidecar)}
        self._end(turn, _DONE, values)

    def fail(self, turn: Turn, error: Exception, attempts: int, retry_s: float) -> None:
        """End a turn with an error: another follows after a while, or, after so many, none."""
        code = error.exit_code if isinstance(error, USER_ERRORS) else 1
        text = str(error).encode("utf-8", "backslashreplace").decode()
        values = {"asked": turn.stamp, "limit": attempts, "retry_s": retry_s, "error": text, "code": code}
        self._end(turn, _FAIL, values)

    def give_back(self, turn: Turn) -> None:
        """End a turn as if it had not been."""
        self._end(turn, _COME_BACK, {})

    def drop(self, turn: Turn) -> None:
        """End a turn of a file that is gone; if it is there again, another waits."""
        self._end(turn, _DROP, {"asked": turn.stamp})
        self._end(turn, _COME_BACK, {})

    def _end(self, turn: Turn, statement: str, values: dict[str, object]) -> None:
        key = {"uri": as_uri(turn.path), "owner": self._owner.name, "now": time.time()}
        with self.database.transaction():
            self.database.put(statement, [values | key])
            release(self.database, turn.path, self._owner)


def _values(ticket: Ticket, priority: int) -> tuple[object, ...]:
    path, volume = ticket.path, ticket.volume
    places = (as_uri(path), as_uri(path.parent), as_uri(ticket.root), as_uri(ticket.sidecar))
    where = (as_uri(volume.mount), volume.device)
    return (*places, ticket.stamp, *where, ticket.request, priority, time.time())


def _turn(row: Sequence[str]) -> Turn:
    uri, root, sidecar, stamp, mount, device, request, fingerprint, attempts, deaths, begun = row
    return Turn(
        path=from_uri(uri),
        root=from_uri(root),
        sidecar=from_uri(sidecar),
        stamp=stamp,
        volume=Volume(from_uri(mount), device),
        request=request,
        fingerprint=fingerprint,
        attempts=int(attempts),
        deaths=int(deaths),
        begun=bool(begun),
    )
