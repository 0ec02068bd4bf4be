"""What the commands about people share."""

from typing import Annotated

import typer

from analyzer.cli.console import complain
from analyzer.cli.stores import opened
from analyzer.keeping import Keeper
from analyzer.library.cast import Member
from analyzer.library.forgetting import finish
from analyzer.library.library import Library
from analyzer.paths import marquee_home

Who = Annotated[
    str, typer.Argument(metavar="PERSON", help="A name, an alias, k7, <video>:p2, <video>:<face>.")
]
Faces = Annotated[
    list[str], typer.Argument(metavar="FACE...", help="<video>:<face>, as 'show' lists them, or <video>:p2.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def open_library() -> Library:
    """Open the library of this MARQUEE_HOME, saying what was repaired and doing what was left to be done."""
    library = Library(marquee_home())
    for notice in library.journal.notices:
        complain(notice)
    if rewritten := finish(library.shelf).rewritten:
        with opened(None) as store:
            Keeper(library.home, store).refresh(rewritten)
    return library


def counted(count: int, what: str) -> str:
    """Return a number with its noun."""
    return f"{count} {what}" + ("" if count == 1 else "s")


def roles_of(member: Member) -> str:
    """Return in how many videos someone leads, is in the cast, is an extra."""
    return ", ".join(f"{count} {role}" for role, count in member.roles.most_common())
