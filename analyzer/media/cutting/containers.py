"""Which container is written, by a file's suffix, and which suffix a cut of a file bears."""

from pathlib import Path

_FORMATS = {
    ".mp4": "mp4",
    ".m4v": "mp4",
    ".mov": "mov",
    ".3gp": "mp4",
    ".mkv": "matroska",
    ".webm": "webm",
    ".avi": "avi",
    ".divx": "avi",
    ".flv": "flv",
    ".ts": "mpegts",
    ".m2ts": "mpegts",
    ".mts": "mpegts",
    ".mpg": "vob",
    ".mpeg": "vob",
    ".vob": "vob",
    ".ogv": "ogg",
}
MATROSKA = ".mkv"
"""Holds nearly everything."""


def format_of(suffix: str) -> str | None:
    """Return ffmpeg's name of the container that files of a suffix are in; None: none that is written."""
    return _FORMATS.get(suffix.lower())


def suffix_for(source: Path) -> str:
    """Return the suffix of what is cut of a file: its own, or .mkv where that container is not written."""
    return source.suffix if format_of(source.suffix) else MATROSKA
