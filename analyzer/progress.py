"""How those who wait are told how far it is."""

from collections.abc import Callable

Progress = Callable[[float, float], None]
"""Called with seconds of film done, and the film's duration in seconds."""


def silent(done_s: float, duration_s: float) -> None:
    """Tell nobody."""


def forward(progress: Progress) -> Progress:
    """Return what several may tell how far each is: the furthest is passed on, every time."""
    furthest = 0.0

    def tell(done_s: float, duration_s: float) -> None:
        nonlocal furthest
        furthest = max(furthest, done_s)
        progress(furthest, duration_s)

    return tell
