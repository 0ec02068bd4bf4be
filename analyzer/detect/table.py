"""Which networks can be chosen, by the names that settings give them. Their code is imported when chosen.

The embedded networks have names of their own. Any other is "backend:model", see models.backends; an adapter
makes records of what it finds.
"""

from dataclasses import dataclass, replace

from analyzer.errors import UsageError
from analyzer.settings import Settings, nearest
from models import backends, catalog
from models.catalog import Task


@dataclass(frozen=True)
class Part:
    """A choice for one setting.

    Attributes:
        code: "module:class", called with Networks and Settings; an adapter also, first, with its model.
        models: the catalog's names of the embedded networks it needs.
        version: raised when its results change, so that records made before are stale.
        task: what the model of an adapter does.
        spec: "backend:model" of an adapter.
    """

    code: str
    models: tuple[str, ...] = ()
    version: int = 1
    task: Task | None = None
    spec: str = ""


KINDS = ("faces", "poses", "objects", "features", "tags")
"""What is looked for in a frame; each is a section of the settings and a stage of the record."""

NONE = "none"
"""What a setting says for nothing at all."""

PARTS: dict[str, dict[str, Part | None]] = {
    "faces.detector": {
        "blazeface": Part(
            "analyzer.detect.blaze_finder:BlazeFinder",
            ("blazeface-full", "blazeface-short", "facemesh", "nudenet"),
            version=2,
        )
    },
    "faces.embedder": {"dlib": Part("analyzer.detect.dlib_embedder:DlibEmbedder", ("dlib",), version=3)},
    "faces.attributes": {NONE: None},
    "poses.detector": {
        "blazepose": Part(
            "analyzer.detect.poses:BlazePoses",
            ("blazepose-detector", "blazepose-landmarks", "blazeface-full"),
            version=2,
        )
    },
    "objects.detector": {"nudenet": Part("analyzer.detect.objects:NudeNetObjects", ("nudenet",))},
    "features.model": {"nudenet": Part("analyzer.detect.features:NudeNetFeatures", ("nudenet",))},
    "tags.model": {NONE: None},
    "scenes.model": {"record": None},
}
"""By setting, the embedded networks it takes."""

ADAPTERS = {
    "faces.detector": Part("analyzer.detect.mesh_finder:MeshFinder", ("facemesh",), task="face-detector"),
    "faces.embedder": Part("analyzer.detect.embedders:NamedEmbedder", task="face-embedder"),
    "faces.attributes": Part("analyzer.detect.embedders:Guesser", task="face-attributes"),
    "poses.detector": Part("analyzer.detect.poses:Poses", task="pose-detector"),
    "objects.detector": Part("analyzer.detect.objects:Objects", task="object-detector"),
    "features.model": Part("analyzer.detect.features:Features", task="image-feature"),
    "tags.model": Part("analyzer.detect.tags:Tags", task="classifier"),
    "scenes.model": Part("analyzer.scenes.classifying:Looker", task="classifier"),
}
"""By setting, what makes records of the findings of "backend:model"."""


def keys_of(kind: str) -> list[str]:
    """Return the settings that choose the parts of a kind, in the order of PARTS."""
    return [key for key in PARTS if key.startswith(kind + ".")]


def part_of(key: str, settings: Settings) -> Part | None:
    """Return the part that a setting chooses; None for none.

    Raises:
        UsageError: it names none that there is.
    """
    section, name = key.split(".")
    spec = getattr(getattr(settings, section), name)
    adapter = ADAPTERS[key]
    if ":" in spec:
        return replace(adapter, spec=spec)
    if spec in PARTS[key]:
        return PARTS[key][spec]
    supplied = {name: of for name, of in catalog.supplied().items() if of.task == adapter.task}
    if spec in supplied:
        return replace(adapter, spec=f"{supplied[spec].backend}:{spec}")
    words = [*PARTS[key], *supplied]
    choices = ", ".join([*words, *(f"{name}:..." for name in _backends_for(adapter.task))])
    raise UsageError(f"{key} = {spec!r}: it can be {choices}{nearest(spec, words)}")


def _backends_for(task: Task | None) -> list[str]:
    return [name for name, offer in backends.BACKENDS.items() if task in offer.tasks]
