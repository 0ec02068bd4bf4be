"""What each watched file was when it was last taken care of: looked up, never by reading the file."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analyzer.paths import as_uri, from_uri
from analyzer.watching.database import QueueDatabase
from analyzer.watching.volumes import Volume, volume_of

SAMPLE = 200
"""Files of a drive that are looked for to see whether it is there."""


@dataclass(frozen=True)
class Known:
    """A file that is known.

    Attributes:
        stamp: see analyzer.watching.settling.stamp_of.
        request: the digest of what was asked.
        done: whether it was taken care of, and nothing is to be done now.
    """

    path: Path
    sidecar: Path
    stamp: str
    request: str
    done: bool
    volume: Volume


_KNOWN = "uri, sidecar, stamp, request, state = 'done', mount, device"


class Inventory:
    """The known files of a library."""

    def __init__(self, database: QueueDatabase) -> None:
        self._database = database

    def find(self, path: Path) -> Known | None:
        """Return what is known of a file."""
        return next(self._all(f"SELECT {_KNOWN} FROM file WHERE uri = ?", as_uri(path)), None)

    def of_folder(self, folder: Path) -> dict[Path, Known]:
        """Return what is known of the files that lie directly in a folder."""
        found = self._all(f"SELECT {_KNOWN} FROM file WHERE folder = ?", as_uri(folder))
        return {known.path: known for known in found}

    def below(self, path: Path) -> list[Known]:
        """Return what is known of a file, or of all files below a folder."""
        question = f"SELECT {_KNOWN} FROM file WHERE uri = ? OR (uri > ? AND uri < ?)"
        return list(self._all(question, as_uri(path), *bounds(path)))

    def folders(self, root: Path) -> list[Path]:
        """Return the folders below another, and that one, in which files are known."""
        question = "SELECT DISTINCT folder FROM file WHERE folder = ? OR (folder > ? AND folder < ?)"
        return [from_uri(folder) for (folder,) in self._database.ask(question, as_uri(root), *bounds(root))]

    def twins(self, path: Path, fingerprint: str) -> list[Known]:
        """Return the other files that had a fingerprint when they were last taken care of."""
        question = f"SELECT {_KNOWN} FROM file WHERE fingerprint = ? AND uri != ?"
        return list(self._all(question, fingerprint, as_uri(path)))

    def is_gone(self, path: Path, volume: Volume, root: Path) -> bool:
        """Whether a file that is not there was deleted or moved; else its drive or watched folder is away.

        It is gone where the folder above it is on the volume that it was recorded on. A drive has another
        number after a restart: then it is known by the other files that were recorded on it.
        """
        if not root.is_dir():
            return False
        now = volume_of(path)
        return now == volume or (now.mount == volume.mount and self._is_there(volume))

    def _is_there(self, volume: Volume) -> bool:
        question = "SELECT uri FROM file WHERE mount = ? AND device = ? AND fingerprint != '' LIMIT ?"
        rows = self._database.ask(question, as_uri(volume.mount), volume.device, SAMPLE)
        return any(os.path.lexists(from_uri(uri)) for (uri,) in rows)

    def _all(self, question: str, *values: str) -> Iterator[Known]:
        for uri, sidecar, stamp, request, done, mount, device in self._database.ask(question, *values):
            volume = Volume(from_uri(mount), device)
            yield Known(from_uri(uri), from_uri(sidecar), stamp, request, bool(done), volume)


def bounds(folder: Path) -> tuple[str, str]:
    """Return the URIs between which those of everything below a folder are."""
    beginning = as_uri(folder).rstrip("/")
    return beginning + "/", beginning + "0"  # the character after the slash


def away(volume: Volume, root: Path) -> Path:
    """Return what is away where a file is missing but not gone: its drive, or the watched folder."""
    return volume.mount if volume.mount.is_relative_to(root) else root
