"""Files that are there whole or not at all: written beside their place, synced, renamed."""

import contextlib
import errno
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from analyzer.errors import DiskFullError, OutputError
from analyzer.paths import shown

FULL = (errno.ENOSPC, errno.EDQUOT)
"""What the system says where there is no room."""
ABANDONED_S = 600.0
"""After which what is unfinished and nobody's is taken for abandoned."""


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file in one step; its folder is made if need be.

    Raises:
        OSError: no permission, no room, no such folder.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as beside, beside.open("xb") as file:
        file.write(content)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a name beside `path` for what takes its place, in one step, once it was made.

    Raises:
        OSError: no permission, no room, no such folder.
    """
    with temporary(path) as beside:
        yield beside
        with beside.open("r+b") as file:
            os.fsync(file.fileno())
        beside.replace(path)
    _sync_folder(path.parent)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what goes wrong with a file into one line.

    Raises:
        OutputError: it cannot be written.
        DiskFullError: there is no room.
    """
    try:
        yield
    except OSError as error:
        what = f"{shown(path)}: cannot be written: {error.strerror or error}"
        raise (DiskFullError if error.errno in FULL else OutputError)(what) from None


def append_whole(path: Path, line: bytes, end: int) -> None:
    """Write a line to the end of a file, which is made if need be; what fails leaves the file as it was.

    Args:
        path: the file.
        line: with its newline.
        end: where what there is ends; what lies behind is cut off.

    Raises:
        OSError: no permission, no room, no such folder.
    """
    with path.open("ab", buffering=0) as file:
        file.truncate(end)
        try:
            if file.write(line) < len(line):  # as much as there is room for, and no error
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(file.fileno())
        except OSError:
            file.truncate(end)
            raise


def delete_abandoned(folder: Path, older_s: float = 0) -> None:
    """Delete what processes that are no more left unfinished in a folder.

    Args:
        folder: where.
        older_s: only what is older; on a network share, other machines may be writing, too.

    Raises:
        OSError: it cannot be read or written to.
    """
    for path in folder.glob(".marquee-*-*.tmp"):
        number = path.name.split("-")[1]
        if number.isdecimal() and not psutil.pid_exists(int(number)):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime >= older_s:
                    _delete(path)


@contextlib.contextmanager
def temporary(path: Path) -> Iterator[Path]:
    """Give a name beside `path` for what is not finished; what still bears it at the end is deleted."""
    beside = path.with_name(f".marquee-{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        yield beside
    finally:
        _delete(beside)


def _delete(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Have the new name on the disk, where the system can do that: Windows and some network shares cannot."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
