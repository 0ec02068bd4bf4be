"""Caffe classifiers of the catalog whose files the user brings: kept in <home>/models/NAME/."""

from __future__ import annotations

import json
import lzma
import shutil
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Set
from pathlib import Path, PurePosixPath
from typing import IO

from models import catalog, fetch, locks
from models.backends import Cached
from models.backends.opencv.caffe import open_classifier
from models.backends.opencv.caffe_files import Caffe
from models.catalog import Supplied
from models.errors import BrokenModelError, ModelError, WeightsMissingError, said

_TOML = "model.toml"
_LARGEST = 1 << 30
"""Bytes that a file in an archive may have."""
_CHUNK = 1 << 20

_DAMAGED = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, RuntimeError, OSError)
"""What reading an archive raises."""


def find(name: str, home: Path) -> Path:
    """Return the description of a model of the catalog.

    Raises:
        WeightsMissingError: its files were not brought yet; says how.
    """
    path = home / "models" / name / _TOML
    if not path.is_file():
        files = ", ".join(catalog.supplied()[name].files.values())
        raise WeightsMissingError(
            f"the files of {name} are yours to bring: marquee models add {name} --file ARCHIVE, or a folder, "
            f"with {files}"
        )
    return path


def cached(home: Path) -> list[Cached]:
    """Return those whose files are here."""
    folders = {name: home / "models" / name for name in catalog.supplied()}
    return [
        Cached("opencv", name, folder, size(name, home), catalog.supplied()[name].licence)
        for name, folder in folders.items()
        if size(name, home)
    ]


def size(name: str, home: Path) -> int:
    """Return the bytes of a model's files, 0 if they were not brought."""
    return sum(path.stat().st_size for path in (home / "models" / name).glob("*"))


def add(home: Path, name: str, source: Path) -> None:
    """Keep the files of a model of the catalog; nothing else that lies with them is taken.

    Args:
        home: MARQUEE_HOME.
        name: in the catalog.
        source: a .zip or .tar archive, packed or not, or a folder; the files may lie anywhere in it.

    Raises:
        WeightsMissingError: there is no such archive, or not all files are in it.
        BrokenModelError: the archive is damaged, or its files are not the model's.
        ModelError: the model is here already, or the home cannot be written.
    """
    entry, target = catalog.supplied()[name], home / "models" / name
    with fetch.keeping(home):
        (home / "models").mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".add-", dir=home) as made:
            folder = Path(made) / name
            folder.mkdir()
            _unpack(source, entry, folder)
            _describe(entry, folder / _TOML)
            _check(entry, source, folder / _TOML)
            with locks.held(home / ".models.lock"):
                if target.exists():
                    raise ModelError(f"{name} is here already; 'marquee models remove {name}' deletes it")
                folder.rename(target)


def remove(home: Path, name: str) -> None:
    """Delete the files of a model of the catalog.

    Raises:
        WeightsMissingError: they were not brought.
        ModelError: they cannot be deleted.
    """
    folder = find(name, home).parent
    with fetch.keeping(folder):
        shutil.rmtree(folder)


def _describe(entry: Supplied, toml: Path) -> None:
    fields = {**entry.files, "width": entry.width, "height": entry.height, "licence": entry.licence}
    toml.write_text("".join(f"{key} = {json.dumps(value)}\n" for key, value in fields.items()), "utf-8")


def _check(entry: Supplied, source: Path, toml: Path) -> None:
    """Refuse files that are another model's, or cannot be run; those names are told that the user knows."""
    try:
        labels = Caffe(toml).view.labels
        if labels != entry.labels:
            raise BrokenModelError(f"its labels are {', '.join(labels)}, not {', '.join(entry.labels)}")
        open_classifier(toml, batch_size=1)
    except ModelError as error:
        reason = str(error).replace(f"{toml.parent}/", "")
        raise BrokenModelError(f"{source} is not {entry.name}: {reason}") from error


def _unpack(source: Path, entry: Supplied, folder: Path) -> None:
    """Copy the files of a model, wherever they lie in the source, into a folder."""
    wanted = set(entry.files.values())
    for name, file in _files_in(source, wanted):
        if (folder / name).exists():
            raise ModelError(f"{source} holds more than one {name}")
        with (folder / name).open("xb") as target:
            for block in _blocks(file, source, name):
                target.write(block)
    if missing := sorted(name for name in wanted if not (folder / name).exists()):
        raise WeightsMissingError(f"{source} does not hold {', '.join(missing)}")


def _files_in(source: Path, wanted: Set[str]) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield those files of a folder or an archive that have a wanted name; links are none."""
    try:
        if source.is_dir():
            for path in source.rglob("*"):
                if path.name in wanted and path.is_file() and not path.is_symlink():
                    with path.open("rb") as file:
                        yield path.name, file
        elif zipfile.is_zipfile(source):
            with zipfile.ZipFile(source) as zipped:
                for info in zipped.infolist():
                    name = PurePosixPath(info.filename).name
                    if name in wanted and not stat.S_ISLNK(info.external_attr >> 16) and not info.is_dir():
                        with zipped.open(info) as member:
                            yield name, member
        elif source.is_file():
            with tarfile.open(source) as archive:
                for part in archive:
                    name = PurePosixPath(part.name).name
                    if name in wanted and part.isreg() and (found := archive.extractfile(part)):
                        yield name, found
        else:
            raise WeightsMissingError(f"{source} is neither an archive nor a folder")
    except _DAMAGED as error:
        raise BrokenModelError(f"{source} cannot be unpacked ({said(error)})") from error


def _blocks(file: IO[bytes], source: Path, name: str) -> Iterator[bytes]:
    """What is in a file; its errors are told from those of the disk that it is written to."""
    left = _LARGEST
    try:
        while block := file.read(_CHUNK):
            left -= len(block)
            if left < 0:
                raise BrokenModelError(f"{source}: {name} is larger than {_LARGEST >> 20} MB")
            yield block
    except _DAMAGED as error:
        raise BrokenModelError(f"{source} cannot be unpacked ({said(error)})") from error
