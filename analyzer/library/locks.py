"""One at a time: two processes that write to the library wait for each other."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from analyzer.errors import OutputError
from analyzer.paths import shown


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the library's folder, which is made if need be; wait for who holds it.

    Raises:
        OutputError: the folder cannot be written to.
    """
    with writing(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        with writing(folder):
            _wait(handle)
        yield
    finally:
        os.close(handle)  # gives the lock back


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what goes wrong with a file of the library into one line.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        yield
    except OSError as error:
        raise OutputError(f"{shown(path)}: cannot be written: {error.strerror or error}") from None


if sys.platform == "win32":
    import msvcrt

    def _wait(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_LOCK, 1)
else:
    import fcntl

    def _wait(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX)
