"""The worker process's own half; see analyzer/worker.py."""

import json
import logging
import os
import queue
import sys
import threading
from pathlib import Path
from typing import IO, Any

from analyzer.errors import USER_ERRORS
from analyzer.log import log_path, log_to_file
from analyzer.pipeline import analyze
from analyzer.records import Movie
from analyzer.settings import Settings
from analyzer.stores import sidecar


def main() -> None:
    """Answer requests on standard input until it is closed."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not mix with the answers
    log_to_file()
    requests: queue.Queue[bytes] = queue.Queue()
    threading.Thread(target=_receive, args=(requests,), daemon=True).start()
    while True:
        answers.write(_answer(json.loads(requests.get()), answers))
        answers.flush()


def _receive(requests: "queue.Queue[bytes]") -> None:
    """Take requests; when the parent is gone, end at once, whatever is being done."""
    for line in sys.stdin.buffer:
        requests.put(line)
    os._exit(0)


def _answer(request: dict[str, Any], answers: IO[bytes]) -> bytes:
    def report(done_s: float, duration_s: float) -> None:
        answers.write(b"progress " + json.dumps([done_s, duration_s]).encode("ascii") + b"\n")
        answers.flush()

    try:
        movie = _analyze(request, report)
        return b"movie " + movie.model_dump_json().encode("utf-8") + b"\n"
    except USER_ERRORS as error:
        return _describe(type(error).__name__, str(error))
    except Exception as error:
        logging.exception("%s", request["path"])
        what = f"{type(error).__name__}: {error} (an error of Marquee; details in {log_path()})"
        return _describe("WorkerError", what)


def _describe(kind: str, message: str) -> bytes:
    body = {"kind": kind, "message": " ".join(message.split())}
    return b"error " + json.dumps(body).encode("ascii") + b"\n"


def _analyze(request: dict[str, Any], report: Any) -> Movie:
    previous = sidecar.read(Path(request["previous"])) if request["previous"] else None
    return analyze(
        request["path"],
        Settings.model_validate(request["settings"]),
        previous=previous,
        only=request["only"],
        force=request["force"],
        progress=report,
    )


if __name__ == "__main__":
    main()
