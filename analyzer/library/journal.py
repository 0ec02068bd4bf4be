"""The identity journal: what the user has decided, one line a decision, appended and never changed.

The first line says the version, and the least number that the next decision may have. `forget` alone rewrites
the journal.
"""

import itertools
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from analyzer.errors import InputError, LibraryError, NewerLibraryError
from analyzer.library.decisions import DECISION, AnyDecision, numbered
from analyzer.library.locks import locked
from analyzer.paths import shown
from analyzer.records import Index, Record
from analyzer.stores.whole import append_whole, write_whole, writing

T = TypeVar("T")

VERSION = 1
NAME = "journal.jsonl"


class Head(Record):
    """The first line."""

    journal: Index
    start: Index = 1


class _Version(BaseModel):
    """What every version has in its first line."""

    journal: Index


class Journal:
    """The journal of a library.

    Attributes:
        path: its file.
        notices: what the user should know of what was found and repaired.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self.notices: list[str] = []

    def read(self) -> tuple[AnyDecision, ...]:
        """Return all decisions in order; a last line that was torn off is set aside.

        Raises:
            LibraryError: a line is damaged, or the journal is of a newer version.
            InputError: it cannot be read.
            OutputError: it cannot be repaired.
        """
        if self._bytes().endswith(b"\n") or not self.path.exists():
            return self._parse()[1]
        with locked(self.path.parent):  # nobody is writing that line now
            self._repair()
        return self._parse()[1]

    def append(
        self, decision: AnyDecision, check: Callable[[tuple[AnyDecision, ...]], object]
    ) -> AnyDecision:
        """Write a decision to the end and return it with its number; it is on the disk then.

        Args:
            decision: without number and time; without a key it makes a new person.
            check: called with all decisions, this one last; what it raises keeps it from being written.

        Raises:
            LibraryError, InputError: see `read`.
            OutputError: it cannot be written.
        """
        with locked(self.path.parent):
            self._repair()
            head, lines = self._parse()
            n = max(head.start, lines[-1].n + 1 if lines else 0)
            decision = numbered(decision, n)
            check((*lines, decision))
            with writing(self.path):
                if not self._bytes():
                    write_whole(self.path, _line(head))
                append_whole(self.path, _line(decision), len(self._bytes()))
        return decision

    def rewrite(self, change: Callable[[tuple[AnyDecision, ...]], tuple[AnyDecision, ...]]) -> int:
        """Replace all decisions by what `change` makes of them; return how many are gone.

        What was set aside of torn lines is deleted: it may hold what is to be gone.

        Raises:
            LibraryError, InputError: see `read`.
            OutputError: it cannot be written.
        """
        with locked(self.path.parent):
            self._repair()
            head, before = self._parse()
            start = max(head.start, before[-1].n + 1 if before else 0)
            after = change(before)
            with writing(self.path):
                if after != before:
                    lines = [Head(journal=VERSION, start=start), *after]
                    write_whole(self.path, b"".join(map(_line, lines)))
                for torn in self.path.parent.glob("journal.torn-*"):
                    torn.unlink()
        return len(before) - len(after)

    def _bytes(self) -> bytes:
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise InputError(f"{shown(self.path)}: cannot be read: {error.strerror or error}") from None

    def _parse(self) -> tuple[Head, tuple[AnyDecision, ...]]:
        first, *rest = self._bytes().split(b"\n")[:-1] or [_line(Head(journal=VERSION))]
        version = self._understand(1, first, _Version.model_validate_json).journal
        if version > VERSION:
            raise NewerLibraryError(
                f"{shown(self.path)}: is of version {version}, newer than {VERSION}; upgrade Marquee"
            )
        head = self._understand(1, first, Head.model_validate_json)
        lines = [self._understand(i, line, DECISION.validate_json) for i, line in enumerate(rest, 2)]
        for i, (before, after) in enumerate(itertools.pairwise(lines), 3):
            if after.n <= before.n:
                raise self._damaged(i, f"number {after.n} after {before.n}")
        return head, tuple(lines)

    def _understand(self, number: int, line: bytes, validate: Callable[[bytes], T]) -> T:
        try:
            return validate(line)
        except ValidationError as error:
            raise self._damaged(number, error.errors()[0]["msg"]) from None

    def _damaged(self, number: int, why: str) -> LibraryError:
        return LibraryError(
            f"{shown(self.path)}: line {number} is damaged: {why}; mend or remove that line, "
            "nothing was changed"
        )

    def _repair(self) -> None:
        """End the last line, or set it aside where it is torn; the caller holds the lock."""
        sound, newline, tail = self._bytes().rpartition(b"\n")
        if not tail:
            return
        self._parse()
        with writing(self.path):
            try:
                DECISION.validate_json(tail)
            except ValidationError:
                self._set_aside(tail)
                os.truncate(self.path, len(sound + newline))
            else:
                with self.path.open("ab") as file:
                    file.write(b"\n")

    def _set_aside(self, tail: bytes) -> None:
        names = (self.path.with_name(f"journal.torn-{n}") for n in itertools.count(1))
        aside = next(name for name in names if not name.exists())
        write_whole(aside, tail)
        self.notices.append(
            f"{shown(self.path)}: its last line was cut off as it was written and does not count; "
            f"what is left of it is kept as {shown(aside)}"
        )


def _line(record: Record) -> bytes:
    return record.model_dump_json(exclude_none=True).encode("utf-8") + b"\n"
