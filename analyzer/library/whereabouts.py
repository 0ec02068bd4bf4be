"""In which videos the known people are, kept, so that asking for one need not read the whole library."""

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from analyzer.library.calibrate import FILE as CALIBRATION
from analyzer.library.cast import Member
from analyzer.library.journal import NAME as JOURNAL
from analyzer.library.library import Library
from analyzer.records import Record
from analyzer.stores.whole import write_whole, writing

FILE = "whereabouts.json"
VERSION = 1

Appearances = frozenset[tuple[str, str]]
"""The oshash of a video and the id of a person in its record, of each appearance of somebody."""


class Whereabouts(Record):
    """Who is where.

    Attributes:
        stamp: changes with whatever they were found by.
        people: by key, for each appearance the oshash of the video and the id of the person in it.
    """

    stamp: str
    people: dict[str, tuple[tuple[str, str], ...]]


def appearances(library: Library, text: str) -> Appearances:
    """Return where the person is seen that a name, an alias, a key or `<video>:p2` means.

    Raises:
        UsageError: there is none, or there are several.
        InputError: the file of a video is named that cannot be read.
        LibraryError, OutputError: the library cannot be read or written.
    """
    known = library.known
    keys = {key for key, person in known.people.items() if text == key or person.is_called(text)}
    if len(keys) != 1:
        return frozenset(_seen(library.resolve(text)))
    return frozenset(_whereabouts(library).people.get(keys.pop(), ()))


def forget_whereabouts(folder: Path) -> None:
    """Delete what is kept.

    Raises:
        OutputError: it cannot be deleted.
    """
    with writing(folder / FILE):
        (folder / FILE).unlink(missing_ok=True)


def _whereabouts(library: Library) -> Whereabouts:
    path, stamp = library.folder / FILE, _stamp(library.folder)
    kept = _read(path)
    if kept and kept.stamp == stamp:
        return kept
    library.reload()  # nothing that was read before the stamp was taken
    people = {member.key: tuple(_seen(member)) for member in library.acquaintances if member.key}
    found = Whereabouts(stamp=stamp, people=people)
    with writing(path):
        write_whole(path, found.model_dump_json().encode("ascii"))
    return found


def _seen(member: Member) -> list[tuple[str, str]]:
    return sorted({(part.video, part.unit.appearance.id) for part in member.parts})


def _read(path: Path) -> Whereabouts | None:
    try:
        return Whereabouts.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def _stamp(folder: Path) -> str:
    """Of the journal, the calibration and all cards, by size and time."""
    files = [folder / JOURNAL, folder / CALIBRATION]
    stats = [(path.name, path.stat()) for path in files if path.exists()]
    stats += sorted(_cards(folder / "cards"))
    text = "".join(f"{name} {stat.st_size} {stat.st_mtime_ns}\n" for name, stat in stats)
    return hashlib.sha256(f"{VERSION}\n{text}".encode("utf-8", "surrogateescape")).hexdigest()


def _cards(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Names and stats of the cards; meanwhile others may write some, and delete some."""
    for entry in os.scandir(folder) if folder.is_dir() else ():
        if entry.name.endswith(".json"):
            with contextlib.suppress(FileNotFoundError):
                yield entry.name, entry.stat()
