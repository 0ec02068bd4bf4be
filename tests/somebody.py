"""Doing things without root's rights: root reads and writes everything."""

import subprocess
import sys

SCRIPT = """
import os
{prepare}
os.getuid() or os.setuid(65534)
try:
    {attempt}
except Exception as error:
    print(type(error).__name__, error)
"""


def as_somebody(prepare: str, attempt: str) -> str:
    """Run an expression as a user without rights, after `prepare` (imports) with ours; return its error."""
    script = SCRIPT.format(prepare=prepare, attempt=attempt)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return done.stdout
