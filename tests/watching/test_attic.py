"""Records of deleted videos: for how long, and that nobody who is forgotten stays in them."""

import os
import shutil
from contextlib import closing
from pathlib import Path

from analyzer.keeping import Keeper
from analyzer.library.shelf import Shelf
from analyzer.stores import sidecar
from analyzer.stores.opening import open_store
from analyzer.watching.database import QueueDatabase
from analyzer.watching.inventory import Inventory
from analyzer.watching.records import DAY_S, KEPT_DAYS, Records
from tests.conftest import Demo
from tests.watching.conftest import marquee, once, record_of


def deleted(demo: Demo, films: Path, home: Path) -> Path:
    """The demo film is watched, then deleted; returns where its record is kept."""
    film = Path(shutil.copy(demo.video, films / "film.mp4"))
    sidecar.write(sidecar.sidecar_path(film), demo.movie)
    assert once(films).returncode == 0
    film.unlink()
    assert once(films).returncode == 0
    assert not list(films.iterdir())
    (kept,) = (home / "attic").iterdir()
    return kept


def test_forgetting_reaches_the_attic(demo: Demo, films: Path, home: Path) -> None:
    kept = deleted(demo, films, home)
    before = sidecar.read(kept)
    assert before is not None
    assert before.people
    video = before.source.oshash
    assert marquee("people", "name", f"{video}:{before.people[0].id}", "Ann Lee").returncode == 0
    result = marquee("people", "forget", "Ann Lee", "--yes")
    assert result.returncode == 0, result.stderr
    after = sidecar.read(kept)
    assert after is not None
    faces = {face for track in before.people[0].tracks for face in before.tracks[track].faces}
    assert all(before.faces[face].embedding for face in faces)
    assert not any(after.faces[face].embedding or after.faces[face].crop for face in faces)
    with closing(open_store()) as store:
        assert list(store.rows()) == []
    shutil.copy(demo.video, films / "again.mp4")
    assert once(films).returncode == 0
    assert record_of(films / "again.mp4").faces == after.faces


def test_the_attic_is_no_part_of_the_library(demo: Demo, films: Path, home: Path) -> None:
    kept = deleted(demo, films, home)
    with closing(open_store()) as store:
        assert list(store.rows()) == []
    assert marquee("db", "rebuild").returncode == 0
    with closing(open_store()) as store:
        assert list(store.rows()) == []
    assert kept.exists()


def test_records_leave_the_attic_after_a_while(demo: Demo, films: Path, home: Path) -> None:
    kept = deleted(demo, films, home)
    card = Shelf(home / "library").path(kept.name[:16])
    assert card.exists()
    with QueueDatabase(home) as database, closing(open_store()) as store:
        records = Records(home, Keeper(home, store), Inventory(database))
        records.clear_attic()
        assert kept.exists()
        then = kept.stat().st_mtime - KEPT_DAYS * DAY_S - 60
        os.utime(kept, (then, then))
        records.clear_attic()
    assert not kept.exists()
    assert not card.exists()
