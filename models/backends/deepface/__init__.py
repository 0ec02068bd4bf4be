"""DeepFace: its embedders, its face detectors, and age, sex and emotion.

Its weights are its own affair: its downloader brings them into its own folder, which is .deepface/weights in
$DEEPFACE_HOME or in the user's home.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from models import catalog
from models.backends import Cached, Progress, Setup, tensorflow_setup
from models.backends.deepface import weights
from models.backends.deepface.models import Detector, Embedder, Guesser
from models.backends.deepface.table import ATTRIBUTE_TEMPLATE, ATTRIBUTES, DETECTORS, EMBEDDERS, Part
from models.catalog import Likeness, Task
from models.errors import UnknownModelError


def identity(task: Task, model: str, home: Path) -> str:
    """See Backend. The version of DeepFace and the model's name, whether its weights are here yet or not."""
    names = ",".join(part.name for part in _parts(task, model))
    return f"deepface {metadata.version('deepface')} {names}"


def fetch(task: Task, model: str, home: Path, progress: Progress) -> None:
    """See Backend. DeepFace is imported only if a file is not here."""
    for part in _parts(task, model):
        weights.bring(part, "auto", progress)


def open_model(task: Task, model: str, setup: Setup) -> Embedder | Detector | Guesser:
    """See Backend."""
    parts = _parts(task, model)
    for part in parts:
        weights.bring(part, setup.device, lambda line: None)
    clients = {part.name: weights.client(part, setup.device, setup.home) for part in parts}
    if task == "face-attributes":
        emotions = importlib.import_module("deepface.models.demography.DemographyUtils").EMOTION_LABELS
        asked = {word: clients[part.name] for word, part in ATTRIBUTES.items() if part in parts}
        return Guesser(asked, emotions, ATTRIBUTE_TEMPLATE, setup.engine.batch_size)
    if task == "face-embedder":
        return Embedder(clients[model], EMBEDDERS[model].template, setup.engine.batch_size)
    return Detector(clients[model], setup.min_score)


def likeness(model: str, home: Path) -> Likeness | None:
    """See Backend."""
    if model == "Dlib":
        return catalog.built_in()["dlib"].likeness
    return catalog.likeness_at(EMBEDDERS[model].threshold) if model in EMBEDDERS else None


def cached(home: Path) -> list[Cached]:
    """See Backend."""
    return [
        Cached("deepface", part.name, path, path.stat().st_size, part.licence)
        for part in (*EMBEDDERS.values(), *DETECTORS.values(), *ATTRIBUTES.values())
        for path in weights.paths(part)
        if path.is_file()
    ]


def _parts(task: Task, model: str) -> list[Part]:
    """What a name stands for; of attributes each once, in the order of the table."""
    if task == "face-attributes":
        words = [word.strip() for word in model.split(",")]
        asked = {_known(task, "sex" if word == "gender" else word, ATTRIBUTES) for word in words}
        return [part for word, part in ATTRIBUTES.items() if word in asked]
    if task == "face-embedder":
        return [EMBEDDERS[_known(task, model, EMBEDDERS)]]
    return [DETECTORS[_known(task, model, DETECTORS)]]


def _known(task: Task, name: str, known: Iterable[str]) -> str:
    if name in known:
        return name
    spelt = {each.lower(): each for each in known}
    near = [spelt[each] for each in difflib.get_close_matches(name.lower(), spelt, n=2, cutoff=0.6)]
    hint = f"did you mean {' or '.join(near)}?" if near else f"it has {', '.join(known)}"
    raise UnknownModelError(f"deepface:{name}: DeepFace has no {task} of that name; {hint}")


def devices() -> list[str]:
    """See Backend."""
    return tensorflow_setup.devices()
