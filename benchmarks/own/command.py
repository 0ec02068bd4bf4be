"""`marquee analyze` as a user starts it: a new process each time. What is "found" are the sidecar's bytes."""

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.serve import serve

MARQUEE = [sys.executable, "-c", "import sys; from analyzer.cli import main; sys.exit(main())"]


def make(option, path):
    def run(video):
        with tempfile.TemporaryDirectory() as folder:
            options = ["--force", "--effort", option, "--output-dir", folder]
            subprocess.run([*MARQUEE, "analyze", video, *options], check=True, stdout=subprocess.DEVNULL)
            return sum(file.stat().st_size for file in Path(folder).rglob("*.json"))

    return [path], run


serve(make)
