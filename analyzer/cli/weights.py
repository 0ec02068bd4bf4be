"""marquee models: the networks, their weights and where they come from."""

import dataclasses
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from analyzer.cli.console import err, megabytes, out, print_line, table
from analyzer.detect.table import Part
from analyzer.paths import marquee_home, shown
from models import backends, catalog, files, own
from models.backends import BACKENDS
from models.backends.opencv import supplied
from models.catalog import built_in, remotes
from models.errors import ModelError, WeightsCorruptError
from models.weights import Weights

app = typer.Typer(no_args_is_help=True, help="List, fetch, check and add the networks that Marquee uses.")

Name = Annotated[str, typer.Argument(help="One of those that come with Marquee.")]


def fetch_missing(names: Collection[str] | None = None) -> None:
    """Have these entries of the catalog (None: all it comes with) ready, telling what is being fetched."""
    weights = Weights(marquee_home(), err.print)
    for name in built_in() if names is None else names:
        weights.path(name)
        if weights.entry(name).is_network:
            weights.onnx(name)


def fetch_parts(parts: Iterable[Part]) -> None:
    """Have the networks of these parts ready, telling what is being fetched."""
    for part in parts:
        fetch_missing(part.models)
        if part.task:
            backends.fetch(part.task, part.spec, marquee_home(), err.print)


@app.command("list")
def list_(
    json_: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List every model: its task, where it comes from, its licence, and whether it is here."""
    listed = list(_listed())
    if json_:
        print_line(json.dumps([dataclasses.asdict(model) for model in listed]))
        return
    rows = table("name", "task", "size", "here", "licence", "from", right=("size",))
    for model in listed:
        size = megabytes(model.size) if model.size else "?"
        here = "yes" if model.cached else "no"
        rows.add_row(model.name, model.task, size, here, model.licence, model.origin)
    out.print(rows)


@dataclass(frozen=True)
class _Listed:
    """One model of the list; `name` is what settings call it, `size` in bytes, 0 if it is not known."""

    name: str
    task: str
    size: int
    cached: bool
    licence: str
    origin: str


def _listed() -> Iterator[_Listed]:
    home = marquee_home()
    for status in Weights(home).status():
        entry = status.entry
        origin = f"{entry.wheel.package} {entry.wheel.version}"
        yield _Listed(entry.name, entry.task, entry.size, status.cached, entry.licence, origin)
    for known in catalog.supplied().values():
        here = supplied.size(known.name, home)
        yield _Listed(known.name, known.task, here, here > 0, known.licence, "yours to bring")
    for path in own.kept(home):
        task, source = _described(path)
        licence = own.licence_of(path)
        yield _Listed(f"onnx:{path.stem}", task, path.stat().st_size, True, licence, source)
    for backend in BACKENDS:
        for file in remotes(backend).values():
            cached = files.find(backend, file.name, home).is_file()
            name = f"{backend}:{file.name}"
            yield _Listed(name, file.task, file.size, cached, file.licence, file.url)


def _described(path: Path) -> tuple[str, str]:
    """The task and the source of a user's own file; one that is damaged does not hide the others."""
    try:
        about = own.described(path)
    except ModelError as error:
        return "?", str(error)
    return about.task, about.source


@app.command()
def pull(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Which, also as backend:model; all that come with Marquee if none."),
    ] = None,
) -> None:
    """Fetch models ahead of time, for a machine that will be offline."""
    wanted = names or built_in()
    fetch_missing([name for name in wanted if ":" not in name])
    for spec in (name for name in wanted if ":" in name):
        for task in backends.tasks_of(spec, marquee_home()):
            backends.fetch(task, spec, marquee_home(), err.print)
    out.print(f"ready: {', '.join(names or built_in())}")


@app.command()
def verify() -> None:
    """Check every file with a pinned sha256 against it."""
    results = Weights(marquee_home()).verify() | files.verify(marquee_home())
    if not results:
        out.print("nothing is cached yet")
    for name, intact in results.items():
        out.print(f"{name}: {'intact' if intact else 'DAMAGED'}")
    damaged = [name for name, intact in results.items() if not intact]
    if damaged:
        raise WeightsCorruptError(f"damaged: {', '.join(damaged)}; 'marquee models pull' fetches them again")


@app.command()
def path(name: Name) -> None:
    """Print where a model's file is, fetching it if need be."""
    print_line(str(Weights(marquee_home()).path(name)))


@app.command()
def trust(
    file: Annotated[Path, typer.Argument(help="A model file of which you know where it comes from.")],
) -> None:
    """Allow a model file that could run code to be loaded.

    Some files, such as Ultralytics' .pt, are programs as much as data: whoever made one could do anything
    that you can do on this machine as soon as it is loaded. Marquee refuses them unless they are known, or
    you say so here. What is trusted is the file as it is now; once it changes, it is refused again.
    """
    digest = files.trust(file.absolute(), marquee_home())
    print_line(f"trusted: {shown(file)} (sha256 {digest})")
