"""What the sidecars say, held against what a store says."""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from analyzer.errors import InputError, SidecarError
from analyzer.library import ledger
from analyzer.paths import as_uri, from_uri, shown
from analyzer.stores import sidecar
from analyzer.stores.contract import Store
from analyzer.stores.entries import Entry, Row, entry_of


@dataclass
class Difference:
    """How a store differs from the sidecars.

    Attributes:
        added, changed, removed: by key the paths of the videos whose row is missing, is of another sidecar
            than there is now, or is of one that is gone.
        away: likewise, those whose row is kept, for the drive with the sidecar is away.
        unreadable: what is wrong with each sidecar that is damaged or newer; its row is kept.
        unlisted: the sidecars that the library does not know of.
    """

    added: dict[str, str] = field(default_factory=dict)
    changed: dict[str, str] = field(default_factory=dict)
    removed: dict[str, str] = field(default_factory=dict)
    away: dict[str, str] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    unlisted: list[Path] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def sidecars_below(folder: Path) -> Iterator[Path]:
    """Return the sidecars in a folder and all folders in it; links to folders are not followed.

    Raises:
        InputError: it is no folder, or cannot be read.
    """
    try:
        os.scandir(folder).close()
    except OSError as error:
        raise InputError(f"{shown(folder)}: cannot be searched: {error.strerror or error}") from None
    for parent, _, names in os.walk(folder.absolute()):
        yield from (Path(parent, name) for name in names if name.endswith(sidecar.SUFFIX))


def differing(
    store: Store, listed: Iterable[ledger.Entry], others: Iterable[Path], found: Difference
) -> Iterator[Entry]:
    """Return the entries that a store lacks, one after another.

    Args:
        store: what is held against the sidecars: those listed, those of its rows, and others.
        listed: those that the library knows of.
        others: the paths of more.
        found: filled in on the way; complete at the end.
    """
    known = {as_uri(one.path): one for one in listed}
    rows: defaultdict[str, list[_Brief]] = defaultdict(list)
    for row in store.rows():
        rows[row.sidecar].append(_Brief.of(row))
    keys = {row.key for some in rows.values() for row in some}
    there, fresh, lost = _sorted_out(known, rows, others, found)
    for path in there:
        entry = _entry(path, found)
        if entry is None:
            continue
        key = entry.row.key
        lost |= {row.key: row for row in rows[entry.row.sidecar] if row.key != key}
        rank = (entry.row.analyzed_s, entry.row.sidecar)
        if rank > fresh.get(key, (-1.0, "")):  # of several sidecars of one video the newest counts
            fresh[key] = rank
            (found.changed if key in keys else found.added)[key] = entry.row.path
            yield entry
    now = store.stamps(lost)  # another process may have written what was lost
    found.removed |= {
        key: row.path for key, row in lost.items() if key not in fresh and now.get(key) == row.stamp
    }


@dataclass(frozen=True, slots=True)
class _Brief:
    """What is needed of a row."""

    key: str
    path: str
    stamp: str
    analyzed_s: float

    @classmethod
    def of(cls, row: Row) -> "_Brief":
        return cls(row.key, row.path, row.stamp, row.analyzed_s)


def _sorted_out(
    known: Mapping[str, ledger.Entry],
    rows: Mapping[str, Sequence[_Brief]],
    others: Iterable[Path],
    found: Difference,
) -> tuple[list[Path], dict[str, tuple[float, str]], dict[str, _Brief]]:
    """Return the sidecars to be read, the rows that are as they should be, and those of nothing."""
    there: list[Path] = []
    fresh: dict[str, tuple[float, str]] = {}
    lost: dict[str, _Brief] = {}
    for uri in sorted({*known, *rows, *map(as_uri, others)}):
        path, of_it = from_uri(uri), rows.get(uri, ())
        try:
            stamp = sidecar.stamp_of(path)
        except (FileNotFoundError, NotADirectoryError):
            if of_it and _is_gone(path, known.get(uri)):
                lost |= {row.key: row for row in of_it}
            else:
                found.away |= {row.key: row.path for row in of_it}
            continue
        except OSError:  # reading it says why
            there.append(path)
            continue
        if uri not in known:
            found.unlisted.append(path)
        if [row.stamp for row in of_it] == [stamp]:
            (row,) = of_it
            fresh[row.key] = max(fresh.get(row.key, (-1.0, "")), (row.analyzed_s, uri))
        else:
            there.append(path)
    return there, fresh, lost


def _is_gone(path: Path, listed: ledger.Entry | None) -> bool:
    """Whether a sidecar was deleted or moved; of one that is not listed, an empty folder does not tell."""
    if listed:
        return listed.is_gone()
    try:
        return any(path.parent.iterdir())
    except OSError:
        return False


def _entry(path: Path, found: Difference) -> Entry | None:
    try:
        if movie := sidecar.read(path):
            return entry_of(movie, path)
    except (SidecarError, InputError) as error:
        found.unreadable.append(str(error))
    except OSError:  # it was deleted meanwhile
        pass
    return None
