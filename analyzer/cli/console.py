"""What every command prints with."""

import os
import sys

from rich.console import Console
from rich.table import Table

from analyzer.errors import OutputError

WIDTH = None if sys.stdout is not None and sys.stdout.isatty() else 200
"""Of tables: the terminal's; in a pipe, wide enough to cut nothing."""

out = Console(highlight=False, soft_wrap=True, markup=False, emoji=False, width=WIDTH)
err = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)


def complain(message: str) -> None:
    """Print an error as the one line that it is; nothing where there is nothing to say."""
    if not message:
        return
    err.print(f"marquee: {' '.join(message.split())}", style="red" if err.is_terminal else None)


def table(*columns: str, title: str | None = None, right: tuple[str, ...] = ()) -> Table:
    """Return an empty table in the house's look; the columns named in `right` hold numbers."""
    made = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left")
    return made


def print_line(text: str) -> None:
    """Print one line for a program: UTF-8, whatever the terminal's encoding."""
    if sys.stdout is None:  # it was closed
        return
    try:
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape") + b"\n")
        sys.stdout.buffer.flush()
    except BrokenPipeError:  # the reader has seen enough; the work goes on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        raise OutputError(f"standard output cannot be written: {error.strerror}") from None


def clock(seconds: float) -> str:
    """Return seconds as h:mm:ss or m:ss."""
    minutes, s = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{s:02}" if hours else f"{minutes}:{s:02}"


def megabytes(size: int) -> str:
    """Return bytes as megabytes."""
    return f"{size / 1e6:.1f} MB"
