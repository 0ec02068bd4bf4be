"""Whether a file is finished: not a download's or a copy's temporary, and not being written."""

import contextlib
import os
import signal
import sys
from pathlib import Path

if sys.platform == "linux":
    import fcntl

_UNFINISHED = (
    *(".part", ".partial", ".filepart", ".crdownload", ".opdownload", ".download", ".fdmdownload", ".tmp"),
    *(".aria2", ".!qb", ".!ut", ".!bt", ".bc!", ".jc!", ".dctmp", ".xltd", ".td", ".temp"),
)
"""What downloaders and copiers put behind a name until it is whole, or behind that of a file beside it."""


def stamp_of(path: Path) -> str | None:
    """Return size and time of the last change of a file as one text; None where there is no file."""
    try:
        stat = path.stat()
    except (OSError, ValueError):
        return None
    return f"{stat.st_size} {stat.st_mtime_ns}"


def is_temporary(name: str) -> bool:
    """Whether a file or folder is named as what is not finished, thrown away or hidden."""
    return name.startswith((".", "~", "#")) or name.lower().endswith(("~", *_UNFINISHED))


def is_finished(path: Path) -> bool:
    """Whether a file has content, nobody writes to it, and nothing beside it says that it is incomplete."""
    beside = (path.with_name(path.name + suffix) for suffix in _UNFINISHED)
    with contextlib.suppress(OSError):
        if not path.stat().st_size or any(map(os.path.lexists, beside)):
            return False
    return not _is_written(path)


def _is_written(path: Path) -> bool:
    """Whether a process has the file open for writing; Linux tells, elsewhere nobody is known to."""
    if sys.platform != "linux":
        return False
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        # Who opens the file for writing in this very moment waits for the lease to be given back, and a
        # signal asks for that: by default one that would end this process.
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:  # no such thing there, or the file is somebody else's
        return False
    finally:
        os.close(handle)
    return False
