"""What a backup says of itself."""

import hashlib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from analyzer.records import Index, Record
from analyzer.stores.contract import Kind

FORMAT: Literal[1] = 1
MANIFEST = "manifest.json"
DUMP = "dump"

Name = Annotated[str, Field(pattern=rf"^{DUMP}(/[A-Za-z0-9_%-][A-Za-z0-9_.%-]*)+$", max_length=99)]
"""Of a member: no way out of its folder, and short enough for one header."""


class File(Record):
    """A file of the dump."""

    size_bytes: Index
    sha256: str


class Manifest(Record):
    """What a backup holds.

    Attributes:
        marquee: the version that made it.
        made: when, in UTC.
        store: the kind of store that can load it.
        counts: of each collection.
        files: by name.
    """

    format: Literal[1] = FORMAT
    marquee: str
    made: str
    store: Kind
    counts: dict[str, Index]
    files: dict[Name, File]


class Format(BaseModel):
    """What every version of a manifest has."""

    format: int


def file_of(path: Path) -> File:
    """Return size and sum of a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return File(size_bytes=path.stat().st_size, sha256=digest)
