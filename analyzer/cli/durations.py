"""Durations as they are written on a command line."""

import re

from analyzer.errors import UsageError

_UNITS = {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


def seconds(text: str) -> float:
    """Return the seconds that a text such as 5, 5s, 2.5m or 1h means.

    Raises:
        UsageError: it means none.
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([a-z]*)", text.strip().lower())
    if not match or match[2] not in _UNITS:
        raise UsageError(f"{text!r} is no duration; write 5s, 2m or 1h")
    return float(match[1]) * _UNITS[match[2]]
