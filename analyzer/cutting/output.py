"""A result that appears whole or not at all, and never in the place of what is there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from analyzer.errors import DiskFullError, OutputError
from analyzer.paths import shown
from analyzer.stores.whole import ABANDONED_S, FULL, delete_abandoned, temporary
from analyzer.worker import Worker


@contextmanager
def unfinished(target: Path, worker: Worker) -> Iterator[Path]:
    """Give a folder beside a target for what is not finished; it is deleted in the end, whatever happens.

    Raises:
        OutputError: the target is there already, or its folder is not, or cannot be written to.
        DiskFullError: no room.
    """
    with reported(target), temporary(target) as folder:
        refuse_to_overwrite(target)
        if not target.parent.is_dir():
            raise OutputError(f"{shown(target.parent)}: no such folder; make it first")
        with suppress(OSError):  # another user's, perhaps
            delete_abandoned(target.parent, ABANDONED_S)
        folder.mkdir()
        try:
            yield folder
        except BaseException:
            worker.abandon()  # it may still be writing into the folder
            raise


def refuse_to_overwrite(target: Path) -> None:
    """Check that nothing bears a name yet.

    Raises:
        OutputError: something does.
    """
    if os.path.lexists(target):
        raise OutputError(f"{shown(target)}: is there already; delete it or choose another place")


def publish(written: Path, target: Path) -> None:
    """Give a finished file or folder its name.

    Raises:
        OutputError: the name is taken.
        OSError: it cannot be.
    """
    refuse_to_overwrite(target)
    for file in [written] if written.is_file() else [*written.iterdir(), written]:
        _sync(file)
    if written.is_dir():
        written.rename(target)  # fails where a file is, or a folder with something in it
    else:
        _move(written, target)
    _sync(target.parent)


def _move(written: Path, target: Path) -> None:
    try:
        target.hardlink_to(written)  # unlike renaming, it never takes the place of what is there
    except FileExistsError:
        refuse_to_overwrite(target)
    except OSError:  # a file system without links
        written.rename(target)


def _sync(path: Path) -> None:
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def reported(target: Path) -> Iterator[None]:
    """Tell what the system says as one of our errors.

    Raises:
        OutputError, DiskFullError: it says something.
    """
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise DiskFullError(f"{shown(target)}: no room; make some") from None
        raise OutputError(f"{shown(target)}: cannot be written: {error.strerror or error}") from None
