"""How those who wait are told how far it is."""

from collections.abc import Callable

Progress = Callable[[float, float], None]
"""Called with seconds of film done, and the film's duration in seconds."""


def silent(done_s: float, duration_s: float) -> None:
    """Tell nobody."""
