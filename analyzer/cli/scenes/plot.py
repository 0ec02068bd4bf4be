"""marquee plot."""

from pathlib import Path
from typing import Annotated

import typer

from analyzer.cli.console import err
from analyzer.cli.scenes.choices import Targets, wanted
from analyzer.cli.scenes.common import Given, tools, with_scene_options
from analyzer.errors import UsageError
from analyzer.paths import shown
from analyzer.scenes.choosing import each
from analyzer.scenes.plotting import FORMS, plot_scores
from analyzer.stores.whole import write_whole, writing


@with_scene_options
def plot(
    video: Annotated[Path, typer.Argument(help="A video.", readable=False)],
    given: Given,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="A .png, .svg or .html; VIDEO.scores.html if not given."
        ),
    ] = None,
    targets: Targets = None,
) -> int:
    """Draw what each second shows: the scores of the classes over the film, scenes and changes of shot."""
    target = output or video.with_name(f"{video.name}.scores.html")
    form = target.suffix.removeprefix(".").lower()
    if form not in FORMS:
        raise UsageError(f"{shown(target)}: name a file that ends in .{', .'.join(FORMS)}")
    with tools(given.settings(), None, given.store) as used:
        found = used.finder.find(video, each if targets is None else wanted(targets, False, None))
        cuts_s = used.finder.cuts(video)
    picture = plot_scores(found.scores, found.scenes, cuts_s, shown(Path(video.name)), form)
    with writing(target):
        write_whole(target, picture)
    err.print(shown(target))
    return 0
