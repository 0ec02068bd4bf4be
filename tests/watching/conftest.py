"""A library of its own for each test, and processes that watch."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from analyzer.media.fingerprint import oshash
from analyzer.media.write import write_video
from analyzer.paths import as_text, as_uri, marquee_home
from analyzer.records import Movie
from analyzer.stores import sidecar
from analyzer.stores.opening import open_store
from analyzer.watching.database import QueueDatabase
from tests.watching.churn import video

QUICK = ("--effort", "fast", "--settle", "0.3s", "--set", "watch.look_s=3", "--set", "jobs.retry_s=1")
PATIENCE_S = 60


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A MARQUEE_HOME without a queue, store or library."""
    home = tmp_path / "home"
    home.mkdir()
    for name in ("weights", "converted", "compiled"):
        (home / name).symlink_to(marquee_home() / name)
    monkeypatch.setenv("MARQUEE_HOME", str(home))
    return home


@pytest.fixture
def films(tmp_path: Path) -> Path:
    folder = tmp_path / "films"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def black(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second of black: analyzed in no time, as there is nothing to look at."""
    path = tmp_path_factory.mktemp("black") / "black.mp4"
    frames = (np.zeros((90, 160, 3), np.uint8) for _ in range(12))
    write_video(path, frames, 12, options={"preset": "ultrafast"})
    return path


@pytest.fixture
def make(black: Path) -> Callable[..., Path]:
    """Returns what writes a small video at a path, unlike all of other numbers."""

    def make(path: Path, number: int = 0) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(video(black, number))
        return path

    return make


class Watching:
    """A process that watches folders; `log`: what it says."""

    def __init__(self, log: Path, *arguments: object) -> None:
        self.log = log
        command = [sys.executable, "-m", "analyzer", "watch", *QUICK, *map(str, arguments)]
        with log.open("ab") as said:
            self.process = subprocess.Popen(command, stderr=said, env=os.environ)

    def says(self, text: str) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        return text in self.log.read_text()

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)


@pytest.fixture
def watch(tmp_path: Path, home: Path) -> Iterator[Callable[..., Watching]]:
    """Returns what starts a process that watches; it is ended after the test."""
    started: list[Watching] = []

    def start(*arguments: object) -> Watching:
        started.append(Watching(tmp_path / f"watch-{len(started)}.log", *arguments))
        return started[-1]

    yield start
    for watching in started:
        watching.process.kill()
        watching.process.wait()


def until(holds: Callable[[], object], seconds: float = PATIENCE_S) -> None:
    """Wait until something holds; fail where it does not come to."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def once(*arguments: object) -> "subprocess.CompletedProcess[str]":
    """Run marquee watch --once."""
    command = [sys.executable, "-m", "analyzer", "watch", "--once", *QUICK, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


def marquee(*arguments: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "analyzer", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


def states(home: Path) -> dict[str, int]:
    """How many files are in each state."""
    with QueueDatabase(home) as database:
        return dict(database.ask("SELECT state, count(*) FROM file GROUP BY state"))


def record_of(path: Path) -> Movie:
    """The record of a video, which must be right."""
    movie = sidecar.read(sidecar.sidecar_path(path))
    assert movie is not None, f"{path} has no record"
    assert (movie.source.oshash, movie.source.path) == (oshash(path), as_text(path))
    return movie


def is_in_order(folder: Path) -> bool:
    """Whether each video of a folder has its one record, beside it and in the store; no others are there."""
    videos = {path for path in folder.rglob("*.mp4") if path.is_file()}
    sidecars = set(folder.rglob("*.json"))
    if sidecars != {sidecar.sidecar_path(path) for path in videos}:
        return False
    headers = {path: sidecar.read_header(sidecar.sidecar_path(path)) for path in videos}
    if any(
        h is None or (h.source.path, h.source.oshash) != (as_text(p), oshash(p)) for p, h in headers.items()
    ):
        return False
    with closing(open_store()) as store:
        rows = {row.uri: (row.sidecar, row.stamp) for row in store.rows()}
    return rows == {
        as_uri(p): (as_uri(sidecar.sidecar_path(p)), sidecar.stamp_of(sidecar.sidecar_path(p)))
        for p in videos
    }
