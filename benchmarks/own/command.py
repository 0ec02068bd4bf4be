"""`marquee analyze` as a user starts it: a new process each time. What is "found" are the sidecar's bytes."""

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.serve import serve

MARQUEE = [sys.executable, "-m", "analyzer"]


def make(option, path):
    def run(video):
        with tempfile.TemporaryDirectory() as folder:
            options = ["--force", "--effort", option, "--output-dir", folder]
            done = subprocess.run([*MARQUEE, "analyze", video, *options], capture_output=True, text=True)
            if done.returncode:
                sys.exit(f"marquee: {done.stderr.strip() or done.returncode}")
            return sum(file.stat().st_size for file in Path(folder).rglob("*.json"))

    return [path], run


serve(make)
