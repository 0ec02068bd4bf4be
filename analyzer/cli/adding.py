"""marquee models add, remove: ONNX files of the user's own, and files of the catalog that users bring."""

from pathlib import Path
from typing import Annotated, Any

import typer

from analyzer.cli.console import err, out
from analyzer.cli.weights import fetch_missing
from analyzer.demo import PEOPLE
from analyzer.errors import UsageError
from analyzer.paths import marquee_home, shown
from models import catalog, own
from models.backends.opencv import supplied
from models.labels import read as read_labels
from models.own import description
from models.own.description import Description

Numbers = tuple[float, float, float]


def add(
    name: Annotated[str, typer.Argument(help="The name to give it; settings take it as onnx:NAME.")],
    file: Annotated[
        Path | None, typer.Option(help="An ONNX file; for miles-deep, an archive or a folder. It is copied.")
    ] = None,
    url: Annotated[str, typer.Option(help="Or where to download it from; needs --sha256.")] = "",
    sha256: Annotated[str, typer.Option(help="What the file's checksum must be.")] = "",
    task: Annotated[
        str | None, typer.Option(help="What it does, such as object-detector, where the file does not tell.")
    ] = None,
    labels: Annotated[Path | None, typer.Option(help="A text file of its classes, one a line.")] = None,
    multi_label: Annotated[
        bool, typer.Option("--multi-label", help="Several of its classes may hold at once.")
    ] = False,
    size: Annotated[
        str | None, typer.Option(metavar="WIDTHxHEIGHT", help="Of the pictures it takes.")
    ] = None,
    colour: Annotated[str | None, typer.Option(help="rgb or bgr.")] = None,
    mean: Annotated[
        str | None, typer.Option(metavar="N[,N,N]", help="It sees (pixel - mean) * scale,")
    ] = None,
    scale: Annotated[str | None, typer.Option(metavar="N[,N,N]", help="of pixels 0 to 255.")] = None,
    template: Annotated[str | None, typer.Option(help="How faces are cut: arcface or dlib.")] = None,
    threshold: Annotated[
        float | None, typer.Option(help="Cosine distance below which two faces are one person.")
    ] = None,
    licence: Annotated[str | None, typer.Option(help="Of the weights.")] = None,
) -> None:
    """Add an ONNX model of your own under a name.

    A look into the file tells how it is run: YOLO v5 to v12, networks with their suppression built in, SCRFD,
    embedders, classifiers. It is tried on two pictures, and what was found is written to a TOML file that you
    can mend.

    Under the name of a model that Marquee knows but may not pass on, such as miles-deep, its files are taken
    out of the archive or the folder; then settings take it by that name.
    """
    if name in catalog.supplied():
        _bring(name, file)
        return
    given = {"task": task, "colour": colour, "template": template, "threshold": threshold, "licence": licence}
    known: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    known |= {"mean": _three(mean, "--mean")} if mean else {}
    known |= {"scale": _three(scale, "--scale")} if scale else {}
    known |= _size(size) if size else {}
    known |= {"multi_label": True} if multi_label else {}
    known |= {"labels": read_labels(labels)} if labels else {}
    home = marquee_home()
    about = own.add(home, name, file=file, url=url, sha256=sha256, known=known, check=_try)
    path = description.path_of(home / "models" / f"{name}.onnx")
    out.print(f"added onnx:{name} ({about.task}); how it is run is written in {shown(path)}")


def remove(name: Annotated[str, typer.Argument(help="The name that it was added under.")]) -> None:
    """Delete a model that was added."""
    if name in catalog.supplied():
        supplied.remove(marquee_home(), name)
    else:
        own.remove(marquee_home(), name)
    out.print(f"removed {name}")


def _bring(name: str, file: Path | None) -> None:
    if file is None:
        raise UsageError(f"{name} needs --file: an archive, or a folder, with its files")
    supplied.add(marquee_home(), name, file)
    out.print(f"added {name} ({catalog.supplied()[name].task})")


def _try(path: Path) -> None:
    """Run a model on two portraits, and say what comes of it."""
    from analyzer.detect.trial import try_out  # takes long to import

    fetch_missing(PEOPLE)
    about = description.read(path, Description)
    if about is not None:
        err.print(f"tried on two portraits: {try_out(about, path)}")


def _three(text: str, option: str) -> Numbers:
    try:
        values = [float(value) for value in text.split(",")]
    except ValueError:
        values = []
    if len(values) not in (1, 3):
        raise UsageError(f"{option} {text!r}: one number or three, as in 127.5 or 123.7,116.3,103.5")
    first, second, third = values * 3 if len(values) == 1 else values
    return first, second, third


def _size(text: str) -> dict[str, int]:
    width, cross, height = text.lower().partition("x")
    if not (cross and width.isdecimal() and height.isdecimal()):
        raise UsageError(f"--size {text!r}: width and height, as in 640x384")
    return {"width": int(width), "height": int(height)}
