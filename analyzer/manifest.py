"""What a record was made with, and so which of its stages a run has to do again."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from analyzer.detect.table import KINDS, Part, keys_of, part_of
from analyzer.errors import UsageError
from analyzer.paths import marquee_home
from analyzer.records import Stage
from analyzer.settings import Settings, nearest
from models import backends, catalog

_NEEDS = {
    "frames": (),
    **dict.fromkeys(KINDS, ("frames",)),
    "embeddings": ("frames", "faces"),
    "people": ("frames", "faces", "poses", "embeddings"),
    "scenes": (),
}
_OF_THE_RECORD = ("frames", "faces", "poses", "objects", "people")
"""What scenes hang on that no classifier saw: their classes are of these."""
_VERSIONS = {"frames": 3, "people": 2}
_EMBEDDER = "faces.embedder"
"""The setting that has a stage of its own: faces can be embedded anew from their crops."""


def expected(settings: Settings) -> dict[str, Stage]:
    """Return for each stage that the settings want how this program would do it.

    Raises:
        UsageError: a setting names an unknown network.
        ModelError: a backend's model is not known, or what runs it is not installed.
    """
    keyframes, shots = settings.keyframes.model_dump(), settings.shots.model_dump()
    frames = Stage(settings={"keyframes": keyframes, "shots": shots}, version=_VERSIONS["frames"])
    stages = {"frames": frames}
    for kind in KINDS:
        if parts := parts_of(kind, settings):
            stages[kind] = _stage(parts, _own(kind, settings))
    embedding = {"embedder": settings.faces.embedder, "crops": settings.people.crops}
    stages["embeddings"] = _stage(parts_of("embeddings", settings), embedding)
    stages["people"] = Stage(
        settings=settings.people.model_dump(exclude={"crops"}), version=_VERSIONS["people"]
    )
    return stages


def parts_of(stage: str, settings: Settings) -> list[Part]:
    """Return the parts that do a stage with these settings.

    Raises:
        UsageError: a setting names an unknown network.
    """
    keys = [_EMBEDDER] if stage == "embeddings" else [k for k in keys_of(stage) if k != _EMBEDDER]
    return [part for key in keys if (part := part_of(key, settings))]


def _own(kind: str, settings: Settings) -> dict[str, Any]:
    """A kind's settings that matter to its stage: none that choose nothing, or another stage's part."""
    own: dict[str, Any] = getattr(settings, kind).model_dump()
    unused = {k.split(".")[1] for k in keys_of(kind) if k == _EMBEDDER or part_of(k, settings) is None}
    return {name: value for name, value in own.items() if name not in unused}


def _stage(parts: Sequence[Part], own: dict[str, Any]) -> Stage:
    home = marquee_home()
    models = {name: catalog.find(name).sha256 for part in parts for name in part.models}
    models |= {part.spec: backends.identity(part.task, part.spec, home) for part in parts if part.task}
    return Stage(models=models, settings=own, version=parts[0].version)


def stale(
    previous: Mapping[str, Stage],
    now: Mapping[str, Stage],
    only: Collection[str] = KINDS,
    force: bool = False,
) -> tuple[str, ...]:
    """Return the stages to do, in order: those wanted that were made otherwise, and what hangs on them.

    With `force`, what `only` names is done again in any case.

    Raises:
        UsageError: `only` names something unknown.
    """
    for kind in only:
        if kind not in KINDS:
            raise UsageError(f"no {kind!r}; choose from {', '.join(KINDS)}{nearest(kind, KINDS)}")
    wanted = {"frames", *only, *(["embeddings"] if "faces" in only else [])}
    again = set(only) if force else set()
    if again == set(KINDS):
        again.add("frames")
    if _lacks_crops(previous, now):
        again.add("faces")
    todo: list[str] = []
    for stage, needs in _NEEDS.items():
        if stage not in now:
            continue
        changed = previous.get(stage) != now[stage] or stage in again or any(n in todo for n in needs)
        if changed and (stage in wanted or (stage == "people" and _has_faces(previous, todo))):
            todo.append(stage)
    return tuple(todo)


def _lacks_crops(previous: Mapping[str, Stage], now: Mapping[str, Stage]) -> bool:
    """Whether fewer were kept than are wanted now, or none for an embedder that has changed."""
    before = previous.get("embeddings")
    had: int = before.settings.get("crops", 0) if before else 0
    wanted: int = now["embeddings"].settings["crops"]
    return had < wanted or (not had and before != now["embeddings"])


def same_embedder(previous: Mapping[str, Stage], now: Mapping[str, Stage]) -> bool:
    """Whether the embeddings that there are hold: at most the number of crops is another."""
    before, wanted = previous.get("embeddings"), now["embeddings"]
    if before is None or before.settings.get("embedder") != wanted.settings["embedder"]:
        return False
    return (before.models, before.version) == (wanted.models, wanted.version)


def _has_faces(previous: Mapping[str, Stage], todo: Collection[str]) -> bool:
    return "faces" in todo or ("faces" in previous and "frames" not in todo)


def kept(previous: Mapping[str, Stage], todo: Collection[str], now: Mapping[str, Stage]) -> dict[str, Stage]:
    """Return the manifest after doing `todo` on top of `previous`: what no longer holds is left out.

    Scenes are made on their own, see analyzer.jobs.scenes. Those that a classifier saw hold as long as the
    file does.
    """
    manifest = {}
    for stage, needs in _NEEDS.items():
        if stage == "scenes" and stage in previous and not previous[stage].models:
            needs = _OF_THE_RECORD
        if stage in todo:
            manifest[stage] = now[stage]
        elif stage in previous and not any(need in todo for need in needs):
            manifest[stage] = previous[stage]
    return manifest
