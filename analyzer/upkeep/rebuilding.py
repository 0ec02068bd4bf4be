"""A store brought to what the sidecars say."""

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path

from analyzer.errors import DamagedStoreError, InputError, OutputError, SidecarError
from analyzer.keeping import Keeper
from analyzer.library.ledger import Ledger
from analyzer.paths import shown
from analyzer.stores import sidecar
from analyzer.stores.contract import Store
from analyzer.stores.entries import Entry, video_of
from analyzer.stores.sqlite import SqliteStore
from analyzer.stores.sqlite.database import BESIDE
from analyzer.upkeep.comparing import Difference, differing, sidecars_below


def compare(store: Store, home: Path, folders: Iterable[Path] = ()) -> Difference:
    """Return how a store differs from the sidecars that the library knows of and those in folders.

    Raises:
        StoreError, LibraryError, InputError: the store, the library or a folder cannot be read.
    """
    found = Difference()
    for _ in _differing(store, home, folders, found):
        pass
    return found


def rebuild(store: Store, home: Path, folders: Iterable[Path] = ()) -> tuple[Difference, list[str]]:
    """Bring a store to what the sidecars say, and have the library know of those that it did not.

    Returns:
        What was different, and what the user should know.

    Raises:
        StoreError, LibraryError, InputError: see `compare`; or the store cannot be written.
    """
    found = Difference()
    store.save(_differing(store, home, folders, found))
    if found.removed:
        store.remove(found.removed)
    keeper = Keeper(home, store)
    return found, [notice for path in found.unlisted if (notice := _told(keeper, path))]


def move_aside(file: Path) -> Path | None:
    """Rename a SQLite file that is damaged or not in order; return its new name, None where it is sound.

    Raises:
        NewerStoreError, StoreError: it is not damaged, but of another version or program, or taken.
        OutputError: it cannot be renamed.
    """
    if not file.exists() or _is_sound(file):
        return None
    names = (file.with_name(f"{file.name}.damaged-{n}") for n in itertools.count(1))
    aside = next(name for name in names if not name.exists())
    try:
        for end in BESIDE:
            if (part := file.with_name(file.name + end)).exists():
                part.rename(aside.with_name(aside.name + end))
    except OSError as error:
        raise OutputError(f"{shown(file)}: cannot be renamed: {error.strerror or error}") from None
    return aside


def _is_sound(file: Path) -> bool:
    try:
        store = SqliteStore(file)
        try:
            for _ in store.prints():  # complains of what it does not understand
                pass
            return not any(True for _ in store.problems())
        finally:
            store.close()
    except DamagedStoreError:
        return False


def _differing(store: Store, home: Path, folders: Iterable[Path], found: Difference) -> Iterator[Entry]:
    others = [path for folder in folders for path in sidecars_below(folder)]
    return differing(store, Ledger(home / "library").sidecars(), others, found)


def _told(keeper: Keeper, path: Path) -> str | None:
    """Have the library know of a sidecar."""
    try:
        if header := sidecar.read_header(path):
            return keeper.found(path, video_of(header, path), header.source.oshash)
    except (SidecarError, InputError, OSError):  # it was said to be unreadable, or is gone
        pass
    return None
