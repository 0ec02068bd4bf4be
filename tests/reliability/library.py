"""A folder of small films, the commands that are run on it, and what must come of it."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np

from analyzer.media.write import write_video
from analyzer.paths import from_uri, marquee_home
from analyzer.stores import sidecar
from analyzer.stores.sqlite import SqliteStore
from tests.reliability.test_faults import ROOT
from tests.watching.churn import video


def make_films(folder: Path, count: int) -> None:
    """Make a MARQUEE_HOME with the weights that there are, and so many films of a second of black.

    In these there is nothing to look at: the networks, which take long to load, are not asked.
    """
    (folder / "home").mkdir(parents=True)
    for name in ("weights", "converted", "compiled"):
        (folder / "home" / name).symlink_to(marquee_home() / name)
    (folder / "films").mkdir()
    black = folder / "black.mp4"
    write_video(black, (np.zeros((90, 160, 3), np.uint8) for _ in range(12)), 12)
    for number in range(count):
        (folder / "films" / f"{number:03}.mp4").write_bytes(video(black, number))


def marquee(*arguments: str) -> list[str]:
    """Return a command line."""
    return [sys.executable, "-m", "analyzer", *arguments]


def start(folder: Path, command: list[str]) -> "subprocess.Popen[bytes]":
    """Start a command in a MARQUEE_HOME of the folder's own."""
    env = os.environ | {"PYTHONPATH": str(ROOT), "MARQUEE_HOME": str(folder / "home")}
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder)


def finish(folder: Path, command: list[str]) -> None:
    """Run a command to its end."""
    with start(folder, command) as process:
        _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors.decode()


def kill_after(folder: Path, command: list[str], seconds: float) -> None:
    """Start a command and kill it; it may have ended before."""
    with start(folder, command) as process:
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        _, errors = process.communicate(timeout=60)
    assert b"Traceback" not in errors, errors.decode()


def kill_often(folder: Path, command: list[str], kills: int, longest_s: float) -> None:
    """Kill a command at random moments; each time what is there must be whole."""
    rng = random.Random(kills)
    for _ in range(kills):
        kill_after(folder, command, rng.uniform(0.3, longest_s))
        records(folder)
        with opened(folder) as store:
            assert [*store.problems()] == []


def opened(folder: Path) -> "closing[SqliteStore]":
    return closing(SqliteStore(folder / "home" / "marquee.db"))


def records(folder: Path) -> dict[str, object]:
    """Return each record that there is, without its place."""
    found = {}
    for path in sorted((folder / "films").rglob(f"*{sidecar.SUFFIX}")):
        movie = sidecar.read(path)
        assert movie
        found[path.name] = json.loads(movie.model_dump_json()) | {"place": None}
        found[path.name]["source"].pop("path")
    return found


def assert_complete(folder: Path, undisturbed: dict[str, object]) -> None:
    """Hold a folder to the records of an undisturbed run, its store to the records, and both to no more."""
    assert records(folder) == undisturbed
    with opened(folder) as store:
        rows = [*store.rows()]
        assert [*store.problems()] == []
    assert sorted(from_uri(row.sidecar).name for row in rows) == sorted(undisturbed)
    assert all(sidecar.stamp_of(from_uri(row.sidecar)) == row.stamp for row in rows)
