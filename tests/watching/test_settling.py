"""Whether a file is finished."""

import subprocess
import sys
from pathlib import Path

import pytest

from analyzer.watching.settling import is_finished, is_temporary


@pytest.mark.parametrize(
    "name",
    [
        "film.mp4.part",
        "film.mp4.PART",
        "film.mkv.crdownload",
        "film.mp4.!qB",
        "film.mp4.aria2",
        "film.mp4.opdownload",
        "film.mp4.partial",
        "~film.mp4",
        ".film.mp4.Xy3kd2",
        ".syncthing.film.mp4.tmp",
        "film.mp4.download",
        ".Trash-1000",
    ],
)
def test_temporaries_are_known_by_their_names(name: str) -> None:
    assert is_temporary(name)


@pytest.mark.parametrize("name", ["film.mp4", "Part 1.mp4", "Temp.2010.mkv", "a.part.1.mp4", "download.mp4"])
def test_films_are_no_temporaries(name: str) -> None:
    assert not is_temporary(name)


@pytest.mark.parametrize("suffix", [".part", ".aria2", ".crdownload", ".!qb"])
def test_a_file_is_not_finished_while_something_beside_it_says_so(tmp_path: Path, suffix: str) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"x")
    beside = tmp_path / f"film.mp4{suffix}"
    beside.touch()
    assert not is_finished(film)
    beside.unlink()
    assert is_finished(film)


def test_an_empty_file_is_not_finished(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").touch()
    assert not is_finished(tmp_path / "film.mp4")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody tells")
def test_a_file_is_not_finished_while_a_process_has_it_open_for_writing(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    code = f"file = open({str(film)!r}, 'wb', 0); file.write(b'x'); print(flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, encoding="utf-8") as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        assert not is_finished(film)
        writer.communicate("\n")
    assert is_finished(film)
    with film.open("rb"):
        assert is_finished(film)
