"""SIGKILL at random moments: what was said to be done is there, and nothing is there by half.

MARQUEE_KILLS says how often each act is killed.
"""

import itertools
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.reliability import acts
from tests.reliability.test_faults import ROOT

KILLS = int(os.environ.get("MARQUEE_KILLS", "8"))
LONGEST_S = 0.6
"""After it began; an act takes some hundredths of a second."""


def killed(act: str, folder: Path, after_s: float, once_done: bool) -> list[int]:
    """Let a process do an act over and over, kill it, and return what it said was done.

    Args:
        act: which.
        folder: where.
        after_s: when, from where it begins or, with `once_done`, from where it has done one.
        once_done: see above.
    """
    command = [sys.executable, "-P", "-m", "tests.reliability.acts", act, str(folder), "100000"]
    env = os.environ | {"PYTHONPATH": str(ROOT), "MARQUEE_HOME": str(acts.home_of(folder))}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        first = process.stdout.readline() if once_done else b""
        time.sleep(after_s)
        process.send_signal(signal.SIGKILL)
        said, errors = process.communicate()
    assert not errors
    return [int(line) for line in (first + said).split(b"\n")[:-1]]


@pytest.mark.parametrize("act", acts.ACTS)
def test_what_is_done_when_the_process_is_killed_stays_done(act: str, tmp_path: Path) -> None:
    folder = tmp_path / "place"
    acts.prepare(folder)
    rng, done = random.Random(act), 0
    for kill in range(KILLS):
        said = killed(act, folder, rng.uniform(0, LONGEST_S), once_done=bool(kill % 2))
        assert all(after == before + 1 for before, after in itertools.pairwise(said))
        last, now = said[-1] if said else done, acts.state(folder, act)
        assert done <= last <= now <= last + 2  # one more may be there and not yet said, or begun
        done = now
    assert done >= KILLS // 2
