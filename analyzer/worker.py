"""A process of its own that analyzes one video or gallery after another, so that a bad file costs one file.

This is the half of the parent, with analyzer/child_process.py; analyzer/child.py is the child's. They talk in
lines over pipes: the parent sends requests, the child answers with any number of progress lines and then a
record or an error. What comes back is only data: it is parsed and validated, never executed.
"""

import json
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, TypeVar

from analyzer import errors
from analyzer.child_process import ChildProcess
from analyzer.comparing.measured import Measured
from analyzer.library.cards import Card
from analyzer.media.cutting.plans import Decoded, How, Joined, Plan
from analyzer.media.gallery import Turn, common_folder
from analyzer.paths import shown
from analyzer.progress import Progress, silent
from analyzer.records import Interval, Movie, Record
from analyzer.scenes.changes import Change, Times
from analyzer.scenes.scores import Labels, Scores
from analyzer.settings import Settings
from analyzer.stores.entries import Prints
from models import errors as model_errors

A = TypeVar("A", bound=Record)

POLL_S = 0.25


class Worker:
    """Starts the child when there is work, watches it, and replaces it when it fails.

    A context manager: leaving it ends the child.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._child: ChildProcess | None = None

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def analyze(
        self, path: Path, previous: Path | None, only: Collection[str], force: bool, progress: Progress
    ) -> Movie:
        """Return the Movie of a video or gallery; `previous` is a sidecar whose fresh stages are taken over.

        Raises:
            MarqueeError, ModelError: what the child raised.
            WorkerError: the child crashed, stood still, outgrew its memory or answered nonsense; the next
                file gets a new one.
        """
        request = {
            "path": str(path),
            "previous": None if previous is None else str(previous),
            "only": list(only),
            "force": force,
        }
        return self._ask("analyze", path, request, Movie, progress)

    def analyze_pictures(
        self, files: Sequence[Path], only: Collection[str], progress: Progress, turn: Turn = 0
    ) -> Movie:
        """Return the Movie of picture files; see analyzer.pipeline.analyze_pictures.

        Raises:
            MarqueeError, ModelError, WorkerError: see `analyze`.
        """
        request = {"files": [str(file) for file in files], "turn": turn, "only": list(only)}
        return self._ask("analyze_pictures", common_folder(files), request, Movie, progress)

    def measure(self, files: Sequence[Path], progress: Progress) -> Measured:
        """Return what the face models of the settings find in files; see analyzer.comparing.measuring.

        Raises:
            MarqueeError, ModelError, WorkerError: see `analyze`.
        """
        request = {"files": [str(file) for file in files]}
        return self._ask("measure", common_folder(files), request, Measured, progress)

    def reembed(self, card: Card) -> Card:
        """Return a card with embeddings of the model that the settings name, made from its crops.

        Raises:
            MarqueeError, ModelError, WorkerError: see `analyze`.
        """
        request = {"path": card.path, "card": card.model_dump_json()}
        return self._ask("reembed", Path(card.path), request, Card, silent)

    def look_closely(self, path: Path, span: Interval, progress: Progress) -> Prints:
        """Return the hashes of a stretch of film; see analyzer.similar.closely.

        Raises:
            MarqueeError, WorkerError: see `analyze`.
        """
        request = {"path": str(path), "span": list(span)}
        return self._ask("look_closely", path, request, Prints, progress)

    def labels(self, path: Path) -> Labels:
        """Return the labels of the scene classifier, which a video is about to be given to.

        Raises:
            ModelError, WorkerError: see `analyze`.
        """
        return self._ask("labels", path, {"path": str(path)}, Labels, silent)

    def score(self, path: Path, progress: Progress) -> Scores:
        """Return what a classifier sees in each look at a video; see analyzer.scenes.scoring.

        Raises:
            MarqueeError, ModelError, WorkerError: see `analyze`.
        """
        return self._ask("score", path, {"path": str(path)}, Scores, progress)

    def refine(self, path: Path, changes: Sequence[Change], progress: Progress) -> Times:
        """Return when exactly changes between looks happen; see analyzer.scenes.refining.

        Raises:
            MarqueeError, ModelError, WorkerError: see `analyze`.
        """
        request = {"path": str(path), "changes": [change.model_dump(mode="json") for change in changes]}
        return self._ask("refine", path, request, Times, progress)

    def prepare_cut(
        self, path: Path, spans: Sequence[Interval], how: How, suffix: str, apart: bool, folder: Path
    ) -> Plan:
        """Plan the cut of a video; see analyzer.media.cutting.preparing.

        Raises:
            MarqueeError, WorkerError: see `analyze`.
        """
        request = {
            "path": str(path),
            "spans": [list(span) for span in spans],
            "how": how,
            "suffix": suffix,
            "apart": apart,
            "folder": str(folder),
        }
        return self._ask("prepare_cut", path, request, Plan, silent)

    def join_cut(self, path: Path, plan: Plan, folder: Path, target: Path, progress: Progress) -> Joined:
        """Write and check what is cut of a video; see analyzer.media.cutting.joining.

        Raises:
            MarqueeError, WorkerError: see `analyze`.
        """
        request = {
            "path": str(path),
            "plan": plan.model_dump(mode="json"),
            "folder": str(folder),
            "target": str(target),
        }
        return self._ask("join_cut", path, request, Joined, progress)

    def decode(self, path: Path) -> Decoded:
        """Decode a video from the first frame to the last; see analyzer.media.cutting.decoding.

        Raises:
            MarqueeError, WorkerError: see `analyze`.
        """
        return self._ask("decode", path, {"path": str(path)}, Decoded, silent)

    def abandon(self) -> None:
        """End the child, whatever it does; the next request gets a new one."""
        self._end()

    def _ask(self, what: str, path: Path, request: dict[str, Any], answer: type[A], progress: Progress) -> A:
        if self._child is None or self._child.has_ended():
            self._end()
            self._child = ChildProcess()
        whole = {"what": what, "settings": self._settings.model_dump(mode="json"), **request}
        try:
            self._child.send(whole)
            return self._listen(self._child, answer, progress)
        except errors.WorkerError as error:
            self._end()
            raise errors.WorkerError(f"{shown(path)}: {error}") from None

    def _end(self) -> None:
        child, self._child = self._child, None
        if child:
            child.end()

    def _listen(self, child: ChildProcess, answer: type[A], progress: Progress) -> A:
        """Wait for the answer, watching the child's memory and its silence."""
        heard = watched = time.monotonic()
        while True:
            line = child.next_line(POLL_S)
            now = time.monotonic()
            if now - watched >= POLL_S:
                self._check_memory(child)
                watched = now
            if line is None:
                self._check_silence(now - heard)
                continue
            heard = now
            if record := _understand(line, answer, progress):
                return record

    def _check_silence(self, silent_s: float) -> None:
        limit = self._settings.jobs.stall_s
        if silent_s > limit:
            raise errors.WorkerError(f"given up, no progress for {limit:g} s (jobs.stall_s)")

    def _check_memory(self, child: ChildProcess) -> None:
        limit = self._settings.jobs.max_memory_mb
        if child.memory() > limit << 20:
            raise errors.WorkerError(f"given up, took over {limit} MB of memory (jobs.max_memory_mb)")


def _understand(line: bytes, answer: type[A], progress: Progress) -> A | None:
    """Pass progress on, return a record of the kind `answer`, or raise the error that a line holds."""
    kind, _, body = line.partition(b" ")
    try:
        if kind == b"record":
            return answer.model_validate_json(body)
        content = json.loads(body)
        if kind == b"progress":
            done_s, duration_s = content
            progress(float(done_s), float(duration_s))
            return None
        error = _revive(str(content["kind"]), str(content["message"]))
    except (ValueError, TypeError, KeyError):
        raise errors.WorkerError("the worker answered nonsense") from None
    raise error


def _revive(kind: str, message: str) -> Exception:
    found = getattr(errors, kind, None) or getattr(model_errors, kind, None)
    if isinstance(found, type) and issubclass(found, errors.USER_ERRORS):
        return found(message)
    return errors.WorkerError(message)
