"""Folders that are watched, by processes of their own."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from analyzer.media.fingerprint import oshash
from analyzer.stores import sidecar
from analyzer.stores.opening import open_store
from tests.watching.conftest import Watching, is_in_order, marquee, once, record_of, states, until

Make = Callable[..., Path]
Watch = Callable[..., Watching]


def has_record(path: Path) -> bool:
    return sidecar.sidecar_path(path).exists()


def test_what_is_there_and_what_comes_is_analyzed(films: Path, make: Make, watch: Watch, home: Path) -> None:
    there, deep = make(films / "there.mp4", 1), make(films / "deep" / "er" / "there.mp4", 2)
    watching = watch(films)
    until(lambda: has_record(there) and has_record(deep))
    coming = make(films / "new" / "coming.mp4", 3)
    until(lambda: has_record(coming))
    until(lambda: is_in_order(films))
    assert watching.stop() == 0
    assert watching.log.read_text().splitlines()[-1] == "stopped"
    assert "marquee: " not in watching.log.read_text()


def test_two_processes_do_each_file_once(
    films: Path, make: Make, watch: Watch, tmp_path: Path, home: Path
) -> None:
    for number in range(30):
        make(films / f"{number}.mp4", number)
    note = tmp_path / "note.py"
    note.write_text(f"import sys; open({str(tmp_path / 'done')!r}, 'a').write(sys.argv[1] + '\\n')")
    both = [watch(films, "--then", f"{sys.executable} {note}") for _ in range(2)]
    until(lambda: states(home) == {"done": 30})
    assert is_in_order(films)
    assert [watching.stop() for watching in both] == [0, 0]
    logs = [watching.log.read_text() for watching in both]
    assert all(log.count("people: 0") for log in logs)
    assert sum(log.count("people: 0") for log in logs) == 30
    done = (tmp_path / "done").read_text().splitlines()
    assert sorted(done) == sorted(str(path) for path in films.glob("*.mp4"))


def test_analyze_and_watch_do_not_do_a_file_twice(films: Path, make: Make, watch: Watch, home: Path) -> None:
    for number in range(12):
        make(films / f"{number:02}.mp4", number)
    watching = watch(films)
    result = marquee("analyze", "--effort", "fast", films)
    assert result.returncode == 0, result.stderr
    until(lambda: states(home) == {"done": 12})
    assert is_in_order(films)
    assert watching.stop() == 0
    analyzed = int(result.stderr.split(" analyzed")[0].splitlines()[-1])
    assert analyzed + watching.log.read_text().count("people: 0") == 12


def test_once_ends_as_a_batch_does(films: Path, make: Make, home: Path) -> None:
    good = make(films / "good.mp4")
    assert once(films).returncode == 0
    (films / "bad.mp4").write_text("no film")
    (films / "empty.mp4").touch()
    result = once(films)
    assert (result.returncode, "attempts left: 2" in result.stderr) == (4, True)
    result = once(films, "--set", "jobs.attempts=2")
    assert (result.returncode, "set aside" in result.stderr) == (4, True)
    assert once(films).returncode == 0
    listed = marquee("jobs", "list")
    assert "failed    " in listed.stdout
    assert "is in no known video format" in listed.stdout
    assert "1 done, 1 failed" in listed.stderr
    assert marquee("jobs", "retry", films).stderr == "1 wait to be done\n"
    assert once(films).returncode == 4
    make(films / "bad.mp4", 7)
    assert once(films).returncode == 0
    assert record_of(films / "bad.mp4")
    assert record_of(good)
    assert states(home) == {"done": 2}


def test_a_missing_folder_fails_once_and_is_waited_for_else(films: Path, make: Make, watch: Watch) -> None:
    late = films / "late"
    assert once(late).returncode == 3
    watching = watch(late)
    until(lambda: watching.says("is not there; waiting for it"))
    film = make(late / "a.mp4")
    until(lambda: has_record(film))
    shutil.rmtree(late)
    until(lambda: watching.log.read_text().count("waiting for it") == 2)
    film = make(late / "a.mp4", 2)
    until(lambda: has_record(film) and record_of(film))
    assert watching.log.read_text().count("is back") == 2


def test_a_folder_that_vanishes_takes_no_records_with_it(
    films: Path, make: Make, watch: Watch, home: Path
) -> None:
    film = make(films / "a.mp4")
    watching = watch(films)
    until(lambda: is_in_order(films) and states(home) == {"done": 1})
    away = films.rename(films.with_name("away"))
    until(lambda: watching.says("waiting for it"))
    away.rename(films)
    until(lambda: watching.says("is back"))
    other = make(films / "b.mp4", 2)
    until(lambda: has_record(other))
    assert watching.stop() == 0
    assert "gone" not in watching.log.read_text()
    assert is_in_order(films)
    assert record_of(film)


def test_a_file_counts_when_it_has_stopped_growing(
    films: Path, make: Make, watch: Watch, black: Path
) -> None:
    content = black.read_bytes()
    path = films / "slow.mp4"
    code = (
        "import sys, time\n"
        f"content, path = open({str(black)!r}, 'rb').read(), {str(path)!r}\n"
        "for n in range(0, len(content), 400):\n"
        "    open(path, 'ab').write(content[n:n + 400])\n"
        "    time.sleep(0.2)\n"
    )
    watching = watch(films)
    with subprocess.Popen([sys.executable, "-c", code]) as writer:
        until(lambda: path.exists())
        assert not has_record(path) or writer.poll() is not None
    until(lambda: watching.says("slow.mp4"))
    assert record_of(path).source.size_bytes == len(content)
    assert watching.stop() == 0
    assert watching.log.read_text().count("slow.mp4") == 1


def test_downloads_count_when_they_get_their_name(films: Path, make: Make, watch: Watch) -> None:
    part = make(films / "film.mp4.part")
    (films / "film.mp4").touch()
    held, beside = make(films / "held.mp4", 2), films / "held.mp4.aria2"
    beside.touch()
    make(films / "safari.mp4.download" / "safari.mp4")
    make(films / ".hidden" / "a.mp4")
    watching = watch(films, "--set", 'jobs.include=["*.mp4", "*.part"]')
    other = make(films / "other.mp4", 3)
    until(lambda: has_record(other))
    assert not has_record(held)
    part.replace(films / "film.mp4")
    beside.unlink()
    until(lambda: has_record(films / "film.mp4") and has_record(held))
    assert watching.stop() == 0
    assert len(list(films.rglob("*.json"))) == 3


def test_moves_copies_and_deletions_are_followed(films: Path, make: Make, watch: Watch, home: Path) -> None:
    for number in range(4):
        make(films / "in" / f"{number}.mp4", number)
    watching = watch(films)
    until(lambda: is_in_order(films))
    (films / "in" / "0.mp4").rename(films / "renamed.mp4")
    (films / "in" / "1.mp4").unlink()
    shutil.copy(films / "in" / "2.mp4", films / "copy.mp4")
    until(lambda: states(home) == {"done": 4} and is_in_order(films))
    (films / "in").rename(films / "out")
    until(lambda: is_in_order(films) and (films / "in").exists() is False)
    assert watching.stop() == 0
    log = watching.log.read_text()
    assert log.count("people: 0") == 4
    assert "renamed.mp4: moved or copied" in log
    assert "copy.mp4: moved or copied" in log
    assert "in/1.mp4: is gone" in log
    assert len(list((home / "attic").iterdir())) == 1


def test_a_deleted_video_that_comes_back_has_its_record_again(films: Path, make: Make, home: Path) -> None:
    film = make(films / "a.mp4")
    assert once(films).returncode == 0
    before = record_of(film)
    content = film.read_bytes()
    film.unlink()
    assert "is gone" in once(films).stderr
    assert not has_record(film)
    (kept,) = (home / "attic").iterdir()
    assert kept.stat().st_mode & 0o077 == 0 or (home / "attic").stat().st_mode & 0o077 == 0
    (films / "b.mp4").write_bytes(content)
    assert "b.mp4: moved or copied" in once(films).stderr
    after = record_of(films / "b.mp4")
    assert after.model_copy(update={"source": before.source}) == before
    assert not kept.exists()
    assert is_in_order(films)


def test_moves_are_followed_with_an_output_folder(films: Path, make: Make, tmp_path: Path) -> None:
    out = tmp_path / "out"
    make(films / "one" / "a.mp4")
    assert once(films, "--output-dir", out).returncode == 0
    (films / "one").rename(films / "two")
    assert "two/a.mp4: moved or copied" in once(films, "--output-dir", out).stderr
    assert [path.relative_to(out) for path in out.rglob("*.json")] == [Path("two/a.mp4.marquee.json")]
    movie = sidecar.read(out / "two" / "a.mp4.marquee.json")
    assert movie is not None
    assert movie.source.path == str(films / "two" / "a.mp4")


def test_names_that_swap_keep_their_records(films: Path, make: Make, home: Path) -> None:
    one, other = make(films / "one.mp4", 1), make(films / "other.mp4", 2)
    assert once(films).returncode == 0
    one.rename(films / "between")
    other.rename(one)
    (films / "between").rename(other)
    assert once(films).returncode == 0
    assert is_in_order(films)
    assert states(home) == {"done": 2}


def test_other_content_under_a_name_is_analyzed(films: Path, make: Make) -> None:
    film = make(films / "a.mp4", 1)
    assert once(films).returncode == 0
    make(film, 2)
    assert "people: 0" in once(films).stderr
    assert record_of(film).source.oshash == oshash(film)


def test_a_start_reads_nothing_of_what_has_not_changed(films: Path, make: Make, home: Path) -> None:
    for number in range(20):
        make(films / f"{number}.mp4", number)
    assert once(films).returncode == 0
    before = {path: path.stat().st_mtime_ns for path in films.iterdir()}
    stamps = {path: path.stat() for path in films.glob("*.mp4")}
    for path, stat in stamps.items():  # other content, of the same size and time: who reads it would see
        path.write_bytes(os.urandom(stat.st_size))
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    result = once(films)
    assert (result.returncode, result.stderr) == (0, "")
    assert {path: path.stat().st_mtime_ns for path in films.iterdir()} == before


def test_other_settings_are_brought_in_at_the_next_start(films: Path, make: Make) -> None:
    film = make(films / "a.mp4")
    assert once(films).returncode == 0
    assert "a.mp4: people: 0" in once(films, "--effort", "thorough").stderr
    assert record_of(film).manifest["frames"].settings["keyframes"]["effort"] == "thorough"


def test_a_sidecar_that_was_deleted_is_made_again(films: Path, make: Make) -> None:
    film = make(films / "a.mp4")
    assert once(films).returncode == 0
    sidecar.sidecar_path(film).unlink()
    assert once(films).returncode == 0
    assert record_of(film)


def test_links_in_circles_and_names_that_are_not_text(films: Path, make: Make, watch: Watch) -> None:
    (films / "round").symlink_to(films)
    make(films / "a.mp4", 1)
    watching = watch(films)
    until(lambda: is_in_order(films))
    odd = Path(os.fsdecode(os.fsencode(films) + b"/caf\xe9 \n.mp4"))
    make(odd, 2)
    until(lambda: has_record(odd))
    moved = odd.rename(Path(os.fsdecode(os.fsencode(films) + b"/\xff.mp4")))
    until(lambda: has_record(moved) and not has_record(odd))
    until(lambda: is_in_order(films))
    assert watching.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_in_the_middle_leaves_the_file_in_the_queue(
    films: Path, watch: Watch, home: Path, demo_copy: Path, number: int
) -> None:
    watching = watch(films)
    until(lambda: states(home).get("running"))
    assert watching.stop(number) == 0
    assert states(home) == {"waiting": 1}
    assert not has_record(demo_copy)
    assert once(films).returncode == 0
    assert record_of(demo_copy).people


@pytest.fixture
def demo_copy(demo: "object", films: Path) -> Path:
    return Path(shutil.copy(demo.video, films / "demo.mp4"))  # type: ignore[attr-defined]


def test_a_killed_watch_loses_nothing(films: Path, make: Make, watch: Watch, home: Path) -> None:
    for number in range(10):
        make(films / f"{number}.mp4", number)
    watching = watch(films)
    until(lambda: len(list(films.glob("*.json"))) > 3)
    watching.stop(signal.SIGKILL)
    assert once(films).returncode == 0
    assert is_in_order(films)
    assert states(home) == {"done": 10}


def test_what_is_run_afterwards_gets_both_paths(films: Path, make: Make, tmp_path: Path) -> None:
    film = make(films / "-a b.mp4")
    log = tmp_path / "then"
    note = tmp_path / "note.py"
    note.write_text(
        "import os, sys\n"
        f"print(*sys.argv[1:], os.environ['MARQUEE_VIDEO'], sep='|', file=open({str(log)!r}, 'a'))\n"
    )
    result = once(films, "--then", f"{sys.executable} {note} 'one word', false, /no/such/program")
    assert result.returncode == 0
    assert log.read_text() == f"one word|{film}|{sidecar.sidecar_path(film)}|{film}\n"
    assert (
        "--then false: ended with 1; --then /no/such/program: /no/such/program cannot be run" in result.stderr
    )
    once(films, "--then", "false")
    assert "--then" not in once(films, "--then", "false").stderr
    assert once(films, "--then", "a,,b").returncode == 2


def test_what_hangs_afterwards_is_ended_with_all_that_it_started(
    films: Path, make: Make, tmp_path: Path
) -> None:
    make(films / "a.mp4")
    script = tmp_path / "script.sh"
    script.write_text(f"sleep 300 & echo $! > {tmp_path / 'child'}; wait\n")
    result = once(films, "--then", f"sh {script}", "--set", "watch.then_s=2")
    assert result.returncode == 0
    assert "ended after 2 s (watch.then_s)" in result.stderr
    child = int((tmp_path / "child").read_text())
    until(lambda: not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE)


def test_what_was_stopped_before_its_command_had_run_is_run_again(
    films: Path, make: Make, watch: Watch, tmp_path: Path, home: Path
) -> None:
    film = make(films / "a.mp4")
    script = tmp_path / "script.py"
    script.write_text(f"import time; open({str(tmp_path / 'begun')!r}, 'a').write('.'); time.sleep(60)\n")
    watching = watch(films, "--then", f"{sys.executable} {script}")
    until(lambda: (tmp_path / "begun").exists())
    assert watching.stop() == 0
    assert record_of(film)
    script.write_text(f"open({str(tmp_path / 'done')!r}, 'a').write('.')\n")
    assert once(films, "--then", f"{sys.executable} {script}").returncode == 0
    assert once(films, "--then", f"{sys.executable} {script}").returncode == 0
    assert (tmp_path / "done").read_text() == "."


def test_a_store_that_was_named_gets_the_entries(films: Path, make: Make, tmp_path: Path) -> None:
    film = make(films / "a.mp4")
    assert once(films, "--store", tmp_path / "other.db").returncode == 0
    with closing(open_store(str(tmp_path / "other.db"))) as store:
        assert [row.path for row in store.rows()] == [str(film)]
