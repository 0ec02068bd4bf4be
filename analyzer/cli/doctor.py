"""marquee doctor: what this installation can run, and what is missing."""

import os
import platform
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.cli.console import err, megabytes, out, table
from analyzer.paths import marquee_home, shown
from models import backends
from models.backends import BACKENDS
from models.errors import ModelError
from models.weights import Status, Weights

if TYPE_CHECKING:
    from models.engines import Offer

Missing = tuple[str, str]
"""What is not here, and the command for it."""


def doctor() -> None:
    """Say what this installation can run: engines, devices, backends, weights; and what is missing."""
    from models.engines import available_engines  # takes long to import

    home = marquee_home()
    offers = available_engines()
    statuses = Weights(home).status()
    out.print(f"marquee {metadata.version('marquee')}, Python {platform.python_version()}")
    out.print(f"home {shown(home)}, {_state_of(home)}")
    _show_engines(offers)
    with err.status("asking the backends ..."):
        devices = {name: _devices(name) for name in BACKENDS}
    _show_backends(devices)
    _show_weights(statuses, home)
    for what, command in [*_missing(offers, statuses), *_not_installed()]:
        out.print(f"\nmissing: {what}; {command} brings it")


def _state_of(home: Path) -> str:
    folder = next(folder for folder in (home, *home.parents) if folder.exists())
    usable = folder.is_dir() and os.access(folder, os.W_OK)
    return "usable" if usable else "NOT USABLE: set MARQUEE_HOME to a folder that can be written"


def _show_engines(offers: "Iterable[Offer]") -> None:
    engines = table("engine", "version", "device", "precisions", title="\nEngines, the preferred first")
    for offer in offers:
        device = f"{offer.device} ({offer.device_name})"
        engines.add_row(offer.runtime, offer.version, device, ", ".join(offer.precisions))
    out.print(engines)


def _devices(name: str) -> str:
    """What a backend's framework computes on, as it says itself."""
    if backends.installed(name) is None:
        return ""
    try:
        return ", ".join(backends.backend(name).devices())
    except ModelError as error:
        return str(error)


def _show_backends(devices: dict[str, str]) -> None:
    rows = table("backend", "version", "devices", "models for", title="\nBackends, as in backend:model")
    for name, offer in BACKENDS.items():
        version = backends.installed(name)
        state = (
            "not installed" if version is None else f"{offer.package} {version}" if version else "built in"
        )
        rows.add_row(name, state, devices[name], ", ".join(offer.tasks))
    out.print(rows)


def _show_weights(statuses: Iterable[Status], home: Path) -> None:
    weights = table("model", "here", "converted", "licence", title="\nWeights", right=("here", "converted"))
    for status in statuses:
        sizes = (megabytes(size) if size else "-" for size in (status.size, status.converted_size))
        weights.add_row(status.entry.name, *sizes, status.entry.licence)
    for name in BACKENDS:
        for file in backends.backend(name).cached(home):
            weights.add_row(f"{name}:{file.name}", megabytes(file.size), "-", file.licence)
    out.print(weights)


def _missing(offers: "Iterable[Offer]", statuses: Iterable[Status]) -> Iterator[Missing]:
    absent = [status.entry.name for status in statuses if not status.cached]
    if absent:
        yield f"weights of {', '.join(absent)}", "marquee models pull"
    if not any(offer.device == "cuda" for offer in offers):
        yield "an NVIDIA card's engine", "pip uninstall onnxruntime && pip install onnxruntime-gpu"


def _not_installed() -> Iterator[Missing]:
    for name, offer in BACKENDS.items():
        if backends.installed(name) is None:
            yield f"{offer.package} for {name}:...", f"pip install 'marquee[{name}]'"
