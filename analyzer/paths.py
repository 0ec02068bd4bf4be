"""Paths: where Marquee keeps what is the user's and not a video's, and how names are shown."""

import hashlib
import os
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

import platformdirs


def marquee_home() -> Path:
    """Return $MARQUEE_HOME, or the platform's folder for a user's application data."""
    named = os.environ.get("MARQUEE_HOME")
    # os.path.expanduser leaves what it does not know as it is; Path's raises.
    return Path(os.path.expanduser(named)) if named else platformdirs.user_data_path("marquee", False)  # noqa: PTH111


def as_text(path: Path) -> str:
    """Return a path as text that JSON and a database can hold: bytes that are not UTF-8 as escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def shown(path: Path) -> str:
    """Return a path as one line for a terminal: what cannot be printed as escapes."""
    return one_line(as_text(path))


def one_line(text: str) -> str:
    """Return a text with escapes for what cannot be printed, line breaks among it."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def settled(path: Path) -> Path:
    """Return the one absolute path of what lies at a path, without `..` and without links to its folder."""
    if path.name in ("", ".."):
        return path.resolve()
    return Path(os.path.realpath(path.parent)) / path.name


def as_uri(path: Path) -> str:
    """Return the file: URI of a path, settled: text from which that path comes back exactly."""
    return "file://" + quote(os.fsencode(settled(path)))


def from_uri(uri: str) -> Path:
    """Return the path that `as_uri` made a URI of."""
    return Path(os.fsdecode(unquote_to_bytes(uri.removeprefix("file://"))))


def key_of(path: Path) -> str:
    """Return the key of what lies at a path, 16 hexadecimal digits: always the same, another for a copy."""
    return hashlib.blake2b(as_uri(path).encode("ascii"), digest_size=8).hexdigest()
