"""Nothing leaves the machine: the main job runs where every socket is refused."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from analyzer.paths import marquee_home
from tests.conftest import Demo

GUARD = """
import os, sys

def refuse(event, arguments):
    if event.startswith("socket.") and event not in ("socket.gethostname", "socket.__new__"):
        with open(os.environ["SOCKET_LOG"], "a") as log:
            log.write(f"{event} {arguments!r}\\n")
        raise OSError(f"no network in this test: {event}")

sys.addaudithook(refuse)
"""


def test_the_main_job_opens_no_socket(demo: Demo, tmp_path: Path) -> None:
    """The guard is in every Python process, the worker's too: it is loaded as they start."""
    guard = tmp_path / "guard"
    guard.mkdir()
    (guard / "sitecustomize.py").write_text(GUARD)
    log = tmp_path / "sockets.log"
    home = tmp_path / "home"  # libraries that send statistics keep what is to be sent there
    home.mkdir()
    environment = os.environ | {
        "PYTHONPATH": str(guard),
        "SOCKET_LOG": str(log),
        "HOME": str(home),
        "MARQUEE_HOME": str(marquee_home()),
    }
    video = shutil.copy(demo.video, tmp_path / "film.mp4")

    tried = subprocess.run(
        [sys.executable, "-c", "import socket; socket.create_connection(('127.0.0.1', 9))"],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert "no network in this test" in tried.stderr  # the guard works
    log.unlink()

    command = [sys.executable, "-m", "analyzer", "analyze", "--set", "engine.runtime=onnxruntime", video]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not log.exists(), log.read_text()
    assert not list(home.rglob("*"))
