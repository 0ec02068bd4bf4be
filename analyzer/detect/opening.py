"""From settings to detectors: the parts that were chosen, imported and put together."""

import importlib
from collections.abc import Collection
from typing import Any

from analyzer.detect.batch import Detector
from analyzer.detect.faces import Faces
from analyzer.detect.networks import Networks
from analyzer.detect.table import parts_of
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
            detectors[kind] = Faces(*parts)
        else:
            (detectors[kind],) = parts
    return detectors


def _open(code: str, networks: Networks, settings: Settings) -> Any:
    module, name = code.split(":")
    return getattr(importlib.import_module(module), name)(networks, settings)
