import os
from pathlib import Path

import pytest

from analyzer.paths import as_uri, from_uri, key_of, settled

NAMES = ["a.mp4", "sp ace %41.mp4", "Ü.mp4", os.fsdecode(b"caf\xe9.mp4"), "new\nline.mp4", "#?&.mp4"]


@pytest.mark.parametrize("name", NAMES)
def test_a_path_comes_back_from_its_uri(name: str, tmp_path: Path) -> None:
    assert from_uri(as_uri(tmp_path / name)) == tmp_path / name
    assert as_uri(tmp_path / name).isascii()


def test_a_file_has_one_key_however_its_folder_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "films").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "films")
    monkeypatch.chdir(tmp_path / "films")
    names = ["a.mp4", "../films/a.mp4", "../link/a.mp4", tmp_path / "films" / "a.mp4"]
    assert len({key_of(Path(name)) for name in names}) == 1
    assert settled(Path()) == tmp_path / "films"


def test_a_link_to_a_file_is_another_file(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    (tmp_path / "b.mp4").symlink_to(tmp_path / "a.mp4")
    assert key_of(tmp_path / "a.mp4") != key_of(tmp_path / "b.mp4")
