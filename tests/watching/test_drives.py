"""Drives that are full, or not there. Mounting takes root."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from analyzer.stores import sidecar
from analyzer.stores.opening import open_store
from tests.watching.conftest import Watching, is_in_order, once, record_of, states, until

Make = Callable[..., Path]


class Drive:
    """A small file system in memory that can be unmounted without losing what is on it."""

    def __init__(self, image: Path, mount: Path, size_mb: int) -> None:
        self.image, self.mount = image, mount
        mount.mkdir()
        with image.open("wb") as file:
            file.truncate(size_mb << 20)
        subprocess.run(["mkfs.ext4", "-q", "-O", "^has_journal", "-m", "0", image], check=True)

    def plug_in(self) -> None:
        subprocess.run(["mount", "-o", "loop", self.image, self.mount], check=True)

    def pull_out(self) -> None:
        subprocess.run(["umount", "-l", self.mount], check=True)


def can_mount() -> bool:
    """Whether this process may mount file systems."""
    if sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("mkfs.ext4"):
        return False
    probe = ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


needs_root = pytest.mark.skipif(not can_mount(), reason="to mount file systems takes root, on Linux")


@pytest.fixture
def drive(tmp_path: Path) -> Iterator[Drive]:
    drive = Drive(tmp_path / "image", tmp_path / "drive", 8)
    try:
        drive.plug_in()
    except subprocess.CalledProcessError:
        pytest.skip("no loop devices here")
    yield drive
    subprocess.run(["umount", "-l", drive.mount], capture_output=True, check=False)


@needs_root
def test_a_drive_that_is_pulled_out_keeps_its_records(
    drive: Drive, make: Make, watch: Callable[..., Watching], home: Path
) -> None:
    films = drive.mount
    film = make(films / "a.mp4", 1)
    watching = watch(films)
    until(lambda: is_in_order(films) and states(home) == {"done": 1})
    drive.pull_out()
    until(lambda: watching.says("is away; its videos are offline"))
    with closing(open_store()) as store:
        assert [row.path for row in store.rows()] == [str(film)]
    drive.plug_in()
    until(lambda: watching.says("is back"))
    make(films / "b.mp4", 2)
    until(lambda: states(home) == {"done": 2} and is_in_order(films))
    (films / "a.mp4").unlink()
    until(lambda: watching.says("a.mp4: is gone"))
    assert watching.stop() == 0
    assert watching.log.read_text().count("is away") == 1


@needs_root
def test_an_empty_mount_point_is_no_deletion_at_a_start(drive: Drive, make: Make, home: Path) -> None:
    make(drive.mount / "a.mp4", 1)
    assert once(drive.mount).returncode == 0
    drive.pull_out()
    result = once(drive.mount)
    assert "is away" in result.stderr
    assert "gone" not in result.stderr
    drive.plug_in()
    result = once(drive.mount)
    assert (result.returncode, result.stderr) == (0, "")
    assert is_in_order(drive.mount)


@needs_root
def test_records_are_not_written_below_the_mount_point_of_a_drive_that_is_away(
    drive: Drive, make: Make, films: Path, watch: Callable[..., Watching]
) -> None:
    out = drive.mount / "records"
    make(films / "a.mp4", 1)
    watching = watch(films, "--output-dir", out)
    until(lambda: out.exists() and len(list(out.iterdir())) == 1)
    drive.pull_out()
    make(films / "b.mp4", 2)
    make(films / "c.mp4", 3)
    until(lambda: watching.says("is not mounted"))
    assert not out.exists()
    drive.plug_in()
    until(lambda: len(list(out.glob("*.json"))) == 3)
    assert watching.stop() == 0
    assert watching.log.read_text().count("is not mounted") == 1
    assert "work goes on" in watching.log.read_text()


@needs_root
def test_a_full_disk_is_waited_for(
    drive: Drive, make: Make, home: Path, watch: Callable[..., Watching]
) -> None:
    films = drive.mount
    for number in range(5):
        make(films / f"{number}.mp4", number)
    ballast = films / "ballast"
    filled = subprocess.run(
        ["dd", "if=/dev/zero", f"of={ballast}", "bs=64k"], capture_output=True, check=False
    )
    assert b"No space" in filled.stderr
    watching = watch(films)
    until(lambda: watching.says("No space left on device"))
    until(lambda: states(home) == {"waiting": 5})
    assert not list(films.glob("*.json"))
    ballast.unlink()
    until(lambda: is_in_order(films) and states(home) == {"done": 5})
    assert watching.stop() == 0
    log = watching.log.read_text()
    assert (log.count("No space"), log.count("work goes on"), "attempts" in log) == (1, 1, False)
    assert record_of(films / "0.mp4")
    assert not list(films.glob(".marquee-*"))
    assert sidecar.sidecar_path(films / "4.mp4").exists()
