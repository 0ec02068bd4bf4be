"""Which classes the options of a command want."""

from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from analyzer.errors import UsageError
from analyzer.scenes.choosing import OTHER, Choice, all_but, any_of, split

Targets = Annotated[
    str | None, typer.Option("-t", "--targets", metavar="CLASS,...", help="These classes, any of them.")
]


def wanted(
    targets: str | None, not_other: bool, without: str | None
) -> Callable[[Sequence[str]], list[Choice]]:
    """Return what makes of a classifier's labels the choice that is wanted.

    Args:
        targets: classes, with commas between.
        not_other: everything but `other` is wanted.
        without: everything but these classes is.

    Raises:
        UsageError: none of these is given, or several; what is returned raises it for a class that is none.
    """
    given = [text for text in (targets, OTHER if not_other else None, without) if text is not None]
    if len(given) != 1 or not given[0].strip(", "):
        raise UsageError("say which classes: -t CLASS,... or -x (all but other) or --without CLASS,...")

    def choose(labels: Sequence[str]) -> list[Choice]:
        if targets is not None:
            return [any_of(split(targets, labels), labels)]
        return [all_but(split(OTHER if without is None else without, labels), labels)]

    return choose
