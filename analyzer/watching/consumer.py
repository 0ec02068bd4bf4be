"""Empties the queue: each file whose turn it is, is done or, where it is gone, cleared up after."""

import contextlib
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from analyzer.errors import AwayError, MarqueeError, UsageError
from analyzer.jobs import Job, Outcome, Runner, failure
from analyzer.keeping import Keeper
from analyzer.paths import as_uri, shown
from analyzer.progress import Progress
from analyzer.watching import afterwards
from analyzer.watching.asking import Request
from analyzer.watching.inventory import Inventory, away
from analyzer.watching.pauses import EVERYTHING, PAUSING, Pauses
from analyzer.watching.queue import Queue, Turn
from analyzer.watching.records import DAY_S, Records, fingerprint_of
from analyzer.watching.settling import stamp_of
from analyzer.watching.volumes import volume_of


class Consumer:
    """Does the files of a queue, one after another. A context manager: leaving it ends the worker.

    Args:
        home: MARQUEE_HOME.
        queue: whose files.
        store: the name of the store that `keeper` writes to.
        keeper: writes the records.
        progress: see analyzer.jobs.Runner.
        prepare: returns what is called before the first file of a job that needs the networks.
    """

    def __init__(
        self,
        home: Path,
        queue: Queue,
        store: str,
        keeper: Keeper,
        progress: Callable[[Path], Progress],
        prepare: Callable[[Job], Callable[[], None]],
    ) -> None:
        self._queue, self._store, self._keeper = queue, store, keeper
        self._progress, self._prepare = progress, prepare
        self._inventory, self._pauses = Inventory(queue.database), Pauses(queue.database)
        self._records = Records(home, keeper, self._inventory)
        self._request: Request | None = None
        self._runner: Runner | None = None
        self._said: frozenset[str] = frozenset()
        self._cleared_s = -float("inf")

    def __enter__(self) -> "Consumer":
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def next(self) -> Outcome | None:
        """Do the next file and return what became of it; None while there is none to be done now.

        Raises:
            StoreError, DiskFullError: the queue itself cannot be read or written.
        """
        turn = self._queue.take(self._store)
        if turn is None:
            self._clear_attic()
            return None
        try:
            return self._do(turn)
        except BaseException:  # stopped: as if it had not begun
            with contextlib.suppress(MarqueeError):
                self._queue.give_back(turn)
            raise

    def _clear_attic(self) -> None:
        if time.monotonic() - self._cleared_s > DAY_S:
            self._records.clear_attic()
            self._cleared_s = time.monotonic()

    def _do(self, turn: Turn) -> Outcome:
        try:
            request = self._queue.request(turn.request)
        except UsageError as error:
            self._queue.fail(turn, error, 1, 0)
            return Outcome(turn.path, "failed", error=UsageError(f"{shown(turn.path)}: {error}"))
        outcome = self._attempt(turn, request)
        if outcome.error and not os.path.lexists(turn.path):  # it went while it was read
            outcome = self._attempt(turn, request)
        if outcome.error:
            return self._failed(turn, request, outcome, outcome.error)
        if self._pauses.end(turn.path):
            self._said = frozenset()
            outcome = replace(outcome, notice="; ".join(filter(None, [outcome.notice, "work goes on"])))
        return outcome

    def _attempt(self, turn: Turn, request: Request) -> Outcome:
        try:
            return self._take_care(turn, request) if os.path.lexists(turn.path) else self._clear_up(turn)
        except Exception as error:
            return failure(turn.path, error)

    def _take_care(self, turn: Turn, request: Request) -> Outcome:
        request.check_output()
        seen, volume, now = stamp_of(turn.path), volume_of(turn.path), fingerprint_of(turn.path)
        moved = self._records.arrive(turn.path, turn.sidecar, now, turn.fingerprint)
        outcome = self._run(turn, request)
        if outcome.error is None:
            if moved and outcome.status == "fresh":
                outcome = replace(outcome, status="moved")
            outcome = _afterwards(outcome, turn, request)
            self._queue.done(turn, seen or "", now, volume)
        return outcome

    def _clear_up(self, turn: Turn) -> Outcome:
        if not self._inventory.is_gone(turn.path, turn.volume, turn.root):
            what = away(turn.volume, turn.root)
            raise AwayError(f"{shown(what)}: is away; its videos wait until it is back")
        self._records.leave(turn.path, turn.sidecar, turn.fingerprint)
        self._queue.drop(turn)
        return Outcome(turn.path, "gone")

    def _run(self, turn: Turn, request: Request) -> Outcome:
        if self._runner is None or self._request != request:
            self._end()
            job = request.job
            self._runner = Runner(job, self._keeper, self._progress, self._prepare(job))
            self._request = request
        return self._runner.run(turn.path, turn.sidecar)

    def _end(self) -> None:
        if self._runner:
            self._runner.__exit__()
            self._runner = None

    def _failed(self, turn: Turn, request: Request, outcome: Outcome, error: Exception) -> Outcome:
        jobs = request.settings.jobs
        if isinstance(error, PAUSING):
            return self._paused(turn, error, jobs.retry_s, outcome)
        self._queue.fail(turn, error, jobs.attempts, jobs.retry_s)
        left = jobs.attempts - turn.attempts - 1
        notice = f"attempts left: {left}" if left > 0 else "set aside; see 'marquee jobs list'"
        return replace(outcome, notice=notice)

    def _paused(self, turn: Turn, error: Exception, seconds: float, outcome: Outcome) -> Outcome:
        """Nothing that the error holds for is tried for a while; it is told of once, not for every file."""
        what = as_uri(away(turn.volume, turn.root)).rstrip("/") + "/"
        scope = what if isinstance(error, AwayError) else EVERYTHING
        self._queue.give_back(turn)
        self._pauses.begin(scope, str(error), seconds)
        known, self._said = scope in self._said, self._said | {scope}
        return replace(outcome, status="away", error=None if known else outcome.error)


def _afterwards(outcome: Outcome, turn: Turn, request: Request) -> Outcome:
    """Run what is to be run after a new record, also where an earlier turn ended between the two."""
    if outcome.status == "fresh" and not turn.begun:
        return outcome
    limit_s = request.settings.watch.then_s
    said = "; ".join(afterwards.run(request.then, turn.path, turn.sidecar, limit_s))
    return replace(outcome, notice="; ".join(filter(None, [outcome.notice, said])) or None)
