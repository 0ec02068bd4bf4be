"""SIGKILL at random moments of whole commands: in the end all is as after a run that nobody disturbed."""

import shutil
from pathlib import Path

import pytest

from tests.reliability.library import PLAIN, assert_complete, finish, kill_often, make_films, marquee, records
from tests.reliability.test_kills import KILLS

FILMS = 12


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("films") / "place"
    make_films(folder / "films", FILMS)
    return folder


@pytest.fixture(scope="module")
def undisturbed(films: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    folder = tmp_path_factory.mktemp("undisturbed") / "place"
    shutil.copytree(films, folder)
    finish(folder, marquee("analyze", "films", *PLAIN))
    found = records(folder)
    assert len(found) == FILMS
    return found


def test_analyzing_is_killed(films: Path, undisturbed: dict[str, object], tmp_path: Path) -> None:
    folder = tmp_path / "place"
    shutil.copytree(films, folder)
    command = marquee("analyze", "films", *PLAIN)
    kill_often(folder, command, KILLS, 5)
    finish(folder, command)
    assert_complete(folder, undisturbed)
