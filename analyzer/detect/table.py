"""Which networks can be chosen, by the names that settings give them. Their code is imported when chosen."""

from dataclasses import dataclass

from analyzer.errors import UsageError
from analyzer.settings import Settings, nearest


@dataclass(frozen=True)
class Part:
    """A choice for one setting.

    Attributes:
        code: "module:class", called with Networks and Settings.
        models: the catalog's names of the networks it needs.
        version: raised when its results change, so that records made before are stale.
    """

    code: str
    models: tuple[str, ...]
    version: int = 1


KINDS = ("faces", "poses", "objects", "features")
"""What is looked for in a frame; each is a section of the settings and a stage of the record."""

PARTS = {
    "faces.detector": {
        "blazeface": Part(
            "analyzer.detect.blaze_finder:BlazeFinder",
            ("blazeface-full", "blazeface-short", "facemesh", "nudenet"),
            version=2,
        )
    },
    "faces.embedder": {"dlib": Part("analyzer.detect.dlib_embedder:DlibEmbedder", ("dlib",), version=3)},
    "poses.detector": {
        "blazepose": Part(
            "analyzer.detect.poses:Poses",
            ("blazepose-detector", "blazepose-landmarks", "blazeface-full"),
            version=2,
        )
    },
    "objects.detector": {"nudenet": Part("analyzer.detect.objects:Objects", ("nudenet",))},
    "features.model": {"nudenet": Part("analyzer.detect.objects:Features", ("nudenet",))},
}
"""By setting, the values it takes."""


def parts_of(kind: str, settings: Settings) -> list[Part]:
    """Return the parts that the settings choose for a kind, in the order of PARTS.

    Raises:
        UsageError: a setting names none that there is.
    """
    return [part_of(key, settings) for key in PARTS if key.startswith(kind + ".")]


def part_of(key: str, settings: Settings) -> Part:
    """Return the part that a setting chooses.

    Raises:
        UsageError: it names none that there is.
    """
    section, name = key.split(".")
    spec = getattr(getattr(settings, section), name)
    if spec not in PARTS[key]:
        choices = ", ".join(PARTS[key])
        raise UsageError(f"{key} = {spec!r}: it can be {choices}{nearest(spec, PARTS[key])}")
    return PARTS[key][spec]
