"""Paths: where Marquee keeps what is the user's and not a video's, and how names are shown."""

import os
from pathlib import Path

import platformdirs


def marquee_home() -> Path:
    """Return $MARQUEE_HOME, or the platform's folder for a user's application data."""
    named = os.environ.get("MARQUEE_HOME")
    return Path(named).expanduser() if named else platformdirs.user_data_path("marquee", appauthor=False)


def log_path() -> Path:
    """Return the file that holds the details of what went wrong."""
    return marquee_home() / "marquee.log"


def shown(path: Path) -> str:
    """Return a path as one printable line: bytes that are not UTF-8 and control characters as escapes."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
