"""Every system call by which something is written fails, one after another: strace has it fail.

Each failure must end in one clear line, and what was there before, or what was to be there, is there whole.
"""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.reliability import acts

ROOT = Path(__file__).parents[2]
FAULTS = {
    "write": ("ENOSPC", "EIO"),
    "pwrite64": ("ENOSPC", "EIO"),
    "ftruncate": ("EIO",),
    "fsync": ("EIO", "ENOSPC"),
    "fdatasync": ("EIO",),
    "rename": ("EACCES", "ENOSPC"),
    "openat": ("EACCES", "EROFS"),
}
PAGES = 5
"""Of the pages that SQLite writes one in so many fails."""
REFUSALS = {6, 7, 9}
"""The exit codes of what cannot be written, or be read to be changed."""


@dataclass(frozen=True)
class Fault:
    """One call that fails: which of its name, of the whole process; and what it was, for people."""

    call: str
    number: int
    error: str
    line: str


@pytest.fixture(scope="module", autouse=True)
def _strace() -> None:
    if not shutil.which("strace"):
        assert not os.environ.get("CI"), "CI must run these"
        pytest.skip("no strace: system calls cannot be made to fail")


def ran(act: str, folder: Path, *tracing: str) -> subprocess.CompletedProcess[str]:
    command = ["strace", "-qq", *tracing, sys.executable, "-m", "tests.reliability.acts", act, str(folder)]
    env = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "OPENBLAS_NUM_THREADS": "1"}
    env |= {"MARQUEE_HOME": str(acts.home_of(folder))}
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)


def faults(act: str, folder: Path, trace: Path) -> Iterator[Fault]:
    """Run an act once and yield all that can fail in it."""
    done = ran(act, folder, "-o", str(trace), "-e", "trace=" + ",".join(FAULTS))
    assert done.returncode == 0, done.stderr
    counts: Counter[str] = Counter()
    ready = False
    for line in trace.read_text(errors="replace").splitlines():
        call = re.match(r"(\w+)\(", line)
        if not call:
            continue
        counts[call[1]] += 1
        if '"ready' in line:
            ready = True
        elif ready and writes(line):
            errors = FAULTS[call[1]]
            if call[1] == "pwrite64":  # SQLite's pages, one like the other
                errors = errors[counts[call[1]] % 2 :][:1] if counts[call[1]] % PAGES == 0 else ()
            for error in errors:
                yield Fault(call[1], counts[call[1]], error, line)


def writes(line: str) -> bool:
    """Whether a call is about a file of ours that may change."""
    if line.startswith("openat"):
        return "O_CREAT" in line or "O_RDWR" in line
    return not line.startswith(("write(1,", "write(2,"))


def check(act: str, template: Path, folder: Path, fault: Fault) -> str | None:
    """Return what is wrong after a fault."""
    shutil.copytree(template, folder)
    before = acts.state(folder, act)
    inject = f"inject={fault.call}:error={fault.error}:when={fault.number}"
    done = ran(act, folder, "-o", os.devnull, "-e", f"trace={fault.call}", "-e", inject)
    after = acts.state(folder, act)
    said = done.stderr.strip()
    if "Traceback" in said or "\n" in said:
        return f"{fault}: {said}"
    if done.returncode not in REFUSALS | {0} or (done.returncode and not said):
        return f"{fault}: ended with {done.returncode}, saying {said!r}"
    if after not in ((before + 1,) if done.returncode == 0 else (before, before + 1)):
        return f"{fault}: {before} became {after}, exit code {done.returncode}"
    if left := [*folder.rglob(".marquee-*.tmp")]:
        return f"{fault}: left {left}"
    again = acts.ACTS[act](folder)
    if again <= after or acts.state(folder, act) != again:
        return f"{fault}: cannot go on"
    shutil.rmtree(folder)
    return None


@pytest.mark.parametrize("act", acts.ACTS)
def test_whatever_fails_nothing_is_lost(act: str, tmp_path: Path) -> None:
    template = tmp_path / "template"
    acts.prepare(template)
    once = tmp_path / "once"
    shutil.copytree(template, once)
    todo = [*faults(act, once, tmp_path / "trace")]
    assert len({fault.call for fault in todo}) >= 4, todo
    with ThreadPoolExecutor(2) as pool:
        wrong = [*pool.map(lambda n: check(act, template, tmp_path / f"fault{n[0]}", n[1]), enumerate(todo))]
    assert not [one for one in wrong if one]
