"""What goes wrong: one clear line, and nothing left behind."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from analyzer.cutting.cut import cut, cut_into_pieces
from analyzer.cutting.encoding import find_ffmpeg
from analyzer.cutting.miles import cut_as_miles_deep
from analyzer.cutting.replacing import replace
from analyzer.errors import CuttingError, DiskFullError, InputError, MediaError, OutputError, UsageError
from analyzer.media.cutting.plans import How
from analyzer.worker import Worker
from tests import disks
from tests.media.cutting.films import ffmpeg, look, wanted
from tests.somebody import as_somebody

SPANS = [(1.0, 5.2), (7.48, 12.0)]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("name", ["it's 100%d.mp4", "a\nb.mp4", "-i.mp4", "file:x,'y'.mp4", "ü ß.mp4"])
def test_any_name_will_do(
    name: str, kind: Callable[[str], Path], worker: Worker, program: Path, tmp_path: Path
) -> None:
    film = tmp_path / name
    film.symlink_to(kind("h264.mp4"))
    written = cut(film, SPANS, tmp_path / f"{film.stem}.cut.mp4", "exact", worker, program)
    assert look(written.path).numbers == wanted(SPANS)
    joined = cut_as_miles_deep(
        film, [(0, 4), (8, 12)], tmp_path / f"{film.stem}.miles.mp4", False, worker, program
    )
    assert set(look(joined).numbers) >= set(wanted([(0, 4), (8, 12)]))


def test_ffmpeg_that_fails_is_quoted(kind: Callable[[str], Path], worker: Worker, tmp_path: Path) -> None:
    broken = script(tmp_path / "ffmpeg", "echo 'the encoder is on strike' >&2; exit 1")
    with pytest.raises(CuttingError, match=r"h264.mp4: ffmpeg: the encoder is on strike$"):
        cut(kind("h264.mp4"), SPANS, tmp_path / "a.mp4", "exact", worker, broken)
    with pytest.raises(CuttingError, match=r"the encoder is on strike$"):
        cut_as_miles_deep(kind("h264.mp4"), [(0, 4)], tmp_path / "a.mp4", False, worker, broken)
    assert names(tmp_path) == ["ffmpeg"]


def test_of_a_flood_of_messages_the_first_and_the_last_are_quoted(
    kind: Callable[[str], Path], worker: Worker, tmp_path: Path
) -> None:
    wordy = script(
        tmp_path / "ffmpeg", "echo first >&2; yes on and on | head -c 100000000 >&2; echo last >&2; exit 1"
    )
    with pytest.raises(CuttingError, match=r"h264.mp4: ffmpeg: first; last$"):
        cut(kind("h264.mp4"), SPANS, tmp_path / "a.mp4", "exact", worker, wordy)


def test_ffmpeg_that_is_killed(kind: Callable[[str], Path], worker: Worker, tmp_path: Path) -> None:
    killed = script(tmp_path / "ffmpeg", "kill -9 $$")
    with pytest.raises(CuttingError, match=r"ended by signal 9$"):
        cut(kind("h264.mp4"), SPANS, tmp_path / "a.mp4", "exact", worker, killed)
    assert names(tmp_path) == ["ffmpeg"]


def test_ffmpeg_that_writes_something_else(
    kind: Callable[[str], Path], worker: Worker, program: Path, tmp_path: Path
) -> None:
    """Half of the frames are missing."""
    lazy = script(
        tmp_path / "ffmpeg",
        f"""for word; do
            shift
            case "$word" in *.encoded) set -- "$@" -frames:v 9 ;; esac
            set -- "$@" "$word"
        done
        exec {program} "$@" """,
    )
    with pytest.raises(CuttingError, match="9 of 150 frames were encoded"):
        cut(kind("mpeg4.avi"), [(2.0, 8.0)], tmp_path / "a.avi", "exact", worker, lazy)
    assert names(tmp_path) == ["ffmpeg"]


@pytest.mark.parametrize("what", ["nowhere/ffmpeg", "/etc/hostname", "/bin/true", "a\0b"])
def test_what_is_no_ffmpeg(what: str) -> None:
    with pytest.raises(UsageError, match=r"cutting\.ffmpeg"):
        find_ffmpeg(what)


def test_nothing_is_overwritten(
    kind: Callable[[str], Path], worker: Worker, program: Path, tmp_path: Path
) -> None:
    there = tmp_path / "a.mp4"
    there.write_text("mine")
    (tmp_path / "b.mkv").symlink_to("nowhere")
    with pytest.raises(OutputError, match="is there already"):
        cut(kind("h264.mp4"), SPANS, there, "exact", worker, program)
    with pytest.raises(OutputError, match="is there already"):
        cut_into_pieces(kind("h264.mp4"), SPANS, there, ".mp4", "copy", worker, program)
    with pytest.raises(OutputError, match=r"b\.mkv: is there already"):  # the suffix changes
        cut(kind("h264.avi"), SPANS, tmp_path / "b.avi", "exact", worker, program)
    assert there.read_text() == "mine"
    assert names(tmp_path) == ["a.mp4", "b.mkv"]


def test_no_folder_no_film_no_frame(
    kind: Callable[[str], Path], worker: Worker, program: Path, tmp_path: Path
) -> None:
    film = kind("h264.mp4")
    with pytest.raises(OutputError, match="no such folder"):
        cut(film, SPANS, tmp_path / "x" / "a.mp4", "exact", worker, program)
    with pytest.raises(InputError):
        cut(tmp_path / "none.mp4", SPANS, tmp_path / "a.mp4", "exact", worker, program)
    (tmp_path / "text.mp4").write_text("no film")
    with pytest.raises(MediaError):
        cut(tmp_path / "text.mp4", SPANS, tmp_path / "a.mp4", "exact", worker, program)
    with pytest.raises(CuttingError, match="no frame"):
        cut(film, [(20.0, 30.0)], tmp_path / "a.mp4", "exact", worker, program)
    assert names(tmp_path) == ["text.mp4"]


@pytest.mark.skipif(os.name != "posix", reason="file permissions as POSIX has them")
def test_a_folder_that_cannot_be_written_to() -> None:
    prepare = "from pathlib import Path; from analyzer.cutting.output import unfinished"
    with tempfile.TemporaryDirectory() as name:  # all that are above it can be entered, unlike tmp_path's
        Path(name).chmod(0o555)
        said = as_somebody(prepare, f"unfinished(Path({name!r}) / 'a.mp4', None).__enter__()")
    assert "OutputError" in said
    assert "cannot be written: Permission denied" in said


@pytest.mark.skipif(os.name != "posix", reason="file permissions as POSIX has them")
def test_what_another_user_left_does_no_harm() -> None:
    prepare = "from pathlib import Path; from analyzer.cutting.output import unfinished"
    with tempfile.TemporaryDirectory() as name:  # all that are above it can be entered, unlike tmp_path's
        folder = Path(name)
        (folder / ".marquee-999999999-a.tmp" / "in it").mkdir(parents=True)
        folder.chmod(0o777)
        said = as_somebody(prepare, f"print(unfinished(Path({name!r}) / 'a.mp4', None).__enter__())")
    assert said.startswith(f"{name}/.marquee-")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with disks.small_disk(tmp_path / "small", "300k") as folder:
        yield folder


@pytest.mark.parametrize("how", ["exact", "copy"])
@pytest.mark.parametrize("room", [0, 0.3, 0.7])
def test_a_full_disk(
    how: How, room: float, small_disk: Path, kind: Callable[[str], Path], worker: Worker, program: Path
) -> None:
    film = kind("h264.mp4")
    (small_disk / "filler").write_bytes(b"x" * round(295_000 - room * film.stat().st_size))
    with pytest.raises(DiskFullError):
        cut(film, [(1.0, 16.0)], small_disk / "a.mp4", how, worker, program)
    assert names(small_disk) == ["filler"]


CUTTING = """
import sys
from pathlib import Path
from analyzer import settings
from analyzer.cutting.cut import cut
from analyzer.cutting.encoding import find_ffmpeg
from analyzer.worker import Worker
with Worker(settings.load()) as worker:
    print("go", flush=True)
    cut(Path(sys.argv[1]), [(1.0, 12.0)], Path(sys.argv[2]), "exact", worker, Path(sys.argv[3]))
"""


def test_interrupted_it_leaves_nothing(kind: Callable[[str], Path], program: Path, tmp_path: Path) -> None:
    slow = script(tmp_path / "ffmpeg", f"touch {tmp_path}/began; exec sleep 60")
    command = [sys.executable, "-c", CUTTING, str(kind("h264.mp4")), str(tmp_path / "a.mp4"), str(slow)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while not (tmp_path / "began").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        process.wait(30)
    assert names(tmp_path) == ["began", "ffmpeg"]


def test_what_a_killed_one_left_is_swept(
    kind: Callable[[str], Path], worker: Worker, program: Path, tmp_path: Path
) -> None:
    slow = script(tmp_path / "ffmpeg", f"touch {tmp_path}/began; sleep 3")
    command = [sys.executable, "-c", CUTTING, str(kind("h264.mp4")), str(tmp_path / "a.mp4"), str(slow)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        while not (tmp_path / "began").exists():
            time.sleep(0.05)
        process.kill()
        process.wait()
    (left,) = tmp_path.glob(".marquee-*")
    cut(kind("h264.mp4"), SPANS, tmp_path / "b.mp4", "copy", worker, program)
    assert left.exists(), "on a share it may be another machine's"
    os.utime(left, (0, 0))
    cut(kind("h264.mp4"), SPANS, tmp_path / "a.mp4", "copy", worker, program)
    assert names(tmp_path) == ["a.mp4", "b.mp4", "began", "ffmpeg"]


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_cut_takes_the_place_of_its_film(
    suffix: str, kind: Callable[[str], Path], worker: Worker, program: Path, tmp_path: Path
) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(kind("h264.mp4").read_bytes())
    film.chmod(0o640)
    written = cut(film, SPANS, tmp_path / f"film.cut{suffix}", "exact", worker, program)
    place = replace(film, written.path, worker)
    assert names(tmp_path) == [f"film{suffix}"]
    assert look(place).numbers == wanted(SPANS)
    assert place.stat().st_mode & 0o777 == 0o640


def test_a_damaged_cut_does_not(kind: Callable[[str], Path], worker: Worker, tmp_path: Path) -> None:
    film, damaged = tmp_path / "film.ts", tmp_path / "film.cut.ts"
    film.write_bytes(kind("h264.ts").read_bytes())
    content = bytearray(film.read_bytes())
    for at in range(30_000, len(content), 5000):
        content[at : at + 60] = b"\xff" * 60
    damaged.write_bytes(content)
    with pytest.raises(CuttingError, match="the film is kept"):
        replace(film, damaged, worker)
    assert film.read_bytes() == kind("h264.ts").read_bytes()


def test_as_miles_deep(kind: Callable[[str], Path], worker: Worker, program: Path, tmp_path: Path) -> None:
    spans = [(1, 5), (9, 12)]
    joined = cut_as_miles_deep(kind("wmv2.wmv"), spans, tmp_path / "a.cut.wmv", False, worker, program)
    assert joined == tmp_path / "a.cut.mkv"
    folder = cut_as_miles_deep(kind("h264.mp4"), spans, tmp_path / "b.cut", True, worker, program)
    assert names(folder) == ["b.cut.1.mp4", "b.cut.2.mp4"]
    by_hand = tmp_path / "hand.mp4"
    ffmpeg("-ss", 9, "-i", kind("h264.mp4"), "-t", 3, "-c", "copy", "-avoid_negative_ts", 1, by_hand)
    assert look(folder / "b.cut.2.mp4") == look(by_hand)
    with pytest.raises(OutputError, match="is there already"):
        cut_as_miles_deep(kind("h264.mp4"), spans, folder, True, worker, program)
