"""Marquee reads a video and says who leads its cast.

from analyzer import analyze

movie = analyze("movie.mp4")
for person in movie.people:
    print(person.id, person.role, person.screen_time_s)
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analyzer.pipeline import analyze
    from analyzer.records import Movie
    from analyzer.settings import load as load_settings

__all__ = ["Movie", "analyze", "load_settings"]

_HOMES = {
    "analyze": ("analyzer.pipeline", "analyze"),
    "Movie": ("analyzer.records", "Movie"),
    "load_settings": ("analyzer.settings", "load"),
}


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: the command line must not wait for the networks."""
    import importlib

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _HOMES[name]
    return getattr(importlib.import_module(module), attribute)
