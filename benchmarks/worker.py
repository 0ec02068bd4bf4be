"""A script kept running in its own interpreter, so that the measured ones can take turns."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.entries import Entry
from benchmarks.peers import setup

ROOT = Path(__file__).resolve().parents[1]


class WorkerFailed(Exception):  # noqa: N818 - it is not always an error that a peer cannot run here
    """The script ended instead of answering; the message is its last words."""


class Worker:
    """One entry's process. Use it as a context manager."""

    def __init__(self, entry: Entry, cache: Path) -> None:
        python = sys.executable if entry.venv is None else setup.python_of(cache, entry.venv)
        environment = {
            "MARQUEE_PEER_DLIB": str(setup.dlib_weights(cache)),
            "DEEPFACE_HOME": str(setup.deepface_home(cache)),
            "TF_CPP_MIN_LOG_LEVEL": "3",
        }
        self.entry = entry
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        try:
            self._process = subprocess.Popen(
                [python, "-m", f"benchmarks.{entry.module}", entry.option],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                text=True,
                cwd=ROOT,
                env=os.environ | environment,
            )
        except OSError as error:
            self._log.close()
            raise WorkerFailed(f"{error}; python -m benchmarks.peers.setup makes it") from None

    def ask(self, **request: Any) -> dict[str, Any]:
        """Send a request and wait for the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            print(json.dumps(request), file=self._process.stdin, flush=True)
        except BrokenPipeError:
            raise WorkerFailed(self._last_words()) from None
        line = self._process.stdout.readline()
        if not line:
            raise WorkerFailed(self._last_words())
        reply: dict[str, Any] = json.loads(line)
        return reply

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()
        self._log.close()

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _last_words(self) -> str:
        code = self._process.wait()
        self._log.seek(0)
        lines = [line for line in self._log.read().decode("utf-8", "replace").splitlines() if line.strip()]
        return lines[-1].strip() if lines else f"ended with {code}"
