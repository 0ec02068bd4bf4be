"""What a store and the library add up to."""

import stat
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from analyzer.library.library import Library
from analyzer.stores.contract import Store

POPULAR = 10
"""Of tags and people, how many are told."""


@dataclass(frozen=True)
class Seen:
    """Somebody of the library; `name` is None where nobody has named them."""

    person: str
    name: str | None
    videos: int
    screen_time_s: float


@dataclass(frozen=True)
class Stats:
    """What there is.

    Attributes:
        counts: of each collection.
        duration_s: of all films together; galleries have none.
        tags: the most popular tags and object classes, with in how many movies and galleries they are.
        people: who is in the most videos, of those alike who is longer on screen; who is hidden is left out.
        store_bytes, sidecars_bytes, library_bytes: what they take on the disk.
    """

    counts: dict[str, int]
    duration_s: float
    tags: dict[str, int]
    people: list[Seen]
    store_bytes: int
    sidecars_bytes: int
    library_bytes: int


def stats(store: Store, library: Library) -> Stats:
    """Add up.

    Raises:
        StoreError, LibraryError, InputError: the store or the library cannot be read.
    """
    sidecars = (entry.path for entry in library.shelf.ledger.sidecars())
    return Stats(
        counts=store.counts(),
        duration_s=sum(row.duration_s for row in store.rows() if not row.gallery),
        tags=dict(islice(store.tags().items(), POPULAR)),
        people=_most_seen(library),
        store_bytes=store.size_bytes(),
        sidecars_bytes=_size(sidecars),
        library_bytes=_size(library.folder.rglob("*")),
    )


def _most_seen(library: Library) -> list[Seen]:
    members = [member for member in library.cast.members if not member.hidden and member.parts]
    members.sort(key=lambda member: (-len(member.videos), -member.screen_time_s, member.handle))
    return [Seen(m.handle, m.name, len(m.videos), round(m.screen_time_s, 3)) for m in members[:POPULAR]]


def _size(files: Iterable[Path]) -> int:
    return sum(map(_size_of, files))


def _size_of(file: Path) -> int:
    """Of what is away, was deleted meanwhile or is no file, 0."""
    try:
        about = file.stat()
    except OSError:
        return 0
    return about.st_size if stat.S_ISREG(about.st_mode) else 0
