"""The worker process's own half; see analyzer/worker.py."""

import json
import logging
import math
import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from analyzer.comparing.measured import Measured
from analyzer.comparing.measuring import measure
from analyzer.errors import USER_ERRORS
from analyzer.library.cards import Card
from analyzer.library.reembedding import reembed_card
from analyzer.log import log_path, log_to_file
from analyzer.media.cutting.checking import check
from analyzer.media.cutting.decoding import decode
from analyzer.media.cutting.joining import join
from analyzer.media.cutting.plans import Decoded, Joined, Plan
from analyzer.media.cutting.preparing import prepare
from analyzer.pipeline import analyze, analyze_pictures
from analyzer.progress import Progress
from analyzer.records import Movie, Record
from analyzer.scenes.changes import Change, Times
from analyzer.scenes.refining import refine
from analyzer.scenes.scores import Labels, Scores
from analyzer.scenes.scoring import labels, score
from analyzer.settings import Settings
from analyzer.similar.closely import look_closely
from analyzer.stores import sidecar
from analyzer.stores.entries import Prints

TELL_S = 0.1
"""Progress is told at most this often."""


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
    told = -math.inf

    def report(done_s: float, duration_s: float) -> None:
        nonlocal told
        if time.monotonic() - told < TELL_S:
            return
        told = time.monotonic()
        answers.write(b"progress " + json.dumps([done_s, duration_s]).encode("ascii") + b"\n")
        answers.flush()

    try:
        record = _TASKS[request["what"]](request, Settings.model_validate(request["settings"]), report)
        return b"record " + record.model_dump_json().encode("utf-8") + b"\n"
    except USER_ERRORS as error:
        return _describe(type(error).__name__, str(error))
    except Exception as error:
        logging.exception("%s", request.get("path") or request.get("files"))
        what = f"{type(error).__name__}: {error} (an error of Marquee; details in {log_path()})"
        return _describe("WorkerError", what)


def _describe(kind: str, message: str) -> bytes:
    body = {"kind": kind, "message": " ".join(message.split())}
    return b"error " + json.dumps(body).encode("ascii") + b"\n"


def _analyze(request: dict[str, Any], settings: Settings, report: Progress) -> Movie:
    previous = sidecar.read(Path(request["previous"])) if request["previous"] else None
    return analyze(
        request["path"],
        settings,
        previous=previous,
        only=request["only"],
        force=request["force"],
        progress=report,
    )


def _analyze_pictures(request: dict[str, Any], settings: Settings, report: Progress) -> Movie:
    files = [Path(file) for file in request["files"]]
    return analyze_pictures(files, settings, turn=request["turn"], only=request["only"], progress=report)


def _measure(request: dict[str, Any], settings: Settings, report: Progress) -> Measured:
    return measure([Path(file) for file in request["files"]], settings, report)


def _reembed(request: dict[str, Any], settings: Settings, report: Progress) -> Card:
    return reembed_card(Card.model_validate_json(request["card"]), settings)


def _look_closely(request: dict[str, Any], settings: Settings, report: Progress) -> Prints:
    return look_closely(Path(request["path"]), tuple(request["span"]), report)


def _labels(request: dict[str, Any], settings: Settings, report: Progress) -> Labels:
    return labels(settings)


def _score(request: dict[str, Any], settings: Settings, report: Progress) -> Scores:
    return score(Path(request["path"]), settings, report)


def _refine(request: dict[str, Any], settings: Settings, report: Progress) -> Times:
    changes = [Change.model_validate(change) for change in request["changes"]]
    return refine(Path(request["path"]), settings, changes, report)


def _prepare_cut(request: dict[str, Any], settings: Settings, report: Progress) -> Plan:
    spans = [(float(start), float(end)) for start, end in request["spans"]]
    path, folder = Path(request["path"]), Path(request["folder"])
    return prepare(path, spans, request["how"], request["suffix"], request["apart"], folder, report)


def _join_cut(request: dict[str, Any], settings: Settings, report: Progress) -> Joined:
    path, folder, target = (Path(request[name]) for name in ("path", "folder", "target"))
    plan = Plan.model_validate(request["plan"])
    joined = join(path, plan, folder, target, report)
    return check(path, plan, joined, target, report)


def _decode(request: dict[str, Any], settings: Settings, report: Progress) -> Decoded:
    return decode(Path(request["path"]), report)


_TASKS: dict[str, Callable[[dict[str, Any], Settings, Progress], Record]] = {
    "analyze": _analyze,
    "analyze_pictures": _analyze_pictures,
    "measure": _measure,
    "reembed": _reembed,
    "look_closely": _look_closely,
    "labels": _labels,
    "score": _score,
    "refine": _refine,
    "prepare_cut": _prepare_cut,
    "join_cut": _join_cut,
    "decode": _decode,
}

if __name__ == "__main__":
    main()
