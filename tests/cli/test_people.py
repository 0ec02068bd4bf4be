"""People on the command line: what a user types, sees and is told."""

import contextlib
import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from analyzer.stores import sidecar
from analyzer.stores.sqlite import SqliteStore
from tests.cli.test_cli import Result, marquee, one_line
from tests.conftest import Demo
from tests.keeping import keeper_of

People = Callable[..., Result]


@pytest.fixture
def film(tmp_path: Path, demo: Demo) -> Path:
    """The demo film with its record, in a library of its own."""
    video = Path(shutil.copy(demo.video, tmp_path / "film.mp4"))
    movie = demo.movie.model_copy(
        update={"source": demo.movie.source.model_copy(update={"path": str(video)})}
    )
    keeper_of(tmp_path / "home").write(sidecar.sidecar_path(video), movie)
    return video


@pytest.fixture
def people(tmp_path: Path) -> People:
    def run(*arguments: object) -> Result:
        return marquee("people", *arguments, cwd=tmp_path, MARQUEE_HOME=str(tmp_path / "home"))

    return run


@pytest.fixture
def together(demo: Demo) -> tuple[str, str]:
    """Two people whom a frame of the film shows together."""
    seen: dict[int, set[str]] = {}
    for person in demo.movie.people:
        for track in person.tracks:
            for face in demo.movie.tracks[track].faces:
                seen.setdefault(demo.movie.faces[face].keyframe, set()).add(person.id)
    first, second = sorted(next(some for some in seen.values() if len(some) > 1))[:2]
    return f"film.mp4:{first}", f"film.mp4:{second}"


def well(result: Result) -> str:
    assert result.returncode == 0, result.stderr
    return result.stdout


def refused(result: Result, code: int = 2) -> str:
    assert result.returncode == code, result.stderr
    return one_line(result)


def test_an_empty_library_says_what_to_do(people: People) -> None:
    assert "marquee analyze" in well(people("list"))
    assert "nothing" in well(people("history"))
    assert json.loads(well(people("list", "--json"))) == []
    assert "nothing to undo" in refused(people("undo"))


def test_from_a_stranger_to_a_name_and_back(film: Path, people: People) -> None:
    (first, *_) = json.loads(well(people("list", "--json", "--extras")))
    assert first["name"] is None
    assert "is named Eileen Collins" in well(people("name", first["person"], "Eileen  Collins"))
    listed = well(people("list"))
    assert "Eileen Collins" in listed
    assert "film.mp4" in listed
    shown = json.loads(well(people("show", "eileen collins", "--json")))
    assert shown["name"] == "Eileen Collins"
    assert shown["videos"][0]["path"] == str(film)
    face = shown["videos"][0]["appearances"][0]["faces"][0]["face"]
    assert json.loads(well(people("show", face, "--json"))) == shown
    text = well(people("show", "k1"))
    assert face in text
    assert "decision 1: k1 is named Eileen Collins" in text
    assert "undone: decision 1" in well(people("undo"))
    assert "undone by 2" in well(people("history"))
    assert json.loads(well(people("list", "--json", "--extras")))[0]["name"] is None
    well(people("undo", "2"))
    assert "Eileen Collins" in well(people("list"))


def test_two_people_of_one_name(film: Path, people: People, together: tuple[str, str]) -> None:
    one, other = together
    well(people("name", one, "Sam"))
    error = refused(people("name", other, "sam"))
    assert "is taken: k1" in error
    assert "--another" in error
    assert "called so already" in refused(people("name", "Sam", "Sam"))
    well(people("name", other, "Sam", "--another"))
    error = refused(people("show", "Sam"))
    assert "k1 (" in error
    assert "k2 (" in error
    error = refused(people("name", one, "Alex"))
    assert "name k1" in error
    well(people("name", "k1", "Alex"))
    assert json.loads(well(people("show", "Sam", "--json")))["person"] == "k2"


def test_people_of_one_frame_are_merged_only_by_force(
    film: Path, people: People, together: tuple[str, str]
) -> None:
    one, other = together
    assert "same person already" in refused(people("merge", one, one))
    error = refused(people("merge", one, other))
    assert str(film) in error
    assert "shows both at 0:" in error
    well(people("merge", one, other, "--force"))
    shown = json.loads(well(people("show", one, "--json")))
    assert shown == json.loads(well(people("show", other, "--json")))
    well(people("undo"))
    assert shown != json.loads(well(people("show", one, "--json")))


def test_split_not_hide_and_alias(film: Path, people: People, demo: Demo) -> None:
    person = next(p for p in demo.movie.people if len(p.tracks) > 1)
    who = f"film.mp4:{person.id}"
    well(people("name", who, "Eileen"))
    faces = [f"film.mp4:{demo.movie.tracks[track].faces[0]}" for track in person.tracks]
    assert "split off" in well(people("split", "Eileen", faces[0]))
    assert json.loads(well(people("show", faces[0], "--json")))["person"] == "k2"
    assert "is not Eileen (k1)'s but k2's" in refused(people("not", "Eileen", faces[0]))
    well(people("not", "Eileen", faces[1]))
    assert json.loads(well(people("show", faces[1], "--json")))["person"] != "k1"
    well(people("alias", "Eileen", "The Captain"))
    assert "also called The Captain" in well(people("show", "the captain"))
    assert "already" in refused(people("alias", "Eileen", "The Captain"))
    well(people("hide", "Eileen"))
    assert "Eileen" not in well(people("list"))
    assert "Eileen (hidden)" in well(people("list", "--hidden"))
    assert "hidden already" in refused(people("hide", "Eileen"))
    well(people("hide", "Eileen", "--off"))
    assert "Eileen" in well(people("list"))
    shown = json.loads(well(people("show", "k2", "--json")))
    everything = [part["person"] for video in shown["videos"] for part in video["appearances"]]
    assert "that is all of" in refused(people("split", "k2", *everything))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "Nobody"], "nobody is called 'Nobody'"),
        (["show", "k7"], "k7: no such person"),
        (["show", "film.mp4:p99"], "has"),
        (["show", "film.mp4:9999"], "no such face"),
        (["show", "other.mp4:p1"], "no such video"),
        (["name", "film.mp4:p1", "  "], "a name cannot be empty"),
        (["name", "film.mp4:p1", "k7"], "cannot be a name"),
        (["name", "film.mp4:p1", "film.mp4:p2"], "cannot be a name"),
        (["name", "film.mp4:p1", "a\x07b"], "characters that cannot be seen"),
        (["name", "film.mp4:p1", "x" * 201], "at most 200 characters, and this one 201"),
        (["name", "film.mp4:p1", "K7"], "cannot be a name"),
        (["name", "film.mp4:p1", "film.mp4:P2"], "cannot be a name"),
        (["split", "film.mp4:p1", "p2"], "a face is named as"),
        (["not", "film.mp4:p1", "film.mp4:p1"], "nobody known"),
        (["undo", "7"], "no decision 7"),
        (["name", "film.mp4:p1"], "Missing argument"),
        (["forget", "film.mp4:p1"], "--yes"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    film: Path, people: People, arguments: list[str], message: str
) -> None:
    assert message in refused(people(*arguments))
    assert not (film.parent / "home" / "library" / "journal.jsonl").exists()


def test_a_damaged_journal_stops_people_and_not_the_rest(film: Path, people: People) -> None:
    well(people("name", "film.mp4:p1", "Eileen"))
    journal = film.parent / "home" / "library" / "journal.jsonl"
    head, line = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(head + b"rubbish\n" + line)
    assert "line 2 is damaged" in refused(people("list"), 7)
    info = marquee("info", film, MARQUEE_HOME=str(film.parent / "home"))
    assert info.returncode == 0
    assert "line 2 is damaged" in one_line(info)
    journal.write_bytes(head + line + b'{"n":2,')
    done = people("list")
    assert "its last line was cut off" in one_line(done)
    assert "Eileen" in well(done)
    journal.write_bytes(b'{"journal":9}\n')
    assert "upgrade Marquee" in refused(people("list"), 7)


def test_info_shows_names(film: Path, people: People) -> None:
    home = str(film.parent / "home")
    assert "Eileen" not in well(marquee("info", film, MARQUEE_HOME=home))
    well(people("name", "film.mp4:p1", "Eileen"))
    assert "Eileen" in well(marquee("info", film, MARQUEE_HOME=home))


def test_export(film: Path, people: People, demo: Demo) -> None:
    well(people("name", "film.mp4:p1", "Eileen, Colonel"))
    rows = list(csv.DictReader(well(people("export", "--format", "csv")).splitlines()))
    eileen = [row for row in rows if row["name"] == "Eileen, Colonel"]
    assert {row["person"] for row in eileen} == {"k1"}
    for start, end in demo.movie.people[0].intervals:
        assert any(float(r["start_s"]) <= start and end <= float(r["end_s"]) for r in eileen)
    well(people("export", "-o", "cast.json"))
    assert json.loads((film.parent / "cast.json").read_text()) == json.loads(well(people("export")))
    assert "cannot be written" in refused(people("export", "-o", "film.mp4/cast.json"), 6)


@pytest.mark.parametrize("command", ["export", "graph"])
def test_what_the_user_has_is_not_written_over(film: Path, people: People, command: str) -> None:
    before = film.read_bytes()
    for own in ("film.mp4", "film.mp4.marquee.json"):
        assert "is there already" in refused(people(command, "-o", own), 6)
    assert film.read_bytes() == before
    for folder in ("", ".", film.parent):
        assert "is a directory" in refused(people(command, "-o", folder), 6)
    well(people(command, "-o", "mine"))
    well(people("name", "film.mp4:p1", "Eileen"))
    well(people(command, "-o", "mine"))
    assert b"Eileen" in (film.parent / "mine").read_bytes()


def test_forget(film: Path, people: People) -> None:
    well(people("name", "film.mp4:p1", "Eileen"))
    well(people("export", "-o", "cast.json"))
    said = well(people("forget", "Eileen", "--yes"))
    assert "as a stranger" in said
    assert "deleted" in said
    assert not (film.parent / "cast.json").exists()
    assert not [p for p in film.parent.rglob("*") if p.is_file() and b"Eileen" in p.read_bytes()]
    assert "nobody is called" in refused(people("forget", "Eileen", "--yes"))


def test_forget_says_what_is_left_to_do(film: Path, people: People) -> None:
    well(people("name", "film.mp4:p1", "Eileen"))
    elsewhere = film.parent.with_name(film.parent.name + "-away")
    elsewhere.mkdir()
    record = sidecar.sidecar_path(film)
    drive = film.parent / "drive"
    drive.mkdir()
    kept = Path(shutil.copy(record, drive / record.name))
    keeper_of(film.parent / "home").found(kept, film, json.loads(record.read_bytes())["source"]["oshash"])
    drive.rename(elsewhere / "drive")
    result = people("forget", "Eileen", "--yes")
    assert "is its drive there?" in refused(result, 6)
    (elsewhere / "drive").rename(drive)
    well(people("list"))
    movie = sidecar.read(kept)
    assert movie
    assert not movie.people[0].reference
    assert movie.people[1].reference
    with contextlib.closing(SqliteStore(film.parent / "home" / "marquee.db")) as store:
        assert sidecar.stamp_of(kept) in {row.stamp for row in store.rows()}
