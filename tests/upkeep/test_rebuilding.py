import contextlib
import itertools
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from analyzer.errors import DamagedStoreError, InputError, NewerStoreError
from analyzer.library.ledger import Ledger
from analyzer.library.library import Library
from analyzer.paths import from_uri, key_of
from analyzer.stores import sidecar
from analyzer.stores.entries import Entry, entry_of
from analyzer.stores.sqlite import SqliteStore
from analyzer.upkeep.comparing import Difference, differing
from analyzer.upkeep.rebuilding import compare, move_aside, rebuild
from tests.contracts.stores import assert_holds
from tests.entries import entry


@dataclass
class Place:
    """A MARQUEE_HOME, a store and a folder of films."""

    home: Path
    films: Path
    store: SqliteStore

    def make(self, seed: int, listed: bool = True, **changes: object) -> Entry:
        made = entry(self.films, seed, **changes)
        if listed:
            Ledger(self.home / "library").record(from_uri(made.row.sidecar), "sidecar", made.row.video)
        return made

    def compare(self, *folders: Path) -> Difference:
        return compare(self.store, self.home, folders)

    def rebuild(self, *folders: Path) -> Difference:
        """Rebuild, and hold what was done to what was foretold, and to lasting."""
        foretold = self.compare(*folders)
        found, notices = rebuild(self.store, self.home, folders)
        assert found == foretold
        assert notices == []
        assert not self.compare(*folders)
        return found


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with contextlib.closing(SqliteStore(tmp_path / "home" / "marquee.db")) as store:
        yield Place(tmp_path / "home", tmp_path / "films", store)


def paths(*entries: Entry) -> dict[str, str]:
    return {one.row.key: one.row.path for one in entries}


def gone(one: Entry) -> Path:
    path = from_uri(one.row.sidecar)
    path.unlink()
    return path


def test_a_lost_store_comes_back(place: Place) -> None:
    entries = [place.make(seed) for seed in range(30)]
    found = place.rebuild()
    assert found == Difference(added=paths(*entries))
    assert_holds(place.store, entries)


def test_comparing_changes_nothing(place: Place) -> None:
    place.store.save([old := place.make(1)])
    place.make(1, version=1)
    place.make(2)
    assert len(place.compare().changed) == len(place.compare().added) == 1
    assert_holds(place.store, [old])


def test_only_what_is_different_is_brought_up_to_date(place: Place) -> None:
    kept, changed, removed = (place.make(seed) for seed in range(3))
    place.store.save([kept, changed, removed])
    gone(removed)
    (from_uri(removed.row.sidecar).parent / "another").touch()
    changed, added = place.make(1, version=1, written=2e9), place.make(4)
    found = place.rebuild()
    assert found == Difference(added=paths(added), changed=paths(changed), removed=paths(removed))
    assert_holds(place.store, [kept, changed, added])


def test_a_record_that_moved_is_not_doubled(place: Place) -> None:
    place.store.save([one := place.make(1)])
    old = from_uri(one.row.sidecar)
    new = old.parent.parent / "elsewhere" / old.name
    new.parent.mkdir()
    new.with_name(new.name.removesuffix(sidecar.SUFFIX)).touch()
    old.rename(new)
    found = place.rebuild(place.films)
    assert found.removed == paths(one)
    assert found.unlisted == [new]
    (row,) = place.store.rows()
    assert found.added == {row.key: row.path} == {row.key: str(new).removesuffix(sidecar.SUFFIX)}


def test_what_is_on_a_drive_that_is_away_is_kept(place: Place) -> None:
    here, there = place.make(1), place.make(2)
    place.store.save([here, there])
    drive = from_uri(there.row.sidecar).parent
    drive.rename(drive.with_name("unplugged"))
    found = place.rebuild()
    assert found == Difference(away=paths(there))
    assert_holds(place.store, [here, there])
    drive.with_name("unplugged").rename(drive)
    assert place.rebuild() == Difference()
    gone(there)
    assert place.rebuild() == Difference(removed=paths(there))


def test_an_empty_folder_may_be_a_drive_of_which_nothing_is_known(place: Place) -> None:
    place.store.save([one := place.make(1, listed=False)])
    folder = gone(one).parent
    assert place.rebuild() == Difference(away=paths(one))
    (folder / "another film.mp4").touch()
    assert place.rebuild() == Difference(removed=paths(one))


@pytest.mark.parametrize("content", ["{", '{"schema_version": 99}', ""])
def test_what_cannot_be_read_is_said_and_its_row_kept(place: Place, content: str) -> None:
    sound, broken = place.make(1), place.make(2)
    place.store.save([broken])
    from_uri(broken.row.sidecar).write_text(content)
    found = place.rebuild()
    assert found.added == paths(sound)
    assert len(found.unreadable) == 1
    assert_holds(place.store, [sound, broken])


def test_a_sidecar_from_before_1970_has_a_row(place: Place) -> None:
    old = place.make(1, written=-86400.0)
    assert place.rebuild().added == paths(old)
    assert_holds(place.store, [old])


def test_sidecars_in_folders_are_told_to_the_library(place: Place) -> None:
    known, found_too = place.make(1), place.make(2, listed=False, people=3)
    missed = entry(place.films.parent / "others", 3)
    (place.films / "loop").symlink_to(place.films)
    assert place.compare().added == paths(known)
    found = place.rebuild(place.films)
    assert found.added == paths(known, found_too)
    assert found.unlisted == [from_uri(found_too.row.sidecar)]
    assert_holds(place.store, [known, found_too])
    library = Library(place.home)
    assert {one.path for one in library.shelf.ledger.sidecars()} == {
        from_uri(one.row.sidecar) for one in (known, found_too)
    }
    assert library.cards.keys() == {found_too.row.video}
    assert place.rebuild(place.films.parent).added == paths(missed)


def test_a_store_without_a_library_makes_one(place: Place) -> None:
    place.store.save([one := place.make(1, listed=False)])
    assert place.rebuild().unlisted == [from_uri(one.row.sidecar)]
    assert place.compare().unlisted == []


def test_of_several_sidecars_of_a_video_the_newest_counts(place: Place) -> None:
    old = place.make(1, written=1_500_000_000.0)
    from_uri(old.row.uri).touch()
    other = from_uri(old.row.sidecar).parent / "records" / "x.marquee.json"
    other.parent.mkdir()
    new = place.make(1, version=1, written=1_600_000_000.0)
    shutil.copy2(from_uri(new.row.sidecar), other)
    old = place.make(1, written=1_500_000_000.0)
    place.store.save([old])
    found = place.rebuild(place.films)
    assert found.changed == paths(new)
    (row,) = place.store.rows()
    assert from_uri(row.sidecar) == other
    other.unlink()
    (other.parent / "else").touch()
    assert place.rebuild().changed == paths(old)
    assert_holds(place.store, [old])


def test_a_sidecar_that_is_now_of_another_video_leaves_no_row_of_the_one_before(place: Place) -> None:
    place.store.save([old := place.make(1)])
    path = from_uri(old.row.sidecar)
    movie = sidecar.read(path)
    assert movie
    names = (place.films / f"moved-{n}.mp4" for n in itertools.count())
    moved = next(name for name in names if key_of(name) > old.row.key)
    source = movie.source.model_copy(update={"path": str(moved)})
    sidecar.write(path, movie.model_copy(update={"source": source}))
    new = entry_of(movie.model_copy(update={"source": source}), path)
    place.store.save([new])
    assert place.rebuild().removed == paths(old)
    assert_holds(place.store, [new])


def test_a_row_that_somebody_writes_meanwhile_is_not_removed(place: Place) -> None:
    lost, missing = place.make(1), place.make(2)
    place.store.save([lost])
    (gone(lost).parent / "another").touch()
    found = Difference()
    for _ in differing(place.store, Ledger(place.home / "library").sidecars(), (), found):
        place.store.save([again := place.make(1, written=2e9)])
    assert found == Difference(added=paths(missing))
    assert_holds(place.store, [again])


def test_a_sidecar_that_cannot_be_reached_is_said_and_its_row_kept(place: Place) -> None:
    place.store.save([one := place.make(1)])
    path = gone(one)
    path.symlink_to(path.name)
    assert "Too many levels of symbolic links" in place.rebuild().unreadable[0]
    assert_holds(place.store, [one])


def test_a_folder_that_there_is_not_is_refused(place: Place) -> None:
    with pytest.raises(InputError, match=r"^[^\n]*nowhere: cannot be searched: No such file"):
        rebuild(place.store, place.home, [place.films / "nowhere"])


def test_a_damaged_store_is_moved_aside_and_rebuilt(place: Place) -> None:
    entries = [place.make(seed) for seed in range(5)]
    place.store.save(entries)
    file = place.home / "marquee.db"
    assert move_aside(file) is None
    assert move_aside(place.home / "nothing.db") is None
    place.store.close()
    file.write_bytes(torn := b"torn" + file.read_bytes()[4:])
    with pytest.raises(DamagedStoreError):
        SqliteStore(file)
    aside = move_aside(file)
    assert aside == place.home / "marquee.db.damaged-1"
    assert aside.read_bytes() == torn
    assert not [*place.home.glob("marquee.db-*")]
    with contextlib.closing(SqliteStore(file)) as store:
        rebuild(store, place.home)
        assert_holds(store, entries)


def test_a_newer_store_is_not_moved_aside(place: Place) -> None:
    place.store._database.ask("INSERT INTO migration VALUES ('999-future', '')")
    with pytest.raises(NewerStoreError):
        move_aside(place.home / "marquee.db")
    assert (place.home / "marquee.db").exists()
