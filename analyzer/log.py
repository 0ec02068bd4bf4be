"""The log: where the details of what went wrong are, of which the terminal shows one line."""

import logging
from pathlib import Path

from analyzer.paths import marquee_home


def log_path() -> Path:
    """Return the log file."""
    return marquee_home() / "marquee.log"


def log_to_file() -> None:
    """Send what is logged to the log file alone; where that cannot be written, nowhere."""
    logging.raiseExceptions = False  # a full disk must not show on the terminal
    handler: logging.Handler
    try:
        log_path().parent.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(log_path(), encoding="utf-8", errors="backslashreplace")
    except OSError:
        handler = logging.NullHandler()
    logging.basicConfig(handlers=[handler], format="%(asctime)s %(levelname)s %(name)s: %(message)s")
