"""The ledger: every file that Marquee wrote and that may hold a person, so that `forget` finds them all."""

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, unquote_to_bytes

from pydantic import ValidationError

from analyzer.errors import InputError, LibraryError
from analyzer.library.decisions import Anchor
from analyzer.library.locks import locked
from analyzer.paths import shown
from analyzer.records import Record
from analyzer.stores.sidecar import SUFFIX
from analyzer.stores.whole import append_whole, write_whole, writing

Kind = Literal["sidecar", "card", "export", "graph"]


class Entry(Record):
    """One file.

    Attributes:
        quoted: its absolute path, percent-encoded: it need not be UTF-8.
        video: of a sidecar: the oshash of its video.
        sha256: of what was written, where only the file as it was may be deleted.
        device: number of the file system it was written to; tells a deleted file from a drive that is away.
        due: someone is still to be forgotten in it.
        anchors: of a sidecar: where they are seen.
    """

    quoted: str
    kind: Kind
    video: str = ""
    sha256: str = ""
    device: int | None = None
    due: bool = False
    anchors: tuple[Anchor, ...] = ()

    @property
    def path(self) -> Path:
        """Where it was written."""
        return Path(os.fsdecode(unquote_to_bytes(self.quoted)))

    def is_gone(self) -> bool:
        """Whether the file was deleted or moved: its folder is there, on the drive it was written to."""
        return self.path.parent.is_dir() and _device(self.path) == self.device


class Ledger:
    """The ledger of a library."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "ledger.jsonl"
        self._known = b""
        self._entries: list[Entry] = []
        self._by_identity: dict[tuple[str, ...], Entry] = {}

    def record(self, path: Path, kind: Kind, video: str = "", content: bytes | None = None) -> None:
        """Note a file; to be called before it is written.

        Args:
            path: where to.
            kind: a sidecar is rewritten when someone is forgotten, all others are deleted.
            video: of a sidecar: the oshash of its video.
            content: what will be written, where the user may put something else in its place.

        Raises:
            OutputError: the ledger cannot be written.
            LibraryError, InputError: it cannot be read.
        """
        path = path.absolute()
        digest = hashlib.sha256(content).hexdigest() if content is not None else ""
        new = Entry(
            quoted=quote(os.fsencode(path)), kind=kind, video=video, sha256=digest, device=_device(path)
        )
        self._catch_up()
        if _identity(new) in self._by_identity and not digest:
            return
        with locked(self.path.parent):
            self._catch_up()
            same = self._by_identity.get(_identity(new))
            if same is None:
                self._append(new.model_copy(update=_still_due(self._entries, video)))
            elif same.sha256 != digest:
                self._change(lambda entry: new if _identity(entry) == _identity(new) else entry)

    def has_written(self, path: Path) -> bool:
        """Whether a file is as Marquee wrote it.

        Raises:
            OSError: it cannot be read.
            LibraryError, InputError: the ledger cannot be read.
        """
        quoted, digest = quote(os.fsencode(path.absolute())), hashlib.sha256(path.read_bytes()).hexdigest()
        return any((entry.quoted, entry.sha256) == (quoted, digest) for entry in self.files())

    def _append(self, entry: Entry) -> None:
        with writing(self.path):
            append_whole(self.path, _line(entry), len(self._bytes()))

    def files(self) -> tuple[Entry, ...]:
        """Return all entries in the order they were made; a last line that was torn off never counted.

        Raises:
            LibraryError: a line is damaged.
            InputError: it cannot be read.
        """
        self._catch_up()
        return tuple(self._entries)

    def _catch_up(self) -> None:
        """Read what was appended since the last time; all of it, where something else has changed."""
        content = self._bytes()
        if not content.startswith(self._known):
            self._known, self._entries, self._by_identity = b"", [], {}
        new = content[len(self._known) :].splitlines()
        entries = [self._understand(n, line) for n, line in enumerate(new, len(self._entries) + 1)]
        self._known = content
        self._entries += entries
        self._by_identity |= {_identity(entry): entry for entry in entries}

    def _understand(self, number: int, line: bytes) -> Entry:
        try:
            return Entry.model_validate_json(line)
        except ValidationError as error:
            raise LibraryError(
                f"{shown(self.path)}: line {number} is damaged: {error.errors()[0]['msg']}; "
                "mend or remove that line, nothing was changed"
            ) from None

    def sidecars(self) -> list[Entry]:
        """Return the sidecars, each once, without those that were set aside.

        Raises:
            LibraryError, InputError: see `files`.
        """
        kept = (e for e in self.files() if e.kind == "sidecar" and e.path.name.endswith(SUFFIX))
        return [*{entry.quoted: entry for entry in kept}.values()]

    def change(self, change: Callable[[Entry], Entry | None]) -> None:
        """Replace each entry by what `change` makes of it, None for nothing.

        Raises:
            OutputError: the ledger cannot be written.
            LibraryError, InputError: it cannot be read.
        """
        with locked(self.path.parent):
            self._change(change)

    def _change(self, change: Callable[[Entry], Entry | None]) -> None:
        before = self.files()
        after = [changed for entry in before if (changed := change(entry))]
        if len(before) != len(after) or any(a is not b for a, b in zip(before, after, strict=True)):
            with writing(self.path):
                write_whole(self.path, b"".join(map(_line, after)))

    def _bytes(self) -> bytes:
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise InputError(f"{shown(self.path)}: cannot be read: {error.strerror or error}") from None
        return content[: content.rfind(b"\n") + 1]


def _identity(entry: Entry) -> tuple[str, ...]:
    return entry.quoted, entry.kind, entry.video


def _still_due(entries: Sequence[Entry], video: str) -> dict[str, Any]:
    """What is to be forgotten in a record that cannot be reached is forgotten in its copies, too."""
    due = [entry for entry in entries if video and entry.due and entry.video == video]
    return {"due": bool(due), "anchors": tuple(anchor for entry in due for anchor in entry.anchors)}


def _line(entry: Entry) -> bytes:
    return entry.model_dump_json(exclude_defaults=True).encode("ascii") + b"\n"


def _device(path: Path) -> int | None:
    folder = next((folder for folder in path.parents if folder.exists()), None)
    return folder.stat().st_dev if folder else None
