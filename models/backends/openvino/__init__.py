"""Classifiers in OpenVINO's own format: `openvino:path/x.xml`, with x.bin and maybe x.toml beside it."""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path
from typing import Any

from models import files
from models.backends import Cached, Progress, Setup
from models.backends.openvino.network import IrView, described, prepared
from models.catalog import Likeness, Task
from models.errors import UnknownModelError, WeightsMissingError
from models.own import description
from models.own.pictures import classifier


def identity(task: Task, model: str, home: Path) -> str:
    """See models.backends.Backend; it hangs on the description, too."""
    path = _find(model, home)
    view = description.read(path, IrView) or IrView()
    return view.fingerprint(f"{files.sha256_of(path)} {files.sha256_of(path.with_suffix('.bin'))}")


def fetch(task: Task, model: str, home: Path, progress: Progress) -> None:
    """See models.backends.Backend; there is nothing to download."""
    _find(model, home)


def open_model(task: Task, model: str, setup: Setup) -> Any:
    """See models.backends.Backend; where the engine is another, OpenVINO runs it on the CPU all the same."""
    from models.sessions import Network, open_file

    path = _find(model, setup.home)
    about = described(path)
    engine = dataclasses.replace(setup.engine, runtime="openvino", device="cpu")
    network = Network(f"openvino:{path.name}", path, prepare=functools.partial(prepared, about=about))
    compiled = setup.home / "compiled" / f"openvino-{identity(task, model, setup.home)[:16]}"
    return classifier(open_file(network, engine, compiled), about)


def likeness(model: str, home: Path) -> Likeness | None:
    """See models.backends.Backend; there are no embedders here."""
    return None


def cached(home: Path) -> list[Cached]:
    """See models.backends.Backend; an .xml file without weights beside it is another backend's."""
    return [
        Cached("openvino", path.name, path, path.stat().st_size + weights.stat().st_size, "unknown")
        for path in sorted((home / "models").glob("*.xml"))
        if (weights := path.with_suffix(".bin")).is_file()
    ]


def devices() -> list[str]:
    """See models.backends.Backend."""
    return ["cpu"]


def _find(model: str, home: Path) -> Path:
    if Path(model).suffix != ".xml":
        raise UnknownModelError(f"openvino:{model}: models end with .xml, their weights with .bin")
    path = files.find("openvino", model, home)
    if not path.with_suffix(".bin").is_file():
        raise WeightsMissingError(f"{path} needs its weights, {path.with_suffix('.bin').name}, beside it")
    return path
