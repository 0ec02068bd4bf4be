"""What a record was made with, and so which of its stages a run has to do again."""

from collections.abc import Collection, Mapping
from typing import Any

from analyzer.detect.table import KINDS, PARTS, part_of
from analyzer.errors import UsageError
from analyzer.paths import marquee_home
from analyzer.records import Stage
from analyzer.settings import Settings, nearest
from models import catalog

_NEEDS = {
    "frames": (),
    **dict.fromkeys(KINDS, ("frames",)),
    "embeddings": ("frames", "faces"),
    "people": ("frames", "faces", "poses", "embeddings"),
}
_VERSIONS = {"frames": 2, "people": 2}
_EMBEDDER = "faces.embedder"
"""The setting that has a stage of its own: faces can be embedded anew from their crops."""


def expected(settings: Settings) -> dict[str, Stage]:
    """Return for each stage, in the order they run, how this program would do it with these settings.

    Raises:
        UsageError: a setting names an unknown network.
    """
    keyframes, shots = settings.keyframes.model_dump(), settings.shots.model_dump()
    frames = Stage(settings={"keyframes": keyframes, "shots": shots}, version=_VERSIONS["frames"])
    stages = {"frames": frames}
    for key in PARTS:
        kind, _ = key.split(".")
        own = getattr(settings, kind).model_dump()
        if key == _EMBEDDER:
            stages["embeddings"] = _stage(
                key, {"embedder": own["embedder"], "crops": settings.people.crops}, settings
            )
        else:
            stages[kind] = _stage(key, {k: v for k, v in own.items() if f"{kind}.{k}" != _EMBEDDER}, settings)
    stages["people"] = Stage(
        settings=settings.people.model_dump(exclude={"crops"}), version=_VERSIONS["people"]
    )
    return stages


def _stage(key: str, own: dict[str, Any], settings: Settings) -> Stage:
    part = part_of(key, settings)
    models = {name: catalog.find(name, marquee_home()).sha256 for name in part.models}
    return Stage(models=models, settings=own, version=part.version)


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
    """Return the manifest after doing `todo` on top of `previous`: what no longer holds is left out."""
    manifest = {}
    for stage, needs in _NEEDS.items():
        if stage in todo:
            manifest[stage] = now[stage]
        elif stage in previous and not any(need in todo for need in needs):
            manifest[stage] = previous[stage]
    return manifest
