"""Where Marquee keeps what is the user's and not a video's: weights, compiled networks, the log."""

import os
from pathlib import Path

import platformdirs


def marquee_home() -> Path:
    """Return $MARQUEE_HOME, or the platform's folder for a user's application data."""
    named = os.environ.get("MARQUEE_HOME")
    return Path(named).expanduser() if named else platformdirs.user_data_path("marquee", appauthor=False)
