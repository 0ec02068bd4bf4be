"""What writes, as a process of its own that can be killed or have its system calls fail.

`python -m tests.reliability.acts ACT FOLDER [TIMES]` does an act in a folder that `prepare` has made, so many
times, and says a line after each that is on the disk. A failure is one line and its exit code, as always.
"""

import contextlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from analyzer.errors import USER_ERRORS
from analyzer.keeping import Keeper
from analyzer.library.decisions import Alias, Name
from analyzer.library.library import Library
from analyzer.records import Movie, Tag
from analyzer.stores import sidecar
from analyzer.stores.sqlite import SqliteStore
from analyzer.upkeep.backup import backup, restore
from tests.entries import film

VIDEO = "film.mp4"
FILMS = 5
"""Of the store."""


def home_of(folder: Path) -> Path:
    return folder / "home"


def record_of(folder: Path) -> Path:
    return sidecar.sidecar_path(folder / "films" / VIDEO)


def prepare(folder: Path) -> None:
    """Make a library with one film and one person known."""
    movie = numbered(film(folder / "films" / VIDEO, 1, gallery=False), 0)
    with opened(folder) as store:
        Keeper(home_of(folder), store).write(record_of(folder), movie)
        for seed in range(2, 2 + FILMS):
            video = folder / "films" / f"{seed}.mp4"
            movie = film(video, seed, gallery=False)
            Keeper(home_of(folder), store).write(sidecar.sidecar_path(video), movie)
    Library(home_of(folder)).decide(Name(name="Ann"))


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[SqliteStore]:
    with contextlib.closing(SqliteStore(home_of(folder) / "marquee.db")) as store:
        yield store


def numbered(movie: Movie, n: int) -> Movie:
    return movie.model_copy(update={"tags": (Tag(name=f"version {n}", score=1),)})


def number_of(movie: Movie) -> int:
    return int(movie.tags[0].name.split()[1])


def keep(folder: Path) -> int:
    """Write the next version of the record: sidecar, ledger, card, entry."""
    movie = sidecar.read(record_of(folder))
    assert movie
    with opened(folder) as store:
        Keeper(home_of(folder), store).write(record_of(folder), numbered(movie, number_of(movie) + 1))
    return number_of(movie) + 1


def decide(folder: Path) -> int:
    """Give the person one more alias."""
    library = Library(home_of(folder))
    (person,) = library.known.people.values()
    library.decide(Alias(key=person.key, alias=f"Ann the {len(person.aliases) + 1}th"))
    return len(person.aliases) + 1


def back_up(folder: Path) -> int:
    """Replace the backup by one of a store that has changed."""
    with opened(folder) as store:
        n = stored(store) + 1
        (entry,) = store.entries([row.key for row in store.rows() if row.path.endswith(VIDEO)])
        store.save([entry.model_copy(update={"tags": (Tag(name=f"version {n}", score=1),)})])
        backup(store, folder / "backup.tar.gz", force=True)
    return n


def stored(store: SqliteStore) -> int:
    """Return the highest version in a store of films."""
    names = [name for name in store.tags() if name.startswith("version ")]
    return max(int(name.split()[1]) for name in names)


def restored(folder: Path) -> int:
    """Return the version in the backup, 0 where there is none yet."""
    if not (folder / "backup.tar.gz").exists():
        return 0
    with tempfile.TemporaryDirectory() as other, opened(Path(other)) as store:
        restore(store, folder / "backup.tar.gz", home_of(Path(other)))
        return stored(store)


ACTS: dict[str, Callable[[Path], int]] = {"keep": keep, "decide": decide, "back_up": back_up}


def state(folder: Path, act: str) -> int:
    """Return how often an act was done, by what is on the disk; what is not whole fails here."""
    if act == "decide":
        (person,) = Library(home_of(folder)).known.people.values()
        assert person.aliases == [f"Ann the {n}th" for n in range(1, len(person.aliases) + 1)]
        return len(person.aliases)
    if act == "back_up":
        return restored(folder)
    with opened(folder) as store:
        assert [*store.problems()] == []
    movie = sidecar.read(record_of(folder))
    assert movie
    return number_of(movie)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(act: str, folder: Path, times: int) -> int:
    say("ready")
    for _ in range(times):
        try:
            say(str(ACTS[act](folder)))
        except USER_ERRORS as error:
            sys.stderr.write(f"{error}\n")
            return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1))
