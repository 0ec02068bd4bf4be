"""Backing up a store to one file, and restoring it."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from analyzer.errors import OutputError, StoreError, UsageError
from analyzer.paths import shown
from analyzer.stores.contract import Store
from analyzer.stores.whole import delete_abandoned, replacing, writing
from analyzer.upkeep import archive
from analyzer.upkeep.manifest import DUMP, Manifest, file_of


def backup(store: Store, path: Path, force: bool = False) -> Manifest:
    """Write all that a store holds to a file, read it back and only then give it its name.

    Args:
        store: of any kind but sidecars.
        path: of the file.
        force: replace a file that is there.

    Raises:
        UsageError: the store's records are sidecars.
        OutputError, DiskFullError: the file cannot be written, or is there already; what is there stays.
        StoreError: the store cannot be read, or the file was read back as something else.
    """
    if path.is_dir():
        raise OutputError(f"{shown(path)}: is a folder; name a file in it")
    if path.exists() and not path.is_file():
        raise OutputError(f"{shown(path)}: is a pipe or device; name a file")
    if path.exists() and not force:
        raise OutputError(f"{shown(path)}: is there already; name another, or --force replaces it")
    with _scratch(path.absolute().parent) as folder:
        with writing(path):
            (folder / DUMP).mkdir()
        store.dump(folder / DUMP)
        with writing(path):
            manifest = _manifest(store, folder)
            with replacing(path) as beside:
                archive.pack(manifest, folder, beside)
                archive.unpack(beside)
    return manifest


def restore(store: Store, path: Path, home: Path, force: bool = False) -> Manifest:
    """Replace all that a store holds by what a backup does.

    Args:
        store: of the kind that was backed up.
        path: of the backup; it is held to its sums before anything is changed.
        home: where there is room to unpack it: the MARQUEE_HOME.
        force: also where the store is not empty.

    Raises:
        UsageError: the backup is of another kind of store, or the store is not empty.
        StoreError, InputError: the backup is damaged or newer, or cannot be read; or the store cannot be
            written.
        OutputError, DiskFullError: it cannot be unpacked.
    """
    manifest = archive.read_manifest(path)
    if manifest.store != store.kind:
        raise UsageError(
            f"{shown(path)}: is a backup of a store of another kind, {manifest.store}; name one with --store"
        )
    if not force and any(store.counts().values()):
        raise UsageError(f"{store.name}: is not empty; --force replaces all that it holds")
    with _scratch(home) as folder:
        archive.unpack(path, folder)
        store.load(folder / DUMP)
    return manifest


@contextlib.contextmanager
def _scratch(parent: Path) -> Iterator[Path]:
    """A folder for its owner alone, deleted at the end, as are those of processes that are no more."""
    with writing(parent):
        parent.mkdir(parents=True, exist_ok=True)
        delete_abandoned(parent)
        made = tempfile.TemporaryDirectory(prefix=f".marquee-{os.getpid()}-", suffix=".tmp", dir=parent)
    with made as folder:
        yield Path(folder)


def _manifest(store: Store, folder: Path) -> Manifest:
    files = sorted(path for path in (folder / DUMP).rglob("*") if path.is_file())
    if not files:
        raise StoreError(f"{store.name}: gave nothing to back up")
    return Manifest(
        marquee=metadata.version("marquee"),
        made=f"{datetime.now(UTC):%FT%TZ}",
        store=store.kind,
        counts=store.counts(),
        files={path.relative_to(folder).as_posix(): file_of(path) for path in files},
    )
