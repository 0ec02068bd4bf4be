"""A watcher over a folder in which another process copies, renames and deletes at random."""

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.watching.conftest import Watching, is_in_order, states, until

FILES = int(os.environ.get("MARQUEE_SOAK_FILES", "200"))


def test_whatever_happens_each_file_that_remains_has_its_one_record(
    home: Path, films: Path, black: Path, watch: Callable[..., Watching]
) -> None:
    watching = watch(films)
    process = psutil.Process(watching.process.pid)
    memory: list[int] = []
    for part in range(4):
        churn = [sys.executable, "-m", "tests.watching.churn", films, black, str(FILES // 4), str(part)]
        subprocess.run(churn, check=True)
        until(lambda: is_in_order(films) and set(states(home)) <= {"done"}, 600)
        memory.append(process.memory_info().rss)
        logging.info("%d files, memory %d MB", len(list(films.rglob("*.mp4"))), memory[-1] >> 20)
    assert watching.stop() == 0
    assert is_in_order(films)
    assert memory[-1] < memory[0] + (32 << 20), memory
    log = watching.log.read_text()
    assert "Traceback" not in log
    assert "marquee: " not in log
