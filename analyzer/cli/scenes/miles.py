"""marquee miles, also called miles-deep: takes that program's flags, so that scripts run unchanged."""

import contextlib
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from analyzer.cli.console import out
from analyzer.cli.scenes.common import Tools, tools
from analyzer.cutting.encoding import find_ffmpeg
from analyzer.cutting.miles import cut_as_miles_deep
from analyzer.cutting.replacing import check_whole
from analyzer.scenes.blocks import Block
from analyzer.scenes.choosing import OTHER, Choice, any_of, each, split
from analyzer.scenes.tagging import write_tags
from analyzer.settings import load
from analyzer.stores.whole import writing
from models.backends.opencv.caffe_files import describe

_QUESTION = "Replace movie with cut? This will delete the movie. [y/N]?"
_FOLDER = Path("model")
"""Where that program has its files, seen from where it is called."""
_FILES = {
    "weights": "weights.caffemodel",
    "prototxt": "deploy.prototxt",
    "mean": "mean.binaryproto",
    "labels": "labels.txt",
}


def miles(
    movie: Annotated[Path, typer.Argument(help="The video.", readable=False)],
    targets: Annotated[
        str | None, typer.Option("-t", metavar="A,B", help="Targets.", show_default="the first label")
    ] = None,
    all_but_other: Annotated[bool, typer.Option("-x", help="All labels but 'other'.")] = False,
    auto_tag: Annotated[bool, typer.Option("-a", help="Write a .tag file of all labels; no cut.")] = False,
    batch_size: Annotated[int, typer.Option("-b", min=1, help="Batch size.")] = 32,
    output_dir: Annotated[
        Path | None, typer.Option("-o", metavar="DIR", help="Output folder.", show_default="the movie's")
    ] = None,
    temp_dir: Annotated[
        Path | None,
        typer.Option("-d", metavar="DIR", help="Not used: what is unfinished lies beside the result."),
    ] = None,
    min_cut: Annotated[float, typer.Option("-u", min=0, help="Minimum cut, seconds.")] = 4,
    max_gap: Annotated[float, typer.Option("-g", min=0, help="Maximum gap, seconds.")] = 2,
    min_score: Annotated[float, typer.Option("-s", min=0, max=1, help="Minimum score.")] = 0.5,
    min_coverage: Annotated[float, typer.Option("-v", min=0, max=1, help="Minimum coverage.")] = 0.4,
    pieces: Annotated[bool, typer.Option("-c", help="Do not join the cuts: a folder of them.")] = False,
    no_question: Annotated[bool, typer.Option("-n", help="Do not ask to delete the movie.")] = False,
    mean: Annotated[Path | None, typer.Option("-m", help="Mean file (.binaryproto).")] = None,
    prototxt: Annotated[Path | None, typer.Option("-p", help="Network (.prototxt).")] = None,
    weights: Annotated[Path | None, typer.Option("-w", help="Weights (.caffemodel).")] = None,
    labels: Annotated[Path | None, typer.Option("-l", help="Labels, one a line.")] = None,
) -> int:
    """Cut or tag a movie as Miles Deep does: its flags, its rules, its file names.

    Without -m, -p, -w and -l the model is that in ./model, or else the one kept by 'marquee models add
    miles-deep'. Nothing is overwritten, and the movie is deleted only if somebody at the terminal says yes.
    """
    chosen = {"weights": weights, "prototxt": prototxt, "mean": mean, "labels": labels}
    with _model(chosen) as model:
        settings = load(
            assignments=[
                f"scenes.model={model}",
                "scenes.rules=miles-deep",
                f"scenes.min_cut_s={min_cut}",
                f"scenes.max_gap_s={max_gap}",
                f"scenes.min_score={min_score}",
                f"scenes.min_coverage={min_coverage}",
                f"engine.batch_size={batch_size}",
            ]
        )

        def choose(known: Sequence[str]) -> Sequence[Choice]:
            if auto_tag:
                return each(known)
            others = [label for label in known if label != OTHER]
            return [any_of(others if all_but_other else split(targets or known[0], known), known)]

        with tools(settings, output_dir, None) as used:
            found = used.finder.find(movie, choose)
            folder = output_dir or movie.parent
            if auto_tag:
                out.print(write_tags(folder, movie, found.scores, found.blocks))
            elif not found.blocks:
                out.print("No cuts found.")
            else:
                _cut(used, movie, folder, found.blocks, pieces, not no_question)
    return 0


def _cut(used: Tools, movie: Path, folder: Path, blocks: Sequence[Block], pieces: bool, ask: bool) -> None:
    for block in blocks:
        out.print(_line(block))
    ffmpeg = find_ffmpeg(used.settings.cutting.ffmpeg)
    target = folder / f"{movie.stem}.cut{'' if pieces else movie.suffix}"
    spans = [(block.first, block.last) for block in blocks]
    written = cut_as_miles_deep(movie, spans, target, pieces, used.worker, ffmpeg)
    if pieces or not ask:
        return
    with used.progress.hidden():
        agreed = _agreed()
    if agreed:
        check_whole(written, used.worker)
        with writing(movie):
            movie.unlink()


def _line(block: Block) -> str:
    """One cut as that program prints it."""
    size = _clock(block.last - block.first + 1)
    head = f"{_clock(block.first)} - {_clock(block.last)}: size= {size}"
    return f"{head} coverage= {block.coverage:.6g} score= {block.score:.6g}"


def _clock(seconds: int) -> str:
    """Seconds as that program writes them; hours beyond 60 begin anew."""
    minutes, s = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours % 60}h{minutes}m{s}s"
    return f"{minutes}m{s}s" if minutes else f"{s}s"


@contextlib.contextmanager
def _model(chosen: dict[str, Path | None]) -> Iterator[str]:
    """Yield the name of the model that the flags, or what lies in ./model, make."""
    if not any(chosen.values()) and not _FOLDER.is_dir():
        yield "miles-deep"
        return
    files = {what: (chosen[what] or _FOLDER / name).absolute() for what, name in _FILES.items()}
    with tempfile.TemporaryDirectory(prefix="marquee-") as folder:
        toml = Path(folder) / "model.toml"
        describe(toml, **files)
        yield f"opencv:{toml}"


def _agreed() -> bool:
    """Whether somebody at a terminal says yes."""
    if not sys.stdin or not sys.stdin.isatty():
        return False
    out.print(_QUESTION, end=" ")
    return sys.stdin.readline().strip() in ("y", "Y", "yes", "Yes", "YES")
