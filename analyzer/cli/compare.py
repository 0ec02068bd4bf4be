"""marquee models compare: face models side by side."""

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from analyzer import jobs
from analyzer.cli.console import complain, err, out, print_line, table
from analyzer.cli.people.common import AsJson
from analyzer.cli.weights import fetch_parts
from analyzer.comparing.judging import Verdict, judge
from analyzer.comparing.measured import Measured
from analyzer.comparing.setups import Setup, setups
from analyzer.discovery import discover
from analyzer.errors import MediaError, UsageError
from analyzer.media.gallery import SUFFIXES
from analyzer.progress import silent
from analyzer.recorded import FACES
from analyzer.worker import Worker

COLUMNS = {
    "faces": "faces",
    "picture_ms": "ms a picture",
    "face_ms": "ms a face",
    "shared": "shared with the first",
    "same_pairs": "says as the first",
    "recognised": "recognised",
    "mixed_up": "mixed up",
    "at_one_per_cent": "recognised at 1 % mixed up",
}


def compare(
    files: Annotated[
        list[str], typer.Argument(help="Pictures, videos, folders; a folder a person tells who is right.")
    ],
    faces: Annotated[
        str,
        typer.Option(
            metavar="A,B[,C]",
            help="Face detectors or embedders, or both joined by a plus: "
            "dlib,deepface:ArcFace or blazeface,deepface:retinaface+deepface:Facenet512.",
        ),
    ],
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="SECTION.KEY=VALUE", help="A setting for all of them."),
    ] = None,
    json_: AsJson = False,
) -> None:
    """Show side by side how fast face models are, what each finds, where they agree, and who is right."""
    names = [name.strip() for name in faces.split(",")]
    contestants = setups(names, ["keyframes.repeat_bits=0", *(set_ or [])])
    if len(contestants) < 2:
        raise UsageError(f"--faces {faces}: name at least two, with a comma between them")
    paths = _paths(files, contestants[0])
    found = [_measured(setup, paths) for setup in contestants]
    for problem in found[0].unread:
        complain(problem)
    if not found[0].frames:
        raise MediaError("none of the files can be compared")
    verdicts = judge(found)
    if json_:
        lines = zip(contestants, verdicts, strict=True)
        print_line(json.dumps([{"name": setup.name} | dataclasses.asdict(v) for setup, v in lines]))
    else:
        _show(contestants, found[0], verdicts)


def _paths(names: Sequence[str], first: Setup) -> list[Path]:
    """The pictures and videos that names of files and folders stand for."""
    include = [*first.settings.jobs.include, *(f"*{suffix}" for suffix in SUFFIXES)]
    searched = first.settings.jobs.model_copy(update={"include": tuple(include)})
    return list(discover(names, first.settings.model_copy(update={"jobs": searched})))


def _measured(setup: Setup, paths: Sequence[Path]) -> Measured:
    """Let a contestant look at the files, in a worker of its own."""
    fetch_parts(jobs.parts_of(jobs.Job(setup.settings, FACES)))
    with Worker(setup.settings) as worker, err.status(f"{setup.name} ..."):
        return worker.measure(paths, silent)


def _show(contestants: Sequence[Setup], first: Measured, verdicts: Sequence[Verdict]) -> None:
    known = [key for key in COLUMNS if any(getattr(verdict, key) is not None for verdict in verdicts)]
    heads = [COLUMNS[key] for key in known]
    pictures = len(first.frames)
    rows = table("", *heads, title=f"{pictures} pictures and frames", right=tuple(heads))
    for setup, verdict in zip(contestants, verdicts, strict=True):
        rows.add_row(setup.name, *(_cell(key, getattr(verdict, key)) for key in known))
    out.print(rows)
    if any(v.at_one_per_cent is not None for v in verdicts):
        out.print("recognised: pairs of one person taken for one; mixed up: pairs of strangers taken for one")


def _cell(key: str, value: float | None) -> str:
    if value is None:
        return "?"
    if key == "faces":
        return str(value)
    return f"{value:.1f}" if key.endswith("_ms") else f"{value:.1%}"
