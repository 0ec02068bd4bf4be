"""What a record was made with, and so which of its stages a run has to do again."""

from collections.abc import Collection, Mapping

from analyzer.detect.table import KINDS, parts_of
from analyzer.errors import UsageError
from analyzer.paths import marquee_home
from analyzer.records import Stage
from analyzer.settings import Settings, nearest
from models import catalog

_NEEDS = {"frames": (), **dict.fromkeys(KINDS, ("frames",)), "people": ("frames", "faces", "poses")}
_VERSIONS = {"frames": 2, "people": 2}


def expected(settings: Settings) -> dict[str, Stage]:
    """Return for each stage, in the order they run, how this program would do it with these settings.

    Raises:
        UsageError: a setting names an unknown network.
    """
    home = marquee_home()
    keyframes, shots = settings.keyframes.model_dump(), settings.shots.model_dump()
    frames = Stage(settings={"keyframes": keyframes, "shots": shots}, version=_VERSIONS["frames"])
    stages = {"frames": frames}
    for kind in KINDS:
        parts = parts_of(kind, settings)
        stages[kind] = Stage(
            models={name: catalog.find(name, home).sha256 for part in parts for name in part.models},
            settings=getattr(settings, kind).model_dump(),
            version=sum(part.version for part in parts),
        )
    stages["people"] = Stage(settings=settings.people.model_dump(), version=_VERSIONS["people"])
    return stages


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
    wanted = {"frames", *only}
    forced = set(only) if force else set()
    if forced == set(KINDS):
        forced.add("frames")
    todo: list[str] = []
    for stage, needs in _NEEDS.items():
        changed = previous.get(stage) != now[stage] or stage in forced or any(n in todo for n in needs)
        if changed and (stage in wanted or (stage == "people" and _has_faces(previous, todo))):
            todo.append(stage)
    return tuple(todo)


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
