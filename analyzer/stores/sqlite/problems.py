"""What is not in order in tables, also in those that somebody made without indexes and foreign keys."""

from collections.abc import Iterator

from analyzer.stores.contract import Problem
from analyzer.stores.sqlite.database import Database, damaged
from analyzer.stores.sqlite.migrations import REFERENCES, UNIQUE


def check(database: Database) -> None:
    """Have SQLite look through the whole file.

    Raises:
        DamagedStoreError: it is damaged.
    """
    ((first, *_), *_) = database.ask("PRAGMA quick_check(1)")
    if first != "ok":
        raise damaged(database.path, first)


def problems(database: Database) -> Iterator[Problem]:
    """Return duplicates of keys that must be unique, and references to what there is not.

    Raises:
        DamagedStoreError: the file is damaged.
    """
    check(database)
    for table, keys in UNIQUE.items():
        for key in keys:
            yield from _duplicates(database, table, ", ".join(key))
    for table, references in REFERENCES.items():
        for columns, other, theirs in references:
            yield from _dangling(database, table, columns, other, theirs)


def _duplicates(database: Database, table: str, key: str) -> Iterator[Problem]:
    found = database.ask(f"SELECT count(*), {key} FROM {table} GROUP BY {key} HAVING count(*) > 1")
    for count, *values in found:
        yield Problem("duplicate", table, f"{count} of {key} {', '.join(map(str, values))}")


def _dangling(
    database: Database, table: str, columns: tuple[str, ...], other: str, theirs: tuple[str, ...]
) -> Iterator[Problem]:
    names = ", ".join(columns)
    same = " AND ".join(f"there.{b} = here.{a}" for a, b in zip(columns, theirs, strict=True))
    found = database.ask(
        f"SELECT count(*), {names} FROM {table} AS here WHERE here.{columns[-1]} IS NOT NULL "
        f"AND NOT EXISTS (SELECT 1 FROM {other} AS there WHERE {same}) GROUP BY {names}"
    )
    for count, *values in found:
        of = ", ".join(map(str, values))
        yield Problem("dangling", table, f"{count} of {names} {of}, which is not in {other}")
