"""marquee cut."""

import os
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from analyzer.cli.console import complain, err, out, print_line
from analyzer.cli.people.common import counted
from analyzer.cli.scenes.choices import Targets, wanted
from analyzer.cli.scenes.common import Files, Given, OutputDir, Tools, for_each, with_scene_options
from analyzer.cutting.cut import Written, cut_into_pieces
from analyzer.cutting.cut import cut as cut_film
from analyzer.cutting.encoding import find_ffmpeg
from analyzer.cutting.output import refuse_to_overwrite
from analyzer.cutting.replacing import replace as replace_film
from analyzer.errors import NothingFoundError, OutputError, UsageError
from analyzer.jobs.scenes import Choose, Found
from analyzer.media.cutting.containers import suffix_for
from analyzer.media.cutting.plans import How
from analyzer.paths import shown
from analyzer.records import Interval, Scene
from analyzer.scenes.clock import clock
from analyzer.scenes.lists import FORMS, Form, write_list
from analyzer.stores.whole import write_whole, writing

SUFFIXES: dict[Form, str] = {"mkvchapters": "xml", "ffmetadata": "txt"}
"""What files of lists end in, where it is not their form."""


@dataclass(frozen=True)
class Order:
    """What is to be made of each video."""

    choose: Choose
    output_dir: Path | None
    pieces: bool
    how: How
    dry_run: bool
    list_: Form | None
    replace: bool
    sure: bool


@with_scene_options
def cut(
    files: Files,
    given: Given,
    targets: Targets = None,
    not_other: Annotated[bool, typer.Option("-x", "--not-other", help="Everything but 'other'.")] = False,
    without: Annotated[
        str | None, typer.Option(metavar="CLASS,...", help="Everything but these classes.")
    ] = None,
    output_dir: OutputDir = None,
    pieces: Annotated[
        bool, typer.Option("--pieces", help="A folder with a file for each scene, not one file.")
    ] = False,
    copy: Annotated[
        bool,
        typer.Option("--copy", help="Encode nothing: scenes begin at the key frame before; at once."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the scenes; write nothing.")] = False,
    list_: Annotated[
        str | None,
        typer.Option("--list", metavar="FORM", help=f"Write, or print, a list of them: {', '.join(FORMS)}."),
    ] = None,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Put the cut, once it was checked, in the place of the video; asks."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="The answer to that question.")] = False,
) -> int:
    """Cut videos to the scenes of some classes: VIDEO.cut.EXT; the video itself is left as it is.

    What a second shows is said by a classifier, or without one by the record: solo, pair, group; close-up,
    medium, wide; p1, p2, ...; objects; other (nobody). 'marquee plot' shows what there is where.
    """
    form = next((known for known in FORMS if known == list_), None)
    if list_ is not None and form is None:
        raise UsageError(f"--list {list_}: it can be {', '.join(FORMS)}")
    if replace and (pieces or dry_run or output_dir or list_):
        raise UsageError(
            "--replace is for one file in the video's place: no --pieces, --dry-run, --list or -o"
        )
    choose = wanted(targets, not_other, without)
    how: How = "copy" if copy else "exact"
    order = Order(choose, output_dir, pieces, how, dry_run, form, replace, yes)
    return for_each(files, given, output_dir, lambda tools, path: _cut(tools, path, order), _uncut)


def _uncut(paths: Collection[Path]) -> Collection[Path]:
    """Leave out the cuts that an earlier run made of others of them."""
    cuts = {path.with_name(f"{path.stem}.cut") for path in paths}
    return [path for path in paths if path.with_suffix("") not in cuts and path.parent not in cuts]


def _cut(tools: Tools, path: Path, order: Order) -> None:
    if not order.dry_run:
        find_ffmpeg(tools.settings.cutting.ffmpeg)
        refuse_to_overwrite(_target(path, order))  # before the work rather than after it
    if order.replace and path.exists() and not os.access(path, os.W_OK):
        raise OutputError(f"{shown(path)}: is write-protected; --replace leaves such videos alone")
    found = tools.finder.find(path, order.choose)
    if not found.scenes:
        raise NothingFoundError(f"{shown(path)}: no such scene; 'marquee plot' shows its scores")
    if order.dry_run:
        if tools.several and not order.list_:
            out.print(shown(path))
        _print(path, found, order.list_)
        return
    if order.replace and not order.sure:
        with tools.progress.hidden():
            _ask(path)
    written = _write(tools, path, found.scenes, order)
    target = written.path
    if order.list_:
        beside = target.with_name(f"{path.stem}.cut.{SUFFIXES.get(order.list_, order.list_)}")
        with writing(beside):
            write_whole(beside, write_list(order.list_, path, found.scores.source, found.scenes).encode())
    if order.replace:
        target = replace_film(path, target, tools.worker)
    of = f"{clock(written.duration_s)} of {clock(found.scores.duration_s)}"
    err.print(f"{shown(target)}: {counted(len(found.scenes), 'scene')}, {of}")


def _write(tools: Tools, path: Path, scenes: Sequence[Scene], order: Order) -> Written:
    """Write what was found."""
    target, how = _target(path, order), order.how
    ffmpeg, spans = find_ffmpeg(tools.settings.cutting.ffmpeg), joined(scenes)
    progress = tools.progress.start(path)
    if order.pieces:
        suffix = suffix_for(path)
        written = cut_into_pieces(path, spans, target, suffix, how, tools.worker, ffmpeg, progress)
    else:
        written = cut_film(path, spans, target, how, tools.worker, ffmpeg, progress)
    for notice in written.notices:
        complain(f"{shown(path)}: {notice}")
    return written


def _target(path: Path, order: Order) -> Path:
    """Where the cut of a video goes: a file, or a folder of pieces."""
    name = f"{path.stem}.cut" if order.pieces else f"{path.stem}.cut{suffix_for(path)}"
    return (order.output_dir or path.parent) / name


def joined(scenes: Sequence[Scene]) -> list[Interval]:
    """Return what scenes show together, as spans that do not touch."""
    spans: list[Interval] = []
    for scene in sorted(scenes, key=lambda scene: scene.start_s):
        if spans and scene.start_s <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], scene.end_s))
        else:
            spans.append((scene.start_s, scene.end_s))
    return spans


def _print(path: Path, found: Found, form: Form | None) -> None:
    if form:
        print_line(write_list(form, path, found.scores.source, found.scenes).rstrip("\n"))
        return
    for scene in found.scenes:
        start, end, length = (clock(s, 1) for s in (scene.start_s, scene.end_s, scene.end_s - scene.start_s))
        numbers = f"score {scene.score:.2f}  coverage {scene.coverage:.0%}"
        out.print(f"{start} - {end}  {length}  {numbers}  {scene.label}")


def _ask(path: Path) -> None:
    """Ask whether a video may be replaced.

    Raises:
        UsageError: nobody is there to answer, or the answer is no.
    """
    question = f"Replace {shown(path)} with its cut? What is cut away is gone then."
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(f"{shown(path)}: --replace asks first; where nobody can answer, give --yes too")
    if not typer.confirm(question, err=True):
        raise UsageError(f"{shown(path)}: left as it is")
