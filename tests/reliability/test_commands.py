"""SIGKILL at random moments of whole commands: in the end all is as after a run that nobody disturbed."""

import shutil
from pathlib import Path

import pytest

from tests.reliability.library import assert_complete, finish, kill_often, make_films, marquee, records
from tests.reliability.test_kills import KILLS

FILMS = 24
COMMANDS = {
    "analyze": marquee("analyze", "films", "--effort", "fast"),
    "watch": marquee("watch", "films", "--effort", "fast", "--once", "--settle", "0s"),
}


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("films") / "place"
    make_films(folder, FILMS)
    return folder


@pytest.fixture(scope="module")
def undisturbed(films: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    folder = tmp_path_factory.mktemp("undisturbed") / "place"
    shutil.copytree(films, folder, symlinks=True)
    finish(folder, COMMANDS["analyze"])
    found = records(folder)
    assert len(found) == FILMS
    return found


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_killed(name: str, films: Path, undisturbed: dict[str, object], tmp_path: Path) -> None:
    folder = tmp_path / "place"
    shutil.copytree(films, folder, symlinks=True)
    kill_often(folder, COMMANDS[name], KILLS, 5)
    finish(folder, COMMANDS[name])
    assert_complete(folder, undisturbed)
