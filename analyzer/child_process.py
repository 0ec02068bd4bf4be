"""The process that a Worker talks to: lines in, lines out, and its memory watched from outside."""

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from typing import IO, Any

import psutil

from analyzer import errors

STOP_S = 5.0
"""How long an ended process may take to be gone."""


class ChildProcess:
    """The process, which runs analyzer/child.py, and its pipes.

    Raises:
        WorkerError: it cannot be started.
    """

    def __init__(self) -> None:
        # -P: nothing in the current folder is imported. Its own session: Ctrl-C reaches the parent alone.
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "analyzer.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env=os.environ,  # Python's, not C's: MediaPipe is kept from the network by the latter
            )
        except OSError as error:
            raise errors.WorkerError(f"no worker process could be started: {error}") from None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests, self._answers = self._process.stdin, self._process.stdout
        self._lines: queue.Queue[bytes] = queue.Queue()
        self._pump = threading.Thread(target=_pump, args=(self._answers, self._lines), daemon=True)
        self._pump.start()

    def has_ended(self) -> bool:
        """Whether it is no more."""
        return self._process.poll() is not None

    def send(self, request: dict[str, Any]) -> None:
        """Write a request; whether it arrives is seen by the answer."""
        with contextlib.suppress(OSError):  # it is gone; reading its answer says how
            self._requests.write(json.dumps(request).encode("ascii") + b"\n")
            self._requests.flush()

    def next_line(self, timeout_s: float) -> bytes | None:
        """Return the next line, or None if there is none in time.

        Raises:
            WorkerError: the process has ended.
        """
        try:
            line = self._lines.get(timeout=timeout_s)
        except queue.Empty:
            return None
        if not line:
            status = self._process.wait(STOP_S)
            how = f"signal {-status}" if status < 0 else f"exit code {status}"
            raise errors.WorkerError(f"decoding crashed the worker ({how})")
        return line

    def memory(self) -> int:
        """Return the bytes it has in memory, 0 if it has just ended: its closed pipe says so."""
        try:
            return int(psutil.Process(self._process.pid).memory_info().rss)
        except psutil.Error:
            return 0

    def end(self) -> None:
        """Kill it."""
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):  # stuck in the kernel, on a lost share
            self._process.wait(STOP_S)
            self._pump.join()
            self._answers.close()
        with contextlib.suppress(OSError):  # what was not yet sent to it
            self._requests.close()


def _pump(pipe: IO[bytes], lines: "queue.Queue[bytes]") -> None:
    for line in pipe:
        lines.put(line)
    lines.put(b"")
