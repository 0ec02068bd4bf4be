"""What every store can do, and what it can be asked; tests/contracts/stores.py holds each to it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from analyzer.records import Index, Record, Seconds
from analyzer.stores.entries import Entry, Prints, Row

COLLECTIONS = ("movie", "face", "person", "gallery", "channel", "model", "tag")
"""What a store counts. A gallery is of pictures, not a movie; `channel` and `model` are the crawler's."""

Kind = Literal["sqlite", "mongodb", "sidecar"]
Order = Literal["billing", "name", "longest", "newest"]


class Query(Record):
    """What is asked for: what fulfils every condition that is given.

    Attributes:
        people: of each who must be in it, the appearances: (Row.video, Performer.id) pairs.
        objects, tags: labels that must all be in it; case does not matter: both are folded by str.casefold.
        name: must be part of the path, folded likewise.
        longer_s, shorter_s: bounds of the duration, inclusive.
        order: by the billing of the first of `people` (of those billed alike, by time on screen; without
            people by name), by path, the longest first, or what was analyzed last first; what is alike in
            that, by path and key.
        limit: at most so many; None: all.
    """

    people: tuple[frozenset[tuple[str, str]], ...] = ()
    objects: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    name: str = ""
    longer_s: Seconds | None = None
    shorter_s: Seconds | None = None
    order: Order = "name"
    limit: Index | None = None


@dataclass(frozen=True)
class Problem:
    """Something in a store that is not in order.

    Attributes:
        kind: `duplicate` of a key that must be unique, or `dangling`: a reference to what there is not.
        collection: where.
        what: one line.
    """

    kind: Literal["duplicate", "dangling"]
    collection: str
    what: str


class Store(Protocol):
    """Where entries are kept. Methods raise StoreError, StoreAwayError where the server cannot be reached.

    Attributes:
        kind: what reads its dumps.
        name: its address as it may be shown: without credentials.
    """

    kind: Kind
    name: str

    def save(self, entries: Iterable[Entry]) -> None:
        """Keep entries; what there was of each is replaced whole. Doing it again changes nothing."""
        ...

    def remove(self, keys: Collection[str]) -> None:
        """Drop what is kept of movies; keys that there are not are passed over."""
        ...

    def rows(self) -> Iterator[Row]:
        """Return the row of each movie and gallery, by key."""
        ...

    def stamps(self, keys: Collection[str]) -> dict[str, str]:
        """Return the stamps of those of the movies that there are, by key; see Row.stamp."""
        ...

    def entries(self, keys: Collection[str]) -> Iterator[Entry]:
        """Return what is kept of movies, in any order; keys that there are not are passed over."""
        ...

    def prints(self) -> Iterator[tuple[Row, Prints]]:
        """Return the perceptual hashes of each movie, galleries left out, by key."""
        ...

    def find(self, query: Query) -> Sequence[Row]:
        """Return what fulfils a query, in its order."""
        ...

    def counts(self) -> dict[str, int]:
        """Return how many there are of each of COLLECTIONS; `tag`: what `tags` returns."""
        ...

    def tags(self) -> dict[str, int]:
        """Return in how many movies and galleries each tag or object class is.

        The most popular comes first, of those alike by name. One that is both counts once in a movie.
        """
        ...

    def size_bytes(self) -> int:
        """Return what it takes on the disk."""
        ...

    def problems(self) -> Iterator[Problem]:
        """Return what is not in order in it, also where somebody else filled it."""
        ...

    def pending(self) -> Sequence[str]:
        """Return the names of the migrations that it still needs, in order."""
        ...

    def migrate(self, said: Callable[[str], None]) -> None:
        """Do the pending migrations, each recorded and, if possible, atomic; `said` gets each name."""
        ...

    def dump(self, folder: Path) -> None:
        """Write all that it holds to files in an empty folder, as of one moment where it can.

        They may lie in folders; names are of ASCII letters, digits, dots, dashes, underscores and %.
        """
        ...

    def load(self, folder: Path) -> None:
        """Replace all that it holds by what `dump` wrote to a folder.

        Raises:
            StoreError: it is no dump of this kind of store; nothing is changed then.
        """
        ...

    def close(self) -> None:
        """Let go of it."""
        ...
