"""No store but the sidecars themselves: whatever is asked, they are read for it."""

import contextlib
import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path

from analyzer.errors import InputError, SidecarError, StoreError, UsageError
from analyzer.paths import from_uri, key_of, shown
from analyzer.stores import sidecar
from analyzer.stores.contract import COLLECTIONS, Kind, Problem, Query
from analyzer.stores.entries import Entry, Prints, Row, beside, entry_of, video_of
from analyzer.stores.matching import fulfils, place


class SidecarStore:
    """The sidecars as a Store; see analyzer.stores.contract.Store.

    Of several sidecars of one video the newest counts; those that cannot be read are passed over.

    Args:
        listed: returns where the sidecars are, or were.
    """

    kind: Kind = "sidecar"
    name = "the sidecars"

    def __init__(self, listed: Callable[[], Iterable[Path]]) -> None:
        self._listed = listed
        self._keys: dict[tuple[Path, str], str] = {}
        self._known: dict[str, Path] | None = None

    def save(self, entries: Iterable[Entry]) -> None:
        """Hold entries to have their sidecars: nothing else is kept.

        Raises:
            StoreError: a sidecar is not there.
        """
        for entry in entries:
            path = from_uri(entry.row.sidecar)
            if not path.exists():
                raise StoreError(f"{shown(path)}: is not there; nothing but sidecars is kept")
            self._newest()[entry.row.key] = path

    def remove(self, keys: Collection[str]) -> None:
        """Do nothing: what is kept of a video goes with its sidecar."""

    def rows(self) -> Iterator[Row]:
        """See Store."""
        return (entry.row for entry in self._all())

    def stamps(self, keys: Collection[str]) -> dict[str, str]:
        """See Store. Of what others have written since the sidecars were read last, nothing is known."""
        found = {}
        for key in keys:
            if path := self._newest().get(key):
                with contextlib.suppress(OSError):
                    found[key] = sidecar.stamp_of(path)
        return found

    def entries(self, keys: Collection[str]) -> Iterator[Entry]:
        """See Store."""
        wanted = set(keys)
        return self._read(path for key, path in self._sidecars().items() if key in wanted)

    def prints(self) -> Iterator[tuple[Row, Prints]]:
        """See Store."""
        return ((entry.row, entry.prints) for entry in self._all() if not entry.row.gallery)

    def find(self, query: Query) -> Sequence[Row]:
        """See Store."""
        found = [(place(entry, query), entry.row) for entry in self._all() if fulfils(entry, query)]
        return [row for _, row in sorted(found, key=lambda pair: pair[0])][: query.limit]

    def counts(self) -> dict[str, int]:
        """See Store."""
        counts = dict.fromkeys(COLLECTIONS, 0) | {"tag": len(self.tags())}
        for entry in self._all():
            counts["gallery" if entry.row.gallery else "movie"] += 1
            counts["face"] += len(entry.faces)
            counts["person"] += len(entry.performers)
        return counts

    def tags(self) -> dict[str, int]:
        """See Store."""
        counts: Counter[str] = Counter()
        for entry in self._all():
            counts.update({tag.name for tag in entry.tags} | {thing.label for thing in entry.objects})
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def size_bytes(self) -> int:
        """See Store."""
        total = 0
        for path in self._sidecars().values():
            with _passing_over():
                total += path.stat().st_size
        return total

    def problems(self) -> Iterator[Problem]:
        """See Store. There is nothing that could be so."""
        return iter(())

    def pending(self) -> Sequence[str]:
        """See Store."""
        return ()

    def migrate(self, said: Callable[[str], None]) -> None:
        """See Store. Sidecars are brought on as they are read."""

    def dump(self, folder: Path) -> None:
        """Refuse.

        Raises:
            UsageError: always.
        """
        raise UsageError("the sidecars are no store to back up: they lie beside the videos, copy them there")

    def load(self, folder: Path) -> None:
        """Refuse.

        Raises:
            UsageError: always.
        """
        raise UsageError("a backup of a store cannot be restored to sidecars; name its store with --store")

    def close(self) -> None:
        """See Store."""

    def _all(self) -> Iterator[Entry]:
        return self._read(path for _, path in sorted(self._sidecars().items()))

    def _read(self, paths: Iterable[Path]) -> Iterator[Entry]:
        for path in paths:
            with _passing_over():
                if movie := sidecar.read(path):
                    yield entry_of(movie, path)

    def _newest(self) -> dict[str, Path]:
        """The sidecars by key as they were when they were read last, and what was saved since."""
        return self._sidecars() if self._known is None else self._known

    def _sidecars(self) -> dict[str, Path]:
        """The sidecars that are there by key."""
        found: dict[str, tuple[float, str]] = {}
        paths = {str(path): path for path in self._listed()}
        for name, path in paths.items():
            with _passing_over():
                if key := self._key(path):
                    found[key] = max(found.get(key, (0.0, "")), (path.stat().st_mtime, name))
        self._known = {key: paths[name] for key, (_, name) in found.items()}
        return self._known

    def _key(self, path: Path) -> str | None:
        """The key of what a sidecar is about; where it must be read for that, once as long as it stays."""
        stamp = sidecar.stamp_of(path)
        if beside(path).exists():
            return key_of(beside(path))
        if (path, stamp) not in self._keys and (header := sidecar.read_header(path)):
            self._keys[path, stamp] = key_of(video_of(header, path))
        return self._keys.get((path, stamp))


@contextlib.contextmanager
def _passing_over() -> Iterator[None]:
    """Leave out a sidecar that is away, damaged or newer; 'marquee db check' says so."""
    try:
        yield
    except FileNotFoundError:
        pass
    except (OSError, SidecarError, InputError) as error:
        logging.warning("%s", error)
