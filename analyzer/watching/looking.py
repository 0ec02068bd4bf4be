"""Looks at watched folders: what is new, has changed or is gone is queued once that is sure."""

import os
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from analyzer.paths import shown
from analyzer.watching.asking import Request
from analyzer.watching.database import QueueDatabase
from analyzer.watching.folders import Folder
from analyzer.watching.inventory import Inventory, Known, away
from analyzer.watching.owners import Owner
from analyzer.watching.queue import Queue, Ticket
from analyzer.watching.settling import is_finished, stamp_of
from analyzer.watching.volumes import volume_of

GONE = ""
"""In place of the stamp of a file that is not there."""


@dataclass
class _Pending:
    """A file that is not yet in the queue.

    `due`: when it is looked at again; `held`: it stands still, but something says that it is not finished.
    """

    folder: Folder
    stamp: str
    due: float
    held: bool = False


class Looker:
    """Looks at folders for one thread. A context manager.

    Args:
        home: MARQUEE_HOME.
        owner: this process.
        request: what is asked of the files.
        digest: what Queue.ask returned for it.
        say: gets a line when a drive is away or back.
        stop: set to end a long look.
    """

    def __init__(
        self,
        home: Path,
        owner: Owner,
        request: Request,
        digest: str,
        say: Callable[[str], None],
        stop: threading.Event,
    ) -> None:
        self._database = QueueDatabase(home)
        self._queue, self._inventory = Queue(self._database, owner), Inventory(self._database)
        self._request, self._digest = request, digest
        self._settle_s, self._say, self._stop = request.settings.watch.settle_s, say, stop
        self._pending: dict[Path, _Pending] = {}
        self._looked: set[Path] = set()
        self._away: set[Path] = set()

    def __enter__(self) -> "Looker":
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    @property
    def is_calm(self) -> bool:
        """Whether there is nothing that will soon be in the queue."""
        return all(pending.held for pending in self._pending.values())

    def look(self, folder: Folder, top: Path | None = None) -> None:
        """Compare a folder, or from `top` on, with what is known; what differs is kept in mind.

        What was asked otherwise counts as different once: two who watch one folder with different settings
        must not undo each other's work for ever.
        """
        top = top or folder.path
        known_folders = set(self._inventory.folders(top))
        closed: list[Path] = []
        for place, files in folder.walk(top, closed):
            known_folders.discard(place)
            known = self._inventory.of_folder(place)
            for path in files:
                self._see(folder, path, known.pop(path, None))
            self._miss(folder, known.values())
            if self._stop.is_set():
                return
        for place in known_folders:
            if not any(place.is_relative_to(path) for path in closed):
                self._miss(folder, self._inventory.of_folder(place).values())
        if top == folder.path:
            self._looked.add(top)
        for mount in [path for path in self._away if path.is_mount()]:
            self._away.remove(mount)
            self._say(f"{shown(mount)}: is back")

    def follow(self, folders: Sequence[Folder], hints: Iterable[Path]) -> None:
        """Look where something has happened."""
        for path in sorted(hints):
            folder = next((folder for folder in folders if folder.has(path)), None)
            if folder is None:
                continue
            if path.is_dir() and not path.is_symlink():
                if folder.recursive or path == folder.path:
                    self.look(folder, path)
            elif not os.path.lexists(path):
                self._miss(folder, self._inventory.below(path))
            elif folder.wants(path):
                self._see(folder, path, self._inventory.find(path))

    def _see(self, folder: Folder, path: Path, known: Known | None) -> None:
        stamp = stamp_of(path)
        if stamp is None:  # a link into nowhere: what it leads to may be away
            return
        if known and known.stamp == stamp and self._is_settled(known, folder):
            self._pending.pop(path, None)
        elif path not in self._pending or self._pending[path].stamp != stamp:
            self._pending[path] = _Pending(folder, stamp, time.monotonic() + self._settle_s)

    def _is_settled(self, known: Known, folder: Folder) -> bool:
        if known.request != self._digest and folder.path not in self._looked:
            return False
        return not known.done or os.path.lexists(known.sidecar)

    def _miss(self, folder: Folder, known: Iterable[Known]) -> None:
        for path in (one.path for one in known if one.stamp != GONE):
            if path not in self._pending and not os.path.lexists(path):
                self._pending[path] = _Pending(folder, GONE, time.monotonic() + self._settle_s)

    def settle(self) -> None:
        """Queue what has stood still for long enough."""
        now = time.monotonic()
        due = {path: pending for path, pending in self._pending.items() if pending.due <= now}
        if not due:
            return
        tickets, gone = [], []
        for path, pending in due.items():
            stamp = stamp_of(path) or GONE
            still = stamp == pending.stamp
            del self._pending[path]
            if stamp == GONE:
                gone += [] if os.path.lexists(path) else [(path, pending.folder)]
            elif still and is_finished(path):
                tickets.append(self._ticket(path, pending.folder, stamp))
            else:
                self._pending[path] = _Pending(pending.folder, stamp, now + self._settle_s, held=still)
        if tickets:
            self._queue.put(tickets)
        if lost := self._lost(gone):
            self._queue.lose(lost)

    def _ticket(self, path: Path, folder: Folder, stamp: str) -> Ticket:
        target = self._request.sidecar_of(path, folder.path)
        return Ticket(path, folder.path, target, stamp, volume_of(path), self._digest)

    def _lost(self, missing: Iterable[tuple[Path, Folder]]) -> list[Path]:
        """Those of the missing files that are gone; of the others it is said once what is away."""
        lost = []
        verdicts: dict[tuple[Path, object], bool] = {}
        for path, folder in missing:
            known = self._inventory.find(path)
            if known is None:
                continue
            case = (path.parent, known.volume)
            if case not in verdicts:
                verdicts[case] = self._inventory.is_gone(path, known.volume, folder.path)
            if verdicts[case]:
                lost.append(path)
            else:
                self._say_away(away(known.volume, folder.path))
        return lost

    def _say_away(self, what: Path) -> None:
        if what not in self._away:
            self._away.add(what)
            self._say(f"{shown(what)}: is away; its videos are offline")
