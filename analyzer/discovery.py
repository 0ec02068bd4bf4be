"""Which files the names of a command line stand for."""

import fnmatch
import glob
import os
import re
from collections.abc import Iterable
from pathlib import Path

from analyzer.errors import InputError, UsageError
from analyzer.media.gallery import is_picture
from analyzer.paths import shown
from analyzer.settings import Settings
from analyzer.stores import sidecar


def discover(names: Iterable[str], settings: Settings, galleries: bool = False) -> dict[Path, Path]:
    """Return the files that names of files, folders and patterns stand for, in order, each once.

    Each comes with the folder it lies in, seen from the one that was named: `.` for a file named itself.

    A file is taken as it is named; a folder is searched with everything below it for `jobs.include`. What
    `jobs.exclude` matches is left out everywhere but where it is named itself, and sidecars always. A name
    that stands for nothing, and a folder that cannot be searched, is kept: it fails in its turn. With
    `galleries`, each folder that holds pictures itself is taken, too.

    Raises:
        UsageError: a name is empty, or there is no file to analyze at all.
    """
    found: dict[Path, Path] = {}
    seen: set[str] = set()
    for name in names:
        if not name:
            raise UsageError("an empty file name; did a shell variable have no value?")
        for path, below in _named(os.path.expanduser(name), settings, galleries):  # noqa: PTH111 - never raises
            same = os.path.join(os.path.realpath(path.parent), path.name)  # noqa: PTH118
            if same not in seen and not path.name.endswith(sidecar.SUFFIX):
                seen.add(same)
                found[path] = below
    if not found:
        what = "no video or picture" if galleries else "no video"
        where = ", ".join(map(shown, map(Path, names)))
        raise UsageError(f"{what} in {where}; jobs.include says what counts as a video")
    return found


def refuse_nothing(path: Path) -> None:
    """Say of a name that stands for no file what it may have been meant to be.

    Raises:
        InputError: it is an address, or a pattern that nothing matches.
    """
    if os.path.lexists(path):
        return
    if re.match(r"[a-z]+:/", str(path)):
        raise InputError(f"{shown(path)}: is an address; download the file first")
    if glob.has_magic(str(path)):
        raise InputError(f"{shown(path)}: no file matches this pattern")


def is_wanted(file: Path, settings: Settings) -> bool:
    """Whether a file of a folder counts as a video: `jobs.include` has it, `jobs.exclude` has not."""
    return _matches(file, settings.jobs.include) and not _matches(file, settings.jobs.exclude)


def _named(name: str, settings: Settings, galleries: bool) -> list[tuple[Path, Path]]:
    path = Path(name)
    if os.path.isdir(name):  # noqa: PTH112 - Path.is_dir raises where it may not look
        return _search(path, settings, galleries)
    if not os.path.lexists(name) and glob.has_magic(name):
        return _expand(name, settings, galleries) or [(path, Path())]
    return [(path, Path())]


def _expand(pattern: str, settings: Settings, galleries: bool) -> list[tuple[Path, Path]]:
    matches: list[tuple[Path, Path]] = []
    for name in sorted(glob.glob(pattern, recursive=True)):  # noqa: PTH207 - takes absolute patterns, too
        path = Path(name)
        if os.path.isdir(name):  # noqa: PTH112
            matches += [] if "**" in pattern else _search(path, settings, galleries)
        elif not _matches(path, settings.jobs.exclude):
            matches.append((path, Path()))
    return matches


def _search(folder: Path, settings: Settings, galleries: bool) -> list[tuple[Path, Path]]:
    jobs = settings.jobs
    closed: list[Path] = []
    walk = os.walk(folder, onerror=lambda error: closed.append(Path(error.filename)))
    files = sorted(Path(root) / name for root, _, names in walk for name in names)
    wanted = [(f, f.parent.relative_to(folder)) for f in files if _matches(f, jobs.include)]
    if galleries:
        holders = dict.fromkeys(file.parent for file in files if is_picture(file.name))
        wanted += [(f, f.parent.relative_to(folder) if f != folder else Path()) for f in holders]
    return [(path, Path()) for path in closed] + [
        pair for pair in wanted if not _matches(pair[0], jobs.exclude)
    ]


def _matches(file: Path, patterns: Iterable[str]) -> bool:
    """Whether a pattern fits the name, or, where it has a slash, the path; case does not matter."""
    name, path = file.name.lower(), file.as_posix().lower()
    return any(fnmatch.fnmatchcase(path if "/" in p else name, p.lower()) for p in patterns)
