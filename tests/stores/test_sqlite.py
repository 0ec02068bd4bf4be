import contextlib
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from analyzer.errors import (
    DamagedStoreError,
    DiskFullError,
    MarqueeError,
    NewerStoreError,
    StoreAwayError,
    StoreError,
)
from analyzer.stores.contract import COLLECTIONS, Query
from analyzer.stores.opening import open_store
from analyzer.stores.sqlite import SqliteStore, database
from analyzer.stores.sqlite.migrations import MIGRATIONS, REFERENCES, UNIQUE
from tests import disks
from tests.contracts.stores import DumpContract, Make, Open, assert_holds, held
from tests.entries import entry, same
from tests.somebody import as_somebody

ONE_LINE = r"^[^\n]*{}[^\n]*$"


class TestSqlite(DumpContract):
    @pytest.fixture
    def opened(self, tmp_path: Path) -> Open:
        return lambda name: SqliteStore(tmp_path / f"{name}.db")

    def test_what_is_no_store_is_not_loaded(self, store: SqliteStore, make: Make, tmp_path: Path) -> None:
        store.save(entries := [make(1), make(2)])
        for number, content in enumerate((b"", b"no database", b"SQLite format 3\0" + bytes(4000))):
            (folder := tmp_path / f"{number}").mkdir()
            (folder / "marquee.db").write_bytes(content)
            with pytest.raises(StoreError, match=ONE_LINE.format("marquee.db")):
                store.load(folder)
            assert_holds(store, entries)

    def test_a_newer_dump_is_not_loaded(self, store: SqliteStore, make: Make, tmp_path: Path) -> None:
        store.save(entries := [make(1)])
        (folder := tmp_path / "dump").mkdir()
        store.dump(folder)
        _sql(folder / "marquee.db", "INSERT INTO migration VALUES ('999-future', '')")
        with pytest.raises(NewerStoreError):
            store.load(folder)
        assert_holds(store, entries)

    def test_a_person_of_two_billings_has_the_better(self, store: SqliteStore, make: Make) -> None:
        one, other = make(1, people=4), make(2, people=4)
        store.save([one, other])
        video, second = one.row.video, other.row.video
        star = frozenset({(video, "p2"), (video, "p4"), (second, "p3"), (second, "p4")})
        assert [*store.find(Query(people=(star,), order="billing"))] == [one.row, other.row]

    def test_many_people_at_once(self, store: SqliteStore, make: Make) -> None:
        store.save([one := make(1, people=1)])
        star = frozenset({(one.row.video, "p1")})
        assert [*store.find(Query(people=(star,) * 100, order="billing"))] == [one.row]
        assert [*store.find(Query(people=(star,) * 100 + (frozenset(),)))] == []


def _sql(path: Path, *statements: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A store of twenty entries."""
    path = tmp_path / "filled.db"
    with contextlib.closing(SqliteStore(path)) as store:
        store.save(entry(tmp_path, seed) for seed in range(20))
    return path


@pytest.mark.skipif(os.name != "posix", reason="file permissions as POSIX has them")
def test_it_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.db"
    with contextlib.closing(SqliteStore(path)) as store:
        store.save([entry(tmp_path, 1)])
        assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}
    assert path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "name", [b"a?mode=memory.db", b"50%25 #1.db", b"caf\xe9.db", b"new\nline.db", b":memory:.db"]
)
def test_odd_names_of_files(tmp_path: Path, name: bytes) -> None:
    path = tmp_path / os.fsdecode(name)
    entries = [entry(tmp_path / "films", seed) for seed in range(3)]
    with contextlib.closing(open_store(str(path))) as store:
        store.save(entries)
        (tmp_path / "dump").mkdir()
        store.dump(tmp_path / "dump")
    assert path.stat().st_size > 0
    with contextlib.closing(open_store(str(path))) as store:
        store.load(tmp_path / "dump")
        assert_holds(store, entries)


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_what_is_no_database_is_refused_and_stays(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(content)
    with pytest.raises(DamagedStoreError, match=ONE_LINE.format("marquee db rebuild --move-aside")):
        SqliteStore(path)
    assert path.read_bytes() == content


def test_a_folder_is_refused(tmp_path: Path) -> None:
    (path := tmp_path / "a.db").mkdir()
    with pytest.raises(StoreError, match=ONE_LINE.format(r"a\.db: cannot be opened: Is a directory")):
        SqliteStore(path)


def test_a_link_may_name_it(tmp_path: Path) -> None:
    (link := tmp_path / "a.db").symlink_to(tmp_path / "b.db")
    for _ in range(2):
        SqliteStore(link).close()
    assert (tmp_path / "b.db").stat().st_size
    (loop := tmp_path / "c.db").symlink_to(loop)
    with pytest.raises(StoreError, match=ONE_LINE.format("Too many levels of symbolic links")):
        SqliteStore(loop)


def test_a_database_of_another_program_is_refused_and_stays(tmp_path: Path) -> None:
    _sql(path := tmp_path / "a.db", "CREATE TABLE notes (text)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match=ONE_LINE.format("of another program")):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_a_newer_store_is_refused_and_stays(filled: Path) -> None:
    _sql(filled, "INSERT INTO migration VALUES ('999-future', ''), (NULL, '')")
    _sql(filled, "PRAGMA journal_mode = DELETE")
    before = filled.read_bytes()
    with pytest.raises(NewerStoreError, match=ONE_LINE.format(r"newer Marquee \([^\n]+\); upgrade")):
        SqliteStore(filled)
    assert filled.read_bytes() == before


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A store from before the first migration."""
    _sql(path := tmp_path / "older.db", "CREATE TABLE migration (name TEXT PRIMARY KEY, at TEXT NOT NULL)")
    return path


def test_an_older_store_is_refused_until_it_is_migrated(older: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=ONE_LINE.format("'marquee db migrate'")):
        open_store(str(older))
    said: list[str] = []
    with contextlib.closing(open_store(str(older), older=True)) as store:
        assert [*store.pending()] == [*MIGRATIONS]
        store.migrate(said.append)
        assert [*store.pending()] == []
    assert said == [*MIGRATIONS]
    with contextlib.closing(open_store(str(older))) as store:
        store.save(entries := [entry(tmp_path, 1)])
        assert_holds(store, entries)
    with contextlib.closing(sqlite3.connect(older)) as connection:
        assert [name for name, at in connection.execute("SELECT * FROM migration") if at] == [*MIGRATIONS]


def test_a_migration_that_fails_changes_nothing(older: Path) -> None:
    _sql(older, "CREATE TABLE tag (mine)")  # it comes late among those that the migration makes
    with contextlib.closing(open_store(str(older), older=True)) as store:
        with pytest.raises(StoreError, match=ONE_LINE.format("tag already exists")):
            store.migrate(lambda name: pytest.fail("it was not done"))
        assert [*store.pending()] == [*MIGRATIONS]
    with contextlib.closing(sqlite3.connect(older)) as connection:
        tables = {
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
    assert tables == {"migration", "tag"}


def test_damage_is_one_line_wherever_it_is(filled: Path, tmp_path: Path) -> None:
    whole, one = filled.read_bytes(), entry(tmp_path, 3, version=1)
    asked: list[Callable[[SqliteStore], object]] = [
        lambda store: [*store.rows()],
        lambda store: [*store.entries([row.key for row in store.rows()])],
        lambda store: [*store.prints()],
        lambda store: store.find(Query(name="mp4", objects=("cat",), order="longest")),
        lambda store: store.counts(),
        lambda store: store.tags(),
        lambda store: store.save([one]),
        lambda store: [*store.problems()],
    ]
    said = [_damaged(filled, whole, seed, asked) for seed in range(20)]
    assert sum(map(bool, said)) >= 15  # what lies in gaps, and in hashes, is not looked at
    lines = {line for some in said for line in some}
    assert not any("\n" in line for line in lines)
    assert all("--move-aside" in line or "too many" in line for line in lines), lines


def _damaged(
    path: Path, content: bytes, seed: int, asked: list[Callable[[SqliteStore], object]]
) -> list[str]:
    """What is said when a store is asked after some bytes of its file were overwritten."""
    rng, torn, said = random.Random(seed), bytearray(content), []
    for _ in range(6):
        at = rng.randrange(0 if seed % 3 else 100, len(torn) - 200)
        torn[at : at + 200] = rng.randbytes(200)
    for ask in asked:
        for end in ("", "-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)
        path.write_bytes(torn)
        try:
            with contextlib.closing(SqliteStore(path)) as store:
                ask(store)
        except StoreError as error:
            said.append(str(error))
    return said


def test_values_that_make_no_record_are_damage(filled: Path) -> None:
    _sql(
        filled,
        "UPDATE movie SET key = 'nonsense' WHERE id = 3",
        "UPDATE print SET times = x'00' WHERE movie = 4",
    )
    with contextlib.closing(SqliteStore(filled)) as store:
        for ask in (store.rows, store.prints):
            with pytest.raises(DamagedStoreError, match=ONE_LINE.format("--move-aside")):
                list(ask())


def test_disorder_is_found_in_tables_that_somebody_made(filled: Path) -> None:
    """They have neither keys nor references, and what is in them is in part doubled and in part lost."""
    tables = sorted({*UNIQUE, *REFERENCES})
    for table in tables:
        _sql(
            filled,
            f"ALTER TABLE {table} RENAME TO before",
            f"CREATE TABLE {table} AS SELECT * FROM before",
            "DROP TABLE before",
        )
    with contextlib.closing(SqliteStore(filled)) as store:
        assert [*store.problems()] == []
    _sql(
        filled,
        "INSERT INTO movie SELECT * FROM movie WHERE id = 5",
        "INSERT INTO face SELECT * FROM face WHERE movie = 1 LIMIT 1",
        "INSERT INTO channel VALUES (1, 'one'), (2, 'one')",
        "INSERT INTO model VALUES (1, 'm'), (2, 'm'), (3, 'm')",
        "INSERT INTO label VALUES (1000, 'cat', 'cat')",
        "INSERT INTO tag VALUES (2, 4000, 0.5, 1)",
        "UPDATE face SET person = 77 WHERE movie = 1 AND number = 0",
        "DELETE FROM movie WHERE id = 8",
    )
    with contextlib.closing(SqliteStore(filled)) as store:
        found = {(problem.kind, problem.collection) for problem in store.problems()}
    assert {collection for kind, collection in found if kind == "duplicate"} == {
        "movie",
        "face",
        "channel",
        "model",
        "label",
    }
    dangling = {collection for kind, collection in found if kind == "dangling"}
    assert {"tag", "face", "print"} <= dangling <= set(REFERENCES)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with disks.small_disk(tmp_path / "small", "1m") as folder:
        yield folder


def test_a_full_disk_leaves_what_was_there(small_disk: Path, tmp_path: Path) -> None:
    first = [entry(tmp_path, seed) for seed in range(5)]
    many = [entry(tmp_path, seed, version=seed) for seed in range(400)]
    with contextlib.closing(SqliteStore(small_disk / "a.db")) as store:
        store.save(first)
        with pytest.raises(DiskFullError, match=ONE_LINE.format("no room")):
            store.save([many[n % 400].model_copy(update={"row": many[n % 400].row}) for n in range(4000)])
        assert [*store.problems()] == []
        there = held(store)
        assert all(one.row.key in there for one in first)
        (filler := small_disk / "filler").write_bytes(b"")
        with contextlib.suppress(OSError):
            filler.write_bytes(bytes(2_000_000))
        filler.unlink()
    with pytest.raises(DiskFullError), contextlib.closing(SqliteStore(small_disk / "b.db")):
        pytest.fail("there is no room for another")


def test_what_there_is_no_room_for_is_not_loaded(small_disk: Path, tmp_path: Path) -> None:
    (folder := tmp_path / "dump").mkdir()
    with contextlib.closing(SqliteStore(tmp_path / "large.db")) as large:
        large.save(entry(tmp_path, seed) for seed in range(600))
        large.dump(folder)
    assert (folder / "marquee.db").stat().st_size > 500_000
    with contextlib.closing(SqliteStore(small_disk / "a.db")) as store:
        store.save(entries := [entry(tmp_path, seed) for seed in range(3)])
        (small_disk / "filler").write_bytes(bytes(300_000))
        with pytest.raises(DiskFullError, match=ONE_LINE.format("no room")):
            store.load(folder)
        assert_holds(store, entries)


@pytest.mark.skipif(os.name != "posix", reason="file permissions as POSIX has them")
def test_who_may_not_write_is_told() -> None:
    prepare = "import pathlib; from analyzer.stores.sqlite import SqliteStore"
    with tempfile.TemporaryDirectory() as name:  # one that others may enter
        folder = Path(name)
        folder.chmod(0o755)
        SqliteStore(path := folder / "a.db").close()
        for mode in (0o600, 0o444, 0o666):
            path.chmod(mode)
            said = as_somebody(prepare, f"SqliteStore(pathlib.Path({str(path)!r}))")
            assert re.match(r"StoreError [^\n]*a\.db: [^\n]+ must be writable; [^\n]*--store[^\n]*\n$", said)
        said = as_somebody(prepare, f"SqliteStore(pathlib.Path({str(folder / 'new' / 'a.db')!r}))")
        assert "cannot be opened: Permission denied" in said


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a file that is open cannot be deleted")
def test_a_file_that_is_gone_is_not_written_to(filled: Path, tmp_path: Path) -> None:
    with contextlib.closing(SqliteStore(filled)) as store:
        filled.rename(tmp_path / "elsewhere.db")
        for _ in range(2):  # nothing is there, then another
            with pytest.raises(StoreError, match=ONE_LINE.format("was deleted or replaced")):
                store.save([entry(tmp_path, 30)])
            SqliteStore(filled).close()


def test_opening_it_twice_does_not_let_go_of_its_locks(filled: Path, tmp_path: Path) -> None:
    with contextlib.closing(SqliteStore(filled)):
        SqliteStore(filled).close()
        other = "import sqlite3; c = sqlite3.connect({!r}); c.execute('SELECT 1 FROM movie'); c.close()"
        subprocess.run([sys.executable, "-c", other.format(str(filled))], check=True)
        assert filled.with_name("filled.db-wal").exists()  # who takes itself for the last deletes it


def test_who_waits_too_long_is_told(filled: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(database, "BUSY_S", 0.2)
    with (
        contextlib.closing(SqliteStore(filled)) as store,
        contextlib.closing(sqlite3.connect(filled, isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        assert len([*store.rows()]) == 20
        with pytest.raises(StoreAwayError, match=ONE_LINE.format("another program")):
            store.save([entry(tmp_path, 1)])
        other.execute("ROLLBACK")
        store.save([entry(tmp_path, 30)])
        assert len([*store.rows()]) == 21


SAVING = """
import pathlib, sys
from analyzer.stores.sqlite import SqliteStore
from tests.entries import entry
folder, first, count, versions = pathlib.Path(sys.argv[1]), *map(int, sys.argv[2:])
seeds = range(first, first + count)
made = [[entry(folder / str(first), seed, version=v) for seed in seeds] for v in range(versions)]
print("ready", flush=True)
sys.stdin.readline()
while True:
    store = SqliteStore(folder / "shared.db")
    for some in made:
        store.save(some)
    store.close()
    if versions == 1:
        break
"""


def _saving(folder: Path, first: int, count: int, versions: int = 1) -> "subprocess.Popen[str]":
    words = [sys.executable, "-c", SAVING, str(folder), str(first), str(count), str(versions)]
    root = Path(__file__).parents[2]
    return subprocess.Popen(words, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _start(process: "subprocess.Popen[str]") -> None:
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()


def test_several_processes_may_make_and_fill_it_at_once(tmp_path: Path) -> None:
    processes = [_saving(tmp_path, first, 30) for first in (0, 100, 200, 300)]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        _start(process)
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    with contextlib.closing(SqliteStore(tmp_path / "shared.db")) as store:
        assert len([*store.rows()]) == 120
        assert [*store.problems()] == []


def test_who_is_killed_leaves_each_entry_whole(tmp_path: Path) -> None:
    rng, versions = random.Random(0), 3
    wanted = [[entry(tmp_path / "0", seed, version=v) for v in range(versions)] for seed in range(20)]
    for _ in range(6):
        process = _saving(tmp_path, 0, 20, versions)
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        _start(process)
        time.sleep(rng.uniform(0.02, 0.4))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        with contextlib.closing(SqliteStore(tmp_path / "shared.db")) as store:
            assert [*store.problems()] == []
            there = held(store)
            assert len(there) in (0, 20)
            for some in wanted if there else []:
                found = there[some[0].row.key]
                assert any(_alike(found, one) for one in some)


def _alike(one, other) -> bool:
    """The same but for when the sidecar was written: another process has written it again."""
    row = one.row.model_copy(update={"stamp": other.row.stamp, "analyzed_s": other.row.analyzed_s})
    return same(one.model_copy(update={"row": row}), other)


def test_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARQUEE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MARQUEE_STORE", str(tmp_path / "other.db"))
    for address, path in (
        (None, "other.db"),
        ("sqlite", "home/marquee.db"),
        (str(tmp_path / "x.db"), "x.db"),
    ):
        with contextlib.closing(open_store(address)) as store:
            assert store.name == str(tmp_path / path)
            assert (tmp_path / path).is_file()
            assert set(store.counts()) == set(COLLECTIONS)
    for wrong in ("nothing", "postgres://me:secret@host/db", "film.mp4"):
        with pytest.raises(MarqueeError, match=ONE_LINE.format("no store")) as error:
            open_store(wrong)
        assert "secret" not in str(error.value)
