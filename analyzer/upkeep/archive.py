"""The archive of a backup: a tar.gz with a manifest, then the files of a dump under `dump/`.

It is written with the standard library's tarfile, but read block by block: only plain files that the manifest
names, of the size and sum that it names, ever come out of it.
"""

import contextlib
import gzip
import hashlib
import io
import os
import shutil
import tarfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from pydantic import ValidationError

from analyzer.errors import DiskFullError, InputError, NewerStoreError, StoreError
from analyzer.paths import shown
from analyzer.stores.whole import writing
from analyzer.upkeep.manifest import FORMAT, MANIFEST, Format, Manifest

_CHUNK = 1 << 20
_LONGEST_MANIFEST = 1 << 20


def pack(manifest: Manifest, folder: Path, path: Path) -> None:
    """Write an archive, which only its owner can read, of the files of a manifest, which lie in a folder.

    Raises:
        OSError: no permission, no room; a file that cannot be read.
    """
    with (
        open(path, "xb", opener=_for_the_owner) as file,
        gzip.GzipFile(fileobj=file, filename="", mode="wb", compresslevel=6) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.GNU_FORMAT) as archive,
    ):
        text = manifest.model_dump_json(indent=1).encode("utf-8")
        archive.addfile(_member(MANIFEST, len(text)), io.BytesIO(text))
        for name, about in manifest.files.items():
            with (folder / name).open("rb") as content:
                archive.addfile(_member(name, about.size_bytes), content)


def _for_the_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _member(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    info.mtime = int(time.time())
    return info


def read_manifest(path: Path) -> Manifest:
    """Return the manifest of an archive.

    Raises:
        StoreError: it is damaged, or no archive of a backup.
        NewerStoreError: a newer Marquee has made it.
        InputError: it cannot be read.
    """
    with _opened(path) as (manifest, _):
        return manifest


def unpack(path: Path, folder: Path | None = None) -> Manifest:
    """Read an archive from end to end and hold it to its sums; return its manifest.

    Args:
        path: of the archive.
        folder: where its files go; None: nowhere.

    Raises:
        StoreError, InputError: see `read_manifest`.
        OutputError, DiskFullError: a file cannot be written.
    """
    with _opened(path) as (manifest, stream):
        if folder:
            _refuse_too_large(manifest, folder)
        missing = dict(manifest.files)
        while info := _header(stream):
            about = missing.pop(info.name, None)
            if about is None or about.size_bytes != info.size:
                raise ValueError(f"{info.name!r} is not what its manifest says")
            if _copied(stream, info.size, folder and folder / info.name) != about.sha256:
                raise ValueError(f"the sum of {info.name} is not what its manifest says")
        if missing:
            raise ValueError(f"{next(iter(missing))} is missing")
        _refuse_content(stream)
        return manifest


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[Manifest, BinaryIO]]:
    """The manifest and what comes after it."""
    try:
        with gzip.open(path, "rb") as unpacked:
            stream = cast(BinaryIO, unpacked)
            info = _header(stream)
            if info is None or info.name != MANIFEST or info.size > _LONGEST_MANIFEST:
                raise ValueError("it does not begin with a manifest")
            text = b"".join(_content(stream, info.size))
            if Format.model_validate_json(text).format > FORMAT:
                raise NewerStoreError(f"{shown(path)}: was made by a newer Marquee; upgrade Marquee")
            yield Manifest.model_validate_json(text), stream
    except (gzip.BadGzipFile, zlib.error, EOFError, tarfile.TarError, ValueError) as error:
        why = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise StoreError(f"{shown(path)}: is damaged or no backup of Marquee's: {why}; use another") from None
    except OSError as error:
        raise InputError(f"{shown(path)}: cannot be read: {error.strerror or error}") from None


def _header(stream: BinaryIO) -> tarfile.TarInfo | None:
    """The next member, None at the end. What else a tar can hold, such as links, is refused."""
    block = _exactly(stream, tarfile.BLOCKSIZE)
    if not any(block):
        return None
    info = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
    if info.type != tarfile.REGTYPE or info.size < 0:
        raise ValueError(f"{info.name!r} is no plain file")
    return info


def _copied(stream: BinaryIO, size: int, target: Path | None) -> str:
    """Copy the content of a member; return its sum."""
    digest = hashlib.sha256()
    if target:
        with writing(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch(exist_ok=False)
    for chunk in _content(stream, size):
        digest.update(chunk)
        if target:
            with writing(target), target.open("ab") as file:
                file.write(chunk)
    return digest.hexdigest()


def _content(stream: BinaryIO, size: int) -> Iterator[bytes]:
    for start in range(0, size, _CHUNK):
        yield _exactly(stream, min(_CHUNK, size - start))
    _exactly(stream, -size % tarfile.BLOCKSIZE)


def _refuse_content(stream: BinaryIO) -> None:
    """Read to the end, where gzip holds its own sum; a tar ends on zeros."""
    while chunk := stream.read(_CHUNK):
        if any(chunk):
            raise ValueError("it goes on after its end")


def _exactly(stream: BinaryIO, size: int) -> bytes:
    content = stream.read(size)
    if len(content) < size:
        raise EOFError("it is cut off")
    return content


def _refuse_too_large(manifest: Manifest, folder: Path) -> None:
    needed = sum(about.size_bytes for about in manifest.files.values())
    if needed > shutil.disk_usage(folder).free:
        raise DiskFullError(f"{shown(folder)}: has no room for the {needed // 10**6} MB of the backup")
