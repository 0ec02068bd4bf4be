"""Files that are there whole or not at all: written beside their place, synced, renamed."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file in one step; its folder is made if need be.

    Raises:
        OSError: no permission, no room, no such folder.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with temporary(path) as beside:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    _sync_folder(path.parent)


@contextlib.contextmanager
def temporary(path: Path) -> Iterator[Path]:
    """Give a name beside `path` for what is not finished; what still bears it at the end is deleted."""
    beside = path.with_name(f".marquee-{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        yield beside
    finally:
        beside.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Have the new name on the disk, where the system can do that: Windows and some network shares cannot."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
