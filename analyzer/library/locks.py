"""One at a time: two processes that write to the library wait for each other."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from analyzer.errors import DiskFullError, OutputError
from analyzer.paths import shown
from analyzer.stores.whole import FULL
from models.locks import held


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the library's folder, which is made if need be; wait for who holds it.

    Raises:
        OutputError: the folder cannot be written to.
    """
    with contextlib.ExitStack() as stack:
        with writing(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            stack.enter_context(held(folder / "lock"))
        yield


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what goes wrong with a file of the library into one line.

    Raises:
        OutputError: it cannot be written.
        DiskFullError: there is no room.
    """
    try:
        yield
    except OSError as error:
        what = f"{shown(path)}: cannot be written: {error.strerror or error}"
        raise (DiskFullError if error.errno in FULL else OutputError)(what) from None
