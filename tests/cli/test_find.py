"""marquee find on the command line."""

import contextlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from analyzer.cli.find import seconds
from analyzer.errors import UsageError
from analyzer.keeping import Keeper
from analyzer.paths import from_uri
from analyzer.stores import sidecar
from analyzer.stores.sqlite import SqliteStore
from tests.cli.test_cli import Result, marquee, one_line
from tests.conftest import Demo
from tests.entries import entry

Find = Callable[..., Result]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90", 90),
        ("90s", 90),
        ("0.5", 0.5),
        ("20m", 1200),
        ("20M", 1200),
        ("1h30m", 5400),
        ("1h30m5s", 5405),
        ("2h", 7200),
        ("1m30", 90),
    ],
)
def test_lengths_of_time(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize(
    "text", ["", " ", "m", "h", "-5", "1d", "20 m x", "1e3", "nan", "m20", "1h 30m", "٣"]
)
def test_what_is_no_length_of_time(text: str) -> None:
    with pytest.raises(UsageError, match=r"such are 90, 90s, 20m, 1h30m"):
        seconds(text)


@pytest.fixture
def films(tmp_path: Path, demo: Demo) -> Path:
    """The demo film, and made-up records of videos that are not there, in a store of their own."""
    (folder := tmp_path / "films").mkdir()
    video = Path(shutil.copy(demo.video, folder / "film.mp4"))
    source = demo.movie.source.model_copy(update={"path": str(video)})
    with contextlib.closing(SqliteStore(tmp_path / "home" / "marquee.db")) as store:
        Keeper(tmp_path / "home", store).write(
            sidecar.sidecar_path(video), demo.movie.model_copy(update={"source": source})
        )
        store.save([entry(folder, 1, objects=["dog"], tags=["Strand"], duration_s=1200)])
        store.save([entry(folder, 9, objects=["cat"], tags=[], duration_s=3600)])
    return folder


@pytest.fixture
def find(tmp_path: Path, films: Path) -> Find:
    def run(*arguments: object) -> Result:
        return marquee("find", *arguments, cwd=tmp_path, MARQUEE_HOME=str(tmp_path / "home"))

    return run


def found(result: Result) -> list[str]:
    """The names of what was found."""
    assert result.returncode == 0, result.stderr
    names = [os.fsencode(from_uri(row["uri"]).name) for row in json.loads(result.stdout)]
    return [name.decode("utf-8", "replace") for name in names]


def test_conditions_and_order(find: Find) -> None:
    odd = 'it\'s "here".mp4'
    assert found(find("--object", "DOG", "--json")) == [odd]
    assert found(find("--tag", "strand", "--longer", "20m", "--shorter", "20m", "--json")) == [odd]
    assert found(find("--tag", "strand", "--object", "cat", "--json")) == []
    assert found(find("--name", "IT'S", "--json")) == [odd]
    assert found(find("--longer", "20m", "--sort", "longest", "--json")) == [
        "caf\N{REPLACEMENT CHARACTER}.mp4",
        odd,
    ]
    assert len(found(find("--limit", "2", "--json"))) == 2
    assert len(found(find("--json"))) == 3


def test_names_that_are_not_utf_8_can_be_asked_for(find: Find) -> None:
    assert found(find("--name", os.fsdecode(b"caf\xe9"), "--json")) == ["caf\N{REPLACEMENT CHARACTER}.mp4"]


def test_a_table_says_what_is_offline(find: Find, films: Path) -> None:
    result = find("--sort", "name")
    assert result.returncode == 0
    head, *lines = result.stdout.splitlines()
    assert head.split() == ["video", "length", "people", "leads"]
    assert [line.rstrip().endswith("offline") for line in lines] == [True, True, False]
    assert str(films / "film.mp4") in lines[2]
    assert result.stderr == "3 videos found\n"


def test_people_are_found_by_their_names(find: Find, films: Path, demo: Demo, tmp_path: Path) -> None:
    for person, name in (("film.mp4:p2", "Ada"), ("film.mp4:p1", "Grace")):
        named = marquee("people", "name", person, name, cwd=tmp_path, MARQUEE_HOME=str(tmp_path / "home"))
        assert named.returncode == 0, named.stderr
    (row,) = json.loads(find("--person", "ada", "--with", "Grace", "--json").stdout)
    assert (row["billing"], row["offline"]) == (2, False)
    assert row["people"] == len(demo.movie.people)
    table = find("--person", "Grace").stdout
    assert "billing" in table
    assert "film.mp4" in table
    assert found(find("--person", "Ada", "--object", "dog", "--json")) == []
    assert found(find("--person", "film.mp4:p1", "--json")) == ["film.mp4"]


def test_who_and_what_is_unknown_is_said(find: Find) -> None:
    unknown = find("--person", "Nobody")
    assert unknown.returncode == 2
    assert "nobody is called 'Nobody'" in one_line(unknown)
    nothing = find("--object", "dgo")
    assert nothing.returncode == 0
    assert one_line(nothing) == "marquee: no video has 'dgo'; did you mean 'dog'?"
    assert nothing.stderr.endswith("0 videos found\n")
    assert nothing.stdout == ""
    assert "such are 90" in one_line(find("--longer", "soon"))
    assert "such are 90" in one_line(find("--longer", "9" * 400))
    assert "'--limit'" in one_line(find("--limit", "9" * 20))


def test_the_sidecars_alone_can_be_asked(find: Find) -> None:
    assert found(find("--store", "sidecar", "--json")) == ["film.mp4"]
