import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from analyzer.errors import InputError, NewerSidecarError, OutputError, SidecarError
from analyzer.records import Movie
from analyzer.stores import sidecar
from tests.somebody import as_somebody


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with no room left."""
    folder = tmp_path / "full"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"needs the right to mount a file system: {mounted.stderr.decode().strip()}")
    try:
        (folder / "filler").write_bytes(b"x" * 60_000)
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def test_what_is_written_is_read(tmp_path: Path, movie: Movie) -> None:
    path = sidecar.sidecar_path(tmp_path / "a film.mp4")
    assert path.name == "a film.mp4.marquee.json"
    sidecar.write(path, movie)
    assert sidecar.read(path) == movie
    header = sidecar.read_header(path)
    assert header is not None
    assert (header.source, header.manifest) == (movie.source, movie.manifest)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_no_sidecar_is_none(tmp_path: Path) -> None:
    assert sidecar.read(tmp_path / "x.marquee.json") is None
    assert sidecar.read_header(tmp_path / "x.marquee.json") is None


@pytest.mark.parametrize("length", [10, 240, 255])
def test_a_long_name_is_cut_but_stays_unique(tmp_path: Path, movie: Movie, length: int) -> None:
    videos = [tmp_path / (c + "é" * ((length - 5) // 2) + ".mp4") for c in "ab"]
    paths = [sidecar.sidecar_path(video) for video in videos]
    assert len(set(paths)) == 2
    for path in paths:
        sidecar.write(path, movie)
        assert sidecar.read(path) == movie


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b'{"schema_version": 1}', b"\xff\xfe", b"{}" * 9]
)
def test_a_damaged_sidecar_is_told_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.marquee.json"
    path.write_bytes(content)
    for read in (sidecar.read, sidecar.read_header):
        with pytest.raises(SidecarError, match=r"^[^\n]*x\.marquee\.json: sidecar is damaged[^\n]*$"):
            read(path)


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices have names where POSIX is")
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/dev/zero")])
def test_what_is_no_file_is_not_read(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(path := tmp_path / "x.marquee.json")
    for read in (sidecar.read, sidecar.read_header):
        with pytest.raises(InputError, match=r"^[^\n]*x\.marquee\.json: is no file[^\n]*$"):
            read(path)


def test_a_damaged_sidecar_is_set_aside_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "x.marquee.json"
    for content in (b"one", b"two"):
        path.write_bytes(content)
        sidecar.set_aside(path, "damaged")
    assert sorted(p.read_bytes() for p in tmp_path.iterdir()) == [b"one", b"two"]


def test_a_newer_sidecar_is_refused(tmp_path: Path, movie: Movie) -> None:
    path = tmp_path / "x.marquee.json"
    path.write_text(json.dumps(json.loads(movie.model_dump_json()) | {"schema_version": 99, "new": 1}))
    for read in (sidecar.read, sidecar.read_header):
        with pytest.raises(NewerSidecarError, match="version 99"):
            read(path)


def test_a_full_disk_leaves_what_was_there(full_disk: Path, movie: Movie) -> None:
    path = full_disk / "x.marquee.json"
    path.write_bytes(b"before")
    many = movie.model_copy(update={"faces": movie.faces * 2000})
    with pytest.raises(OutputError, match="No space left"):
        sidecar.write(path, many)
    assert path.read_bytes() == b"before"
    assert sorted(p.name for p in full_disk.iterdir()) == ["filler", "x.marquee.json"]


@pytest.mark.skipif(os.name != "posix", reason="file permissions as POSIX has them")
def test_a_folder_without_permission_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    tried = "import pathlib; from analyzer.stores import sidecar"
    path = str(tmp_path / "x.marquee.json")
    said = as_somebody(tried, f"sidecar.check_writable(pathlib.Path({path!r}))")
    assert "cannot be written: Permission denied; --output-dir DIR" in said
