"""From settings to detectors: the parts that were chosen, imported and put together."""

import importlib
from collections.abc import Collection
from typing import Any

from analyzer.detect.batch import Detector
from analyzer.detect.faces import Embedder, Faces
from analyzer.detect.networks import Networks
from analyzer.detect.table import part_of, parts_of
from analyzer.settings import Settings


def open_detectors(
    kinds: Collection[str], networks: Networks, settings: Settings
) -> dict[str, Detector[Any]]:
    """Return a detector for each kind: the parts that the settings choose, put together.

    Raises:
        UsageError: a setting names what there is not.
        ModelError: see Networks.
    """
    detectors: dict[str, Detector[Any]] = {}
    for kind in kinds:
        parts = [_open(part.code, networks, settings) for part in parts_of(kind, settings)]
        if kind == "faces":
            finder, embedder = parts
            detectors[kind] = Faces(finder, embedder, settings.people.crops > 0)
        else:
            (detectors[kind],) = parts
    return detectors


def open_embedder(networks: Networks, settings: Settings) -> Embedder:
    """Return the embedder that the settings choose.

    Raises:
        UsageError: they name what there is not.
        ModelError: see Networks.
    """
    embedder: Embedder = _open(part_of("faces.embedder", settings).code, networks, settings)
    return embedder


def _open(code: str, networks: Networks, settings: Settings) -> Any:
    module, name = code.split(":")
    return getattr(importlib.import_module(module), name)(networks, settings)
