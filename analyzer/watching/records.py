"""Moves, copies and deletions: what becomes of the sidecars of files that are elsewhere, or nowhere, now.

A deleted file's record lies in the attic for a while. Wherever a file of its fingerprint appears again, it is
taken out of there, or over from a copy: that is how a record follows a file that was moved.
"""

import contextlib
import time
from pathlib import Path

from analyzer.errors import USER_ERRORS, SidecarError
from analyzer.keeping import Keeper
from analyzer.media.fingerprint import oshash, sampled_hash
from analyzer.paths import as_text
from analyzer.stores import sidecar
from analyzer.watching.inventory import Inventory

DAY_S = 86400
KEPT_DAYS = 30


def fingerprint_of(path: Path) -> str:
    """Return what files that are the same have in common: oshash, dash, sampled hash.

    Raises:
        InputError: the file cannot be read.
    """
    return f"{oshash(path)}-{sampled_hash(path)}"


class Records:
    """The records of watched files.

    Args:
        home: MARQUEE_HOME.
        keeper: writes what is written.
        inventory: knows where files of a fingerprint are.
    """

    def __init__(self, home: Path, keeper: Keeper, inventory: Inventory) -> None:
        self._attic, self._keeper, self._inventory = home / "attic", keeper, inventory

    def arrive(self, path: Path, target: Path, now: str, before: str) -> bool:
        """Have a file's record lie where it should, if there is one somewhere; whether it was brought there.

        Args:
            path: the file.
            target: where its sidecar belongs.
            now: its fingerprint.
            before: the fingerprint of what was at this path before.

        Raises:
            OutputError, StoreError, InputError: a sidecar cannot be written or read.
        """
        header = _header(target)
        if header and header.source.oshash == _oshash(now):
            was = header.source.path
            came_along = was != as_text(path) and not _same(Path(was), path)
            return came_along and self._take_over(target, path, target)
        if header and before and header.source.oshash == _oshash(before):
            self._put_away(path, target, before)
        elif target.exists():
            return False  # another's, or damaged: that is for the one who analyzes
        kept = self._attic_of(now)
        twins = [known.sidecar for known in self._inventory.twins(path, now)]
        for donor in (kept, *twins):
            if _is_of(donor, now) and self._take_over(donor, path, target):
                kept.unlink(missing_ok=True)
                return True
        return False

    def leave(self, path: Path, target: Path, before: str) -> None:
        """Clear up after a file that is gone. Doing it again changes nothing.

        Args:
            path: where it was.
            target: where its sidecar is.
            before: its fingerprint.

        Raises:
            OutputError, StoreError, InputError: something cannot be written or read.
        """
        if before and _is_of(target, before):
            self._put_away(path, target, before)
        self._keeper.drop(path)

    def clear_attic(self) -> None:
        """Delete the records that have been in the attic for KEPT_DAYS, and their cards.

        Raises:
            OutputError: one cannot be deleted.
        """
        for path in self._attic.glob("*.json"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > KEPT_DAYS * DAY_S:
                    self._keeper.discard(path, _oshash(path.name))

    def _put_away(self, path: Path, target: Path, fingerprint: str) -> None:
        """Have a record that lies where its file is no more in the attic, if it is the last one."""
        twins = (known for known in self._inventory.twins(path, fingerprint) if known.path.exists())
        alive = [twin.sidecar for twin in twins if _is_of(twin.sidecar, fingerprint)]
        if target not in alive:
            self._keeper.move(target, *(alive or [self._attic_of(fingerprint)])[:1])

    def _take_over(self, donor: Path, path: Path, target: Path) -> bool:
        try:
            movie = sidecar.read(donor)
        except SidecarError:
            return False
        if movie:
            source = movie.source.model_copy(update={"path": as_text(path)})
            self._keeper.write(target, movie.model_copy(update={"source": source}))
        return movie is not None

    def _attic_of(self, fingerprint: str) -> Path:
        return self._attic / f"{fingerprint}.json"  # not named as a sidecar: no store is rebuilt from it


def _oshash(fingerprint: str) -> str:
    return fingerprint.partition("-")[0]


def _is_of(path: Path, fingerprint: str) -> bool:
    header = _header(path)
    return header is not None and header.source.oshash == _oshash(fingerprint)


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _header(path: Path) -> sidecar.Header | None:
    """What the sidecar at a path is of; None where there is no sound one."""
    try:
        return sidecar.read_header(path)
    except USER_ERRORS:
        return None
