"""marquee db on the command line."""

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from analyzer.keeping import Keeper
from analyzer.stores import sidecar
from analyzer.stores.sqlite import SqliteStore
from tests.cli.test_cli import Result, marquee, one_line
from tests.conftest import Demo
from tests.entries import entry

Db = Callable[..., Result]


@pytest.fixture
def film(tmp_path: Path, demo: Demo) -> Path:
    """The demo film with its record, in a library and a store of its own."""
    (tmp_path / "films").mkdir()
    video = Path(shutil.copy(demo.video, tmp_path / "films" / "film.mp4"))
    source = demo.movie.source.model_copy(update={"path": str(video)})
    with contextlib.closing(SqliteStore(tmp_path / "home" / "marquee.db")) as store:
        Keeper(tmp_path / "home", store).write(
            sidecar.sidecar_path(video), demo.movie.model_copy(update={"source": source})
        )
    return video


@pytest.fixture
def db(tmp_path: Path) -> Db:
    def run(*arguments: object, **environment: str) -> Result:
        return marquee("db", *arguments, cwd=tmp_path, MARQUEE_HOME=str(tmp_path / "home"), **environment)

    return run


def well(result: Result) -> str:
    assert result.returncode == 0, result.stderr
    return result.stdout


def refused(result: Result, code: int) -> str:
    assert result.returncode == code, result.stderr
    return one_line(result)


def test_a_lost_store_is_rebuilt(db: Db, film: Path, tmp_path: Path) -> None:
    assert "in order" in well(db("check"))
    (tmp_path / "home" / "marquee.db").unlink()
    checked = db("check")
    assert checked.returncode == 9
    assert "film.mp4" in one_line(checked)
    assert "'marquee db rebuild' mends that" in checked.stderr
    for _ in range(2):
        assert f"would be added: 1 ({film})" in well(db("rebuild", "--dry-run"))
    assert f"added: 1 ({film})" in well(db("rebuild"))
    assert well(db("rebuild")) == "the store says what the sidecars say\n"
    assert json.loads(well(db("check", "--json")))["counts"]["movie"] == 1


def test_check_says_all_that_is_not_in_order(db: Db, film: Path, tmp_path: Path) -> None:
    films = tmp_path / "films"
    with contextlib.closing(SqliteStore(tmp_path / "home" / "marquee.db")) as store:
        store.save([entry(films, seed) for seed in range(2)])
    entry(films, 1, version=1, written=2e9)
    shutil.rmtree(films / "0000")
    (films / "0000").mkdir()
    (films / "0000" / "another").touch()
    sidecar.sidecar_path(film).write_text("{")
    with contextlib.closing(sqlite3.connect(tmp_path / "home" / "marquee.db")) as other:
        other.execute("DELETE FROM person")
        other.commit()
    result = db("check", "--json")
    assert result.returncode == 9
    found = json.loads(result.stdout)
    assert found["in_order"] is False
    assert {problem["kind"] for problem in found["problems"]} == {"dangling"}
    assert [len(found[what]) for what in ("without_row", "stale", "without_sidecar", "away")] == [0, 1, 1, 0]
    (unreadable,) = found["unreadable"]
    assert "sidecar is damaged" in unreadable
    said = db("check").stderr
    for mend in ("--move-aside", "'marquee db rebuild' mends that", "'marquee analyze' sets damaged"):
        assert mend in said
    rebuilt = db("rebuild", "--move-aside")
    assert refused(rebuilt, 7).endswith(unreadable.rpartition(": ")[2])
    assert "is kept as" in rebuilt.stdout


def test_folders_may_be_named(db: Db, tmp_path: Path) -> None:
    made = entry(tmp_path / "found", 0)
    assert f"added: 1 ({made.row.path})" in well(db("rebuild", "found"))
    assert well(db("rebuild")) == "the store says what the sidecars say\n"
    assert "cannot be searched" in refused(db("rebuild", "nowhere"), 3)


def test_a_damaged_store_is_told_and_mended(db: Db, film: Path, tmp_path: Path) -> None:
    file = tmp_path / "home" / "marquee.db"
    file.write_bytes(b"not a database" * 1000)
    for command in ("check", "stats", "rebuild", "migrate"):
        assert "'marquee db rebuild --move-aside'" in refused(db(command), 9)
    done = well(db("rebuild", "--move-aside"))
    assert f"{file}: is kept as {file}.damaged-1" in done
    assert f"added: 1 ({film})" in done
    assert "in order" in well(db("check"))
    assert "is kept as" not in well(db("rebuild", "--move-aside"))
    assert "without --dry-run" in refused(db("rebuild", "--move-aside", "--dry-run"), 2)
    assert "SQLite" in refused(db("rebuild", "--move-aside", "--store", "sidecar"), 2)


def test_stats(db: Db, film: Path, demo: Demo) -> None:
    found = json.loads(well(db("stats", "--json")))
    assert found["counts"]["face"] == len(demo.movie.faces)
    assert found["duration_s"] == pytest.approx(demo.movie.source.duration_s)
    assert {person["name"] for person in found["people"]} == {None}
    assert len(found["people"]) <= len(demo.movie.people)
    assert found["sidecars_bytes"] == sidecar.sidecar_path(film).stat().st_size
    assert min(found["store_bytes"], found["library_bytes"]) > 1000
    well(
        marquee(
            "people",
            "name",
            "film.mp4:p1",
            "Ada",
            cwd=film.parent,
            MARQUEE_HOME=str(film.parents[1] / "home"),
        )
    )
    shown = well(db("stats"))
    assert "Ada" in shown
    assert "hours" in shown


def test_backup_and_restore(db: Db, film: Path, tmp_path: Path) -> None:
    before = json.loads(well(db("check", "--json")))["counts"]
    assert "1 movie" in well(db("backup", "marquee.tar.gz"))
    assert "--force" in refused(db("backup", "marquee.tar.gz"), 6)
    assert "--force" in refused(db("restore", "marquee.tar.gz"), 2)
    assert "1 movie" in well(db("restore", "marquee.tar.gz", "--store", "new.db"))
    assert json.loads(well(db("check", "--json", "--store", "new.db")))["counts"] == before
    (tmp_path / "torn").write_bytes((tmp_path / "marquee.tar.gz").read_bytes()[:-99])
    assert "is damaged" in refused(db("restore", "torn", "--force"), 9)
    assert json.loads(well(db("check", "--json")))["counts"] == before
    assert "beside the videos" in refused(db("backup", "x.tar.gz", "--store", "sidecar"), 2)
    assert "is the store itself" in refused(db("backup", "home/marquee.db", "--force"), 2)
    assert json.loads(well(db("check", "--json")))["counts"] == before


def test_migrate(db: Db, film: Path, tmp_path: Path) -> None:
    assert well(db("migrate")) == "nothing to do\n"
    with contextlib.closing(sqlite3.connect(tmp_path / "old.db")) as old:
        old.execute("CREATE TABLE migration (name TEXT PRIMARY KEY, at TEXT NOT NULL)")
    assert "'marquee db migrate'" in refused(db("check", "--store", "old.db"), 9)
    assert well(db("migrate", "--store", "old.db")) == "001-entries: done\n"
    assert well(db("migrate", MARQUEE_STORE="old.db")) == "nothing to do\n"
    with contextlib.closing(sqlite3.connect(tmp_path / "old.db")) as old:
        old.execute("INSERT INTO migration VALUES ('999', '')")
        old.commit()
    assert "upgrade Marquee" in refused(db("migrate", "--store", "old.db"), 9)
