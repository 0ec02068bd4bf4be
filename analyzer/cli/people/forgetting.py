"""marquee people forget: the one act that cannot be undone."""

import sys
from typing import Annotated

import typer

from analyzer.cli.console import complain, err, out
from analyzer.cli.people.common import Who, counted, open_library
from analyzer.cli.stores import StoreOption, opened
from analyzer.errors import OutputError, UsageError
from analyzer.keeping import Keeper
from analyzer.library.addresses import seen_in
from analyzer.library.forgetting import Report
from analyzer.library.forgetting import forget as forget_member
from analyzer.paths import shown


def forget(
    person: Who,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; for scripts.")] = False,
    store: StoreOption = None,
) -> int:
    """Remove a person for good: embeddings, face crops, name and decisions, wherever Marquee wrote them.

    The videos themselves and the times at which someone is seen stay. What cannot be reached now, such as a
    record on a drive that is away, is said, ends with an error, and is done by a later 'marquee people' run.
    """
    library = open_library()
    member = library.resolve(person)
    err.print(f"{member.label}: seen in {seen_in(member)}, {counted(len(member.parts), 'appearance')}")
    if not yes:
        if not (sys.stdin and sys.stdin.isatty()):
            raise UsageError("forget asks before it deletes, and this is no terminal; --yes says so ahead")
        typer.confirm(
            "Remove all that Marquee knows of this person? This cannot be undone.", abort=True, err=True
        )
    with opened(store) as kept:
        report = forget_member(library, member)
        _say(report)
        Keeper(library.home, kept).refresh(report.rewritten)
    return OutputError.exit_code if report.due else 0


def _say(report: Report) -> None:
    out.print(
        f"forgotten: {counted(report.decisions, 'decision')} and what "
        f"{counted(len(report.rewritten), 'record')} held are gone"
    )
    for path in report.deleted:
        out.print(f"deleted {shown(path)}")
    out.print(
        "The video files were not touched: analyzing one anew finds this person again, as a stranger. Copies "
        "that you made of records and exports are beyond Marquee's reach."
    )
    for line in report.due:
        complain(f"still to be done: {line}")
