"""Watched folders: whether they are there, and which files in them count."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from analyzer.discovery import is_wanted
from analyzer.errors import UsageError
from analyzer.paths import shown
from analyzer.settings import Settings
from analyzer.watching.settling import is_temporary
from analyzer.watching.volumes import mounts


@dataclass(frozen=True)
class Folder:
    """A watched folder.

    Links to folders are not followed, so that none leads in circles; links to files are files.

    Attributes:
        path: absolute, without links.
        recursive: whether what is below it is watched, too.
        settings: say what counts as a video.
    """

    path: Path
    recursive: bool
    settings: Settings

    def state(self) -> tuple[object, ...] | None:
        """Return what changes when another folder or drive is there, or below it; None: it is not there."""
        try:
            stat = self.path.stat()
        except OSError:
            return None
        here = os.path.realpath(self.path)
        below = tuple(sorted(mount for mount in mounts() if Path(mount).is_relative_to(here)))
        return (stat.st_dev, stat.st_ino, below) if self.path.is_dir() else None

    def has(self, path: Path) -> bool:
        """Whether a path is in its realm: below it, and not hidden, thrown away or temporary."""
        if path == self.path:
            return True
        if not path.is_relative_to(self.path) or not (self.recursive or path.parent == self.path):
            return False
        return not any(map(is_temporary, path.relative_to(self.path).parts))

    def wants(self, path: Path) -> bool:
        """Whether a path in its realm is named as a video."""
        return is_wanted(path, self.settings) and self.has(path)

    def walk(self, top: Path, closed: list[Path]) -> Iterator[tuple[Path, list[Path]]]:
        """Yield each folder from `top` on with its files that count; `closed` gets the unreadable ones."""
        for place, folders, names in os.walk(top, onerror=lambda error: closed.append(Path(error.filename))):
            folders[:] = sorted(name for name in folders if self.recursive and not is_temporary(name))
            whole = (Path(place, name) for name in sorted(names) if not is_temporary(name))
            yield Path(place), [path for path in whole if is_wanted(path, self.settings)]


def folders(paths: Iterable[Path], recursive: bool, settings: Settings) -> list[Folder]:
    """Return the folders to watch, without those that lie in another one.

    Raises:
        UsageError: one is a file.
    """
    found = dict.fromkeys(path.resolve() for path in paths)
    for path in found:
        if path.exists() and not path.is_dir():
            raise UsageError(f"{shown(path)}: is not a folder; name the folder that it is in")
    inner = {path for path in found if recursive and any(above in found for above in path.parents)}
    return [Folder(path, recursive, settings) for path in found if path not in inner]
