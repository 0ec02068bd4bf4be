"""Follows watched folders and fills the queue with what is new, has changed or is gone in them.

What the system tells of a folder is only a hint to look there: it may tell too little. So everything is
looked at when watching begins, when a folder or drive is back, and every few minutes; on network shares, of
which the system tells nothing, more often.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import watchfiles

from analyzer.errors import DiskFullError, StoreAwayError
from analyzer.paths import shown
from analyzer.settings import Watch
from analyzer.watching.folders import Folder
from analyzer.watching.looking import Looker
from analyzer.watching.volumes import is_remote

TICK_S = 0.5
CALM_S = 10.0


class Watcher:
    """Follows folders in a thread of its own, from `start` to `stop`.

    Args:
        folders: which.
        looker: returns what looks at them until an event is set; called in that thread.
        settings: how often.
        say: gets a line whenever a folder comes or goes.

    Attributes:
        error: what ended it, if something did.
    """

    def __init__(
        self,
        folders: Sequence[Folder],
        looker: Callable[[threading.Event], Looker],
        settings: Watch,
        say: Callable[[str], None],
    ) -> None:
        self.error: Exception | None = None
        self._folders, self._make, self._settings, self._say = folders, looker, settings, say
        self._states: dict[Path, tuple[object, ...] | None] = {}
        self._due: dict[Path, float] = {}
        self._caught_up = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watcher")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; returns when it has."""
        self._stop.set()
        self._thread.join()

    def has_caught_up(self) -> bool:
        """Whether everything that is there is in the queue, but for what is not finished."""
        return self._caught_up.is_set() or self.error is not None

    def _run(self) -> None:
        try:
            with self._make(self._stop) as looker:
                while not self._stop.is_set():
                    self._watch(looker)
        except Exception as error:
            self.error = error

    def _watch(self, looker: Looker) -> None:
        try:
            self._tick(looker)
            self._listen(looker)
        except (DiskFullError, StoreAwayError) as error:  # the one who empties the queue says so
            logging.warning("watching: %s", error)
            self._due = dict.fromkeys(self._due, 0.0)
            self._stop.wait(CALM_S)

    def _listen(self, looker: Looker) -> None:
        """Follow hints until a folder or drive comes or goes."""
        here = [f.path for f in self._folders if self._states[f.path] and not is_remote(f.path)]
        if not here:
            self._stop.wait(TICK_S)
            return
        try:
            for changes in watchfiles.watch(
                *here,
                watch_filter=None,
                debounce=1000,
                step=100,
                rust_timeout=round(TICK_S * 1000),
                yield_on_timeout=True,
                stop_event=self._stop,
                raise_interrupt=False,
                recursive=self._folders[0].recursive,
                ignore_permission_denied=True,
            ):
                looker.follow(self._folders, {Path(path) for _, path in changes})
                if self._tick(looker):
                    return
        except (OSError, RuntimeError) as error:
            # a name that is not UTF-8, a folder gone this moment, no more watches to be had
            logging.warning("watching: %s", error)
            for path in here:
                self._due[path] = min(self._due[path], time.monotonic() + CALM_S)
            self._stop.wait(TICK_S)

    def _tick(self, looker: Looker) -> bool:
        """Look where it is time to; whether a folder or drive has come or gone."""
        changed = [folder for folder in self._folders if self._has_changed(folder)]
        for folder in self._folders:
            if self._states[folder.path] and (folder in changed or self._due[folder.path] < time.monotonic()):
                looker.look(folder)
                every_s = self._settings.poll_s if is_remote(folder.path) else self._settings.look_s
                self._due[folder.path] = time.monotonic() + every_s
        looker.settle()
        if looker.is_calm and not self._stop.is_set():
            self._caught_up.set()
        else:
            self._caught_up.clear()
        return bool(changed)

    def _has_changed(self, folder: Folder) -> bool:
        path, state = folder.path, folder.state()
        first, before = path not in self._states, self._states.get(path)
        self._states[path] = state
        self._due.setdefault(path, 0.0)
        if state is None and (first or before):
            self._say(f"{shown(path)}: is not there; waiting for it")
        if state and not first and before is None:
            self._say(f"{shown(path)}: is back")
        return state != before
