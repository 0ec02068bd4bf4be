"""Model files of Keras, looked into before Keras is given them: could loading one run code of its maker?

A .keras file is a zip of a config and weights. Keras makes whatever the config names; what is let through
here is only what does nothing but compute.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from models.errors import BrokenModelError, said

_CONFIG = "config.json"
_MEMBERS = {_CONFIG, "metadata.json", "model.weights.h5"}
_LARGEST_CONFIG = 32 << 20
_LARGEST_SHARE = 100
"""Times its size in the file that a member may have; Keras does not compress them at all."""

_COMPUTES = re.compile(
    r"keras(\.(layers|initializers|regularizers|constraints|activations|losses|metrics|random|quantizers"
    r"|dtype_policies|ops|optimizers(\.schedules)?))?|keras\.src\.(models|layers|ops|applications)(\.\w+)*"
)
_RUNS_CODE = re.compile("lambda|TFSM|Torch|Jax|Flax|Lookup|TextVectorization", re.IGNORECASE)
"""Of those modules: what carries code of its own, or opens files that the config names."""
_DATA = {"__keras_tensor__", "__tensor__", "__numpy__", "__bytes__", "__ellipsis__", "__slice__"}


def danger(path: Path) -> str | None:
    """Return what a model file has that could do harm when it is loaded, None if it has nothing such.

    Raises:
        BrokenModelError: it is not a model file of Keras.
    """
    if path.suffix != ".keras":
        return "is of an older format that can hold code"
    try:
        with zipfile.ZipFile(path) as archive:
            return _odd_member(archive) or _odd_name(archive)
    except Exception as error:  # of zipfile, of what it unpacks with, of json
        raise BrokenModelError(f"{path} is not a sound .keras file ({said(error)})") from error


def _odd_member(archive: zipfile.ZipFile) -> str | None:
    members = archive.infolist()
    strange = [member.filename for member in members if member.filename not in _MEMBERS]
    if strange or len(members) > len(_MEMBERS):
        return f"holds more than a config and weights ({(strange or [_CONFIG])[0]!r})"
    if archive.getinfo(_CONFIG).file_size > _LARGEST_CONFIG:
        return f"has a config of over {_LARGEST_CONFIG >> 20} MB"
    swollen = [m.filename for m in members if m.file_size > _LARGEST_SHARE * max(m.compress_size, 1024)]
    return f"has a {swollen[0]} that would swell beyond measure" if swollen else None


def _odd_name(archive: zipfile.ZipFile) -> str | None:
    config = json.loads(archive.read(_CONFIG))
    if isinstance(config, dict):
        config.pop("compile_config", None)  # is not loaded
    for thing in _things(config):
        if not _is_harmless(thing):
            name = f"{thing.get('module') or 'an unknown module'}: {thing['class_name']}"
            return f"holds what could run code ({name:.100})"
    return None


def _things(config: Any) -> Iterator[dict[str, Any]]:
    """All that Keras would make something of, however deep it lies."""
    left = [config]
    while left:
        here = left.pop()
        if isinstance(here, dict):
            left += here.values()
            if "class_name" in here:
                yield here
        elif isinstance(here, list):
            left += here


def _is_harmless(thing: dict[str, Any]) -> bool:
    name, module, function = thing["class_name"], thing.get("module"), thing.get("config")
    if not isinstance(name, str):
        return False
    if name in _DATA or (name == "function" and module == "builtins"):
        return True  # these functions are looked for among Keras' own losses and activations
    names = (name, function if isinstance(function, str) else "")
    known = isinstance(module, str) and _COMPUTES.fullmatch(module)
    return bool(known) and not any(_RUNS_CODE.search(each) for each in names)
