"""Scores that are kept, so that other rules and classes can be tried without looking again.

They lie in <home>/scores, one file for each video, classifier and way of looking; what was not used for long
is deleted.
"""

import contextlib
import hashlib
import json
import os
import time
from pathlib import Path

from pydantic import ValidationError

from analyzer.scenes.scores import Scores
from analyzer.settings import Settings
from analyzer.stores.whole import write_whole

VERSION = 2
"""Raised when other scores would come of the same video."""
KEPT_S = 90 * 86400.0


class KeptScores:
    """The scores of one video, as the settings would have them; read and written as a file."""

    def __init__(self, home: Path, oshash: str, classifier: str, settings: Settings) -> None:
        scenes, engine = settings.scenes, settings.engine
        key = [VERSION, oshash, classifier, scenes.every_s, scenes.fast, engine.precision]
        digest = hashlib.sha256(json.dumps(key).encode()).hexdigest()
        self._path = home / "scores" / f"{digest[:32]}.json"

    def read(self) -> Scores | None:
        """Return them, if they are there."""
        try:
            scores = Scores.model_validate_json(self._path.read_bytes())
            os.utime(self._path)
        except (OSError, ValidationError):
            return None
        return scores

    def write(self, scores: Scores) -> None:
        """Keep them, if there is room: they are only to save time."""
        with contextlib.suppress(OSError):
            write_whole(self._path, scores.model_dump_json().encode("utf-8"))
            for path in self._path.parent.glob("*.json"):
                if time.time() - path.stat().st_mtime > KEPT_S:
                    path.unlink(missing_ok=True)
