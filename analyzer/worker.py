"""A process of its own that analyzes one video after another, so that a bad file costs one file.

The parent's half is `Worker`, the child's is `main`. They talk in lines of JSON over pipes: the parent
sends requests, the child answers with any number of progress lines and then a Movie or an error. Nothing
that comes back is more than data: it is parsed and validated, never executed.
"""

import contextlib
import json
import logging
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import IO, Any

import psutil
from pydantic import ValidationError

from analyzer import errors
from analyzer.paths import log_path, shown
from analyzer.records import Movie
from analyzer.settings import Settings
from models import errors as model_errors

Progress = Callable[[float, float], None]
"""Called with seconds of film done, and the film's duration in seconds."""

POLL_S = 0.25
STOP_S = 5.0


class Worker:
    """The parent's half: starts the child when there is work, replaces it when it fails.

    A context manager: leaving it ends the child.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._child: subprocess.Popen[bytes] | None = None
        self._lines: queue.Queue[bytes] = queue.Queue()

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def analyze(
        self, path: Path, previous: Path | None, only: Collection[str], force: bool, progress: Progress
    ) -> Movie:
        """Return the Movie of a video; `previous` is a sidecar whose fresh stages are taken over.

        Raises:
            MarqueeError, ModelError: what the child raised.
            WorkerError: the child crashed, stood still or outgrew its memory; a new one is started for
                the next file.
        """
        self._send(
            {
                "path": str(path),
                "previous": None if previous is None else str(previous),
                "only": list(only),
                "force": force,
                "settings": self._settings.model_dump(mode="json"),
            }
        )
        while True:
            kind, _, body = self._next_line(path).partition(b" ")
            if kind == b"progress":
                progress(*json.loads(body))
            elif kind == b"movie":
                return self._movie(path, body)
            elif kind == b"error":
                raise _revive(json.loads(body))
            else:
                self.end()
                raise errors.WorkerError(f"{shown(path)}: the worker answered out of turn")

    def end(self) -> None:
        """End the child, if there is one."""
        if self._child is None:
            return
        child, self._child = self._child, None
        child.kill()
        child.wait(STOP_S)
        for pipe in (child.stdin, child.stdout):
            with contextlib.suppress(OSError):  # what was not yet sent to it
                pipe and pipe.close()

    def _movie(self, path: Path, body: bytes) -> Movie:
        try:
            return Movie.model_validate_json(body)
        except ValidationError as error:
            raise errors.WorkerError(f"{shown(path)}: the worker's record is not valid: {error}") from None

    def _send(self, request: dict[str, Any]) -> None:
        child = self._child or self._start()
        assert child.stdin is not None
        with contextlib.suppress(OSError):  # it is gone; reading its answer says how
            child.stdin.write(json.dumps(request).encode("ascii") + b"\n")
            child.stdin.flush()

    def _start(self) -> subprocess.Popen[bytes]:
        self._lines = queue.Queue()
        self._child = subprocess.Popen(
            [sys.executable, "-m", "analyzer.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches the parent alone
        )
        assert self._child.stdout is not None
        threading.Thread(target=_pump, args=(self._child.stdout, self._lines), daemon=True).start()
        return self._child

    def _next_line(self, path: Path) -> bytes:
        """Wait for the child's next line, watching its memory and its silence."""
        assert self._child is not None
        silent_since = time.monotonic()
        while True:
            try:
                line = self._lines.get(timeout=POLL_S)
            except queue.Empty:
                self._watch(path, silent_since)
                continue
            if not line:
                status = self._child.wait(STOP_S)
                self.end()
                raise errors.WorkerError(f"{shown(path)}: decoding crashed the worker ({_death(status)})")
            return line

    def _watch(self, path: Path, silent_since: float) -> None:
        jobs = self._settings.jobs
        assert self._child is not None
        if time.monotonic() - silent_since > jobs.stall_s:
            self.end()
            raise errors.WorkerError(f"{shown(path)}: no progress for {jobs.stall_s:g} s (jobs.stall_s)")
        try:
            used = psutil.Process(self._child.pid).memory_info().rss
        except psutil.Error:
            return  # it has just ended: its closed pipe says so
        if used > jobs.max_memory_mb << 20:
            self.end()
            raise errors.WorkerError(
                f"{shown(path)}: took over {jobs.max_memory_mb} MB of memory (jobs.max_memory_mb)"
            )


def _pump(pipe: IO[bytes], lines: "queue.Queue[bytes]") -> None:
    with contextlib.suppress(OSError, ValueError):  # closed by `end`
        for line in pipe:
            lines.put(line)
    lines.put(b"")


def _death(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit code {status}"


def _revive(error: dict[str, str]) -> Exception:
    kind = getattr(errors, error["kind"], None) or getattr(model_errors, error["kind"], None)
    if not (isinstance(kind, type) and issubclass(kind, errors.USER_ERRORS)):
        kind = errors.WorkerError
    return kind(error["message"])


def main() -> None:
    """The child: answer requests on standard input until it is closed."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not mix with the answers
    log_to_file()
    for line in sys.stdin.buffer:
        answers.write(_answer(json.loads(line), answers))
        answers.flush()


def _answer(request: dict[str, Any], answers: IO[bytes]) -> bytes:
    def report(done_s: float, duration_s: float) -> None:
        answers.write(b"progress " + json.dumps([done_s, duration_s]).encode("ascii") + b"\n")
        answers.flush()

    try:
        movie = _analyze(request, report)
        return b"movie " + movie.model_dump_json().encode("utf-8") + b"\n"
    except errors.USER_ERRORS as error:
        return _describe(type(error).__name__, str(error))
    except Exception as error:
        logging.exception("%s", request["path"])
        what = f"{shown(Path(request['path']))}: {type(error).__name__}: {error}"
        return _describe("WorkerError", f"{what} (an error of Marquee; details in {log_path()})")


def _describe(kind: str, message: str) -> bytes:
    body = {"kind": kind, "message": " ".join(message.split())}
    return b"error " + json.dumps(body).encode("ascii") + b"\n"


def _analyze(request: dict[str, Any], report: Progress) -> Movie:
    from analyzer.pipeline import analyze  # the networks' libraries load here, in the child
    from analyzer.stores import sidecar

    previous = sidecar.read(Path(request["previous"])) if request["previous"] else None
    return analyze(
        request["path"],
        Settings.model_validate(request["settings"]),
        previous=previous,
        only=request["only"],
        force=request["force"],
        progress=report,
    )


def log_to_file() -> None:
    """Send what is logged to `log_path`, in the terminal's stead."""
    with contextlib.suppress(OSError):  # a log that cannot be written must not cost the result
        log_path().parent.mkdir(parents=True, exist_ok=True)
        logging.basicConfig(filename=log_path(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")


if __name__ == "__main__":
    main()
