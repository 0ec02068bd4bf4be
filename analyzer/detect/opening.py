"""From settings to detectors: the parts that were chosen, imported and put together."""

import importlib
from collections.abc import Collection
from typing import Any

from analyzer.detect.batch import Detector
from analyzer.detect.faces import Embedder, Faces
from analyzer.detect.networks import Networks
from analyzer.detect.table import keys_of, part_of
from analyzer.settings import Settings


def open_detectors(
    kinds: Collection[str], networks: Networks, settings: Settings
) -> dict[str, Detector[Any]]:
    """Return a detector for each kind that the settings want: the parts that they choose, put together.

    Raises:
        UsageError: a setting names what there is not.
        ModelError: see Networks.
    """
    detectors: dict[str, Detector[Any]] = {}
    for kind in kinds:
        parts = [open_part(key, networks, settings) for key in keys_of(kind)]
        if kind == "faces":
            detectors[kind] = Faces(*parts, with_crops=settings.people.crops > 0)
        elif parts[0] is not None:
            (detectors[kind],) = parts
    return detectors


def open_embedder(networks: Networks, settings: Settings) -> Embedder:
    """Return the embedder that the settings choose.

    Raises:
        UsageError: they name what there is not.
        ModelError: see Networks.
    """
    embedder: Embedder = open_part("faces.embedder", networks, settings)
    return embedder


def open_part(key: str, networks: Networks, settings: Settings) -> Any:
    """Return the part that a setting chooses, None for none. Raises as `open_embedder`."""
    part = part_of(key, settings)
    if part is None:
        return None
    module, name = part.code.split(":")
    made = getattr(importlib.import_module(module), name)
    if part.task is None:
        return made(networks, settings)
    min_score = getattr(getattr(settings, key.split(".")[0]), "min_score", 0.0)
    return made(networks.model(part.task, part.spec, min_score), networks, settings)
