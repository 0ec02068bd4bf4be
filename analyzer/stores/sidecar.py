"""The sidecar: one video's Movie as JSON in `<video file name>.marquee.json`. The source of truth."""

import contextlib
import errno
import hashlib
import itertools
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from analyzer.errors import DiskFullError, InputError, NewerSidecarError, OutputError, SidecarError
from analyzer.paths import shown
from analyzer.records import SCHEMA_VERSION, Movie, Source, Stage
from analyzer.stores.whole import FULL, temporary, write_whole

M = TypeVar("M", bound=BaseModel)

SUFFIX = ".marquee.json"
_ROOM = 1 << 20  # bytes; of a sidecar's 0.1 to 40 million
_LONGEST_NAME = 240  # bytes; most file systems take 255, and a damaged one's new name is longer


class Header(BaseModel):
    """What of a sidecar tells whether it is up to date; reads fast, as the rest is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    schema_version: Literal[1]
    source: Source
    manifest: dict[str, Stage]


def sidecar_path(video: Path, folder: Path | None = None) -> Path:
    """Return where the sidecar of `video`, or of a folder, is: beside it, or in `folder`.

    A name that would be too long for the file system is cut, and made unique by a hash of it.
    """
    video = video if video.name not in ("", "..") else video.resolve()
    name = video.name + SUFFIX
    if len(os.fsencode(name)) > _LONGEST_NAME:
        digest = hashlib.sha256(os.fsencode(video.name)).hexdigest()[:16]
        beginning = os.fsencode(video.name)[:180].decode("utf-8", "ignore")
        name = f"{beginning}-{digest}{SUFFIX}"
    return (folder or video.parent) / name


def read_header(path: Path) -> Header | None:
    """Return source and manifest of a sidecar; None where there is none.

    Raises:
        SidecarError: it is damaged, or of a newer version.
        InputError: it cannot be read.
    """
    return _read(path, Header)


def read(path: Path) -> Movie | None:
    """Return the Movie of a sidecar; None where there is none.

    Raises:
        SidecarError: it is damaged, or of a newer version.
        InputError: it cannot be read.
    """
    return _read(path, Movie)


def _read(path: Path, model: type[M]) -> M | None:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # from a pipe or a device one could read for ever
            raise InputError(f"{shown(path)}: is no file, and in the way of a sidecar; move it elsewhere")
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"{shown(path)}: sidecar cannot be read: {error.strerror or error}") from None
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        _refuse_newer(path, text)
        first = error.errors()[0]
        where = "".join(f" at {part}" for part in first["loc"])
        raise SidecarError(f"{shown(path)}: sidecar is damaged{where}: {first['msg']}") from None


def _refuse_newer(path: Path, text: bytes) -> None:
    with contextlib.suppress(ValidationError):
        version = _Version.model_validate_json(text).schema_version
        if version > SCHEMA_VERSION:
            raise NewerSidecarError(
                f"{shown(path)}: is of version {version}, newer than {SCHEMA_VERSION}; upgrade Marquee"
            )


class _Version(BaseModel):
    schema_version: int


def stamp_of(path: Path) -> str:
    """Return what changes whenever a sidecar is written anew.

    Raises:
        OSError: it is not there.
    """
    about = path.stat()
    return f"{about.st_size} {about.st_mtime_ns}"


def write(path: Path, movie: Movie) -> None:
    """Write a sidecar so that it is there whole or not at all.

    Raises:
        OutputError: no permission, no such folder.
        DiskFullError: no room.
    """
    with _complaining(path):
        write_whole(path, movie.model_dump_json().encode("utf-8") + b"\n")


def check_writable(path: Path) -> None:
    """Find out before the work is done whether a sidecar can be written.

    Raises:
        OutputError: it cannot.
        DiskFullError: there is hardly any room.
    """
    with _complaining(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary(path) as beside, beside.open("xb", buffering=0) as file:
            if file.write(bytes(_ROOM)) < _ROOM:  # as much as there is room for, and no error
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@contextlib.contextmanager
def _complaining(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = f"{shown(path)}: sidecar cannot be written: {error.strerror or error}"
        if error.errno in FULL:
            raise DiskFullError(what) from None
        raise OutputError(f"{what}; --output-dir DIR writes it elsewhere") from None


def set_aside(path: Path, what: str) -> Path:
    """Rename a sidecar to `<name>.<what>-N`, so that a new one loses nothing; return the new path.

    Raises:
        OutputError: it cannot be renamed.
    """
    with _complaining(path):
        names = (path.with_name(f"{path.name}.{what}-{n}") for n in itertools.count(1))
        return path.rename(next(name for name in names if not name.exists()))
