"""marquee people graph."""

from pathlib import Path
from typing import Annotated

import typer

from analyzer.cli.console import out
from analyzer.cli.people.browse import passes_by
from analyzer.cli.people.common import counted, open_library
from analyzer.library.graph import draw, page
from analyzer.paths import shown


def graph(
    output: Annotated[Path, typer.Option("-o", "--output", help="The page to write.")] = Path("cast.html"),
    extras: Annotated[bool, typer.Option("--extras", help="Passers-by, too.")] = False,
) -> None:
    """Draw people, videos and who is seen together as a page to look at in a browser; it works offline."""
    library = open_library()
    chosen = [m for m in library.cast.members if not m.hidden and (extras or not passes_by(m))]
    drawn = draw(chosen)
    library.shelf.write(output, page(drawn), "graph")
    people = sum(node.role is not None for node in drawn.nodes)
    videos = len(drawn.nodes) - people
    out.print(f"{counted(people, 'person')} and {counted(videos, 'video')} drawn in {shown(output)}")
