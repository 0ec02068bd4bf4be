"""Files of a dump into a database."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bson import decode_file_iter, json_util
from bson.errors import BSONError
from bson.raw_bson import RawBSONDocument
from pydantic import BaseModel, ValidationError
from pymongo.errors import PyMongoError

from analyzer.errors import StoreError
from analyzer.overlap import batched
from analyzer.paths import shown
from analyzer.stores.mongo import migrations, swapping
from analyzer.stores.mongo.dumping import BATCH, BSON, METADATA, RAW, raw
from analyzer.stores.mongo.link import Link


class _Metadata(BaseModel):
    """What the metadata of a collection says; more than this is passed over."""

    collectionName: str  # noqa: N815
    indexes: list[dict[str, Any]] = []
    options: dict[str, Any] = {}


def load(link: Link, folder: Path) -> None:
    """Replace all that there is, also what others wrote, by a dump; see swapping.

    Raises:
        StoreError: it is no dump, or is damaged; nothing is changed then.
        NewerStoreError: a newer Marquee has made it.
    """
    files = _files(folder)
    recorded = (
        one for file, _ in files if file.name == f"{migrations.RECORDED}{BSON}" for one in _read(file)
    )
    migrations.refuse_newer(shown(folder), {str(one["_id"]) for one in recorded})
    with link.complaining():
        swapping.take_back(link)
        try:
            for file, metadata in files:
                _fill(link, file, metadata)
        except BaseException:
            with contextlib.suppress(PyMongoError):
                swapping.take_back(link)
            raise
        swapping.swap(link)


def _files(folder: Path) -> list[tuple[Path, _Metadata]]:
    """Return what a dump says of each collection, and the file of its documents."""
    databases = sorted({file.parent for file in folder.glob(f"*/*{METADATA}")})
    if len(databases) != 1:
        raise StoreError(f"{shown(folder)}: is no dump of one MongoDB database")
    return [
        (file.with_name(f"{file.name.removesuffix(METADATA)}{BSON}"), _understood(file))
        for file in sorted(databases[0].glob(f"*{METADATA}"))
        if not file.name.startswith("system.")
    ]


def _understood(file: Path) -> _Metadata:
    with _readable(file):
        return _Metadata.model_validate(json_util.loads(file.read_text("utf-8")))


def _fill(link: Link, file: Path, metadata: _Metadata) -> None:
    """Make a new collection, not yet in its place."""
    name = swapping.NEW + metadata.collectionName
    link.database.command({"create": name, **metadata.options})
    if "viewOn" in metadata.options:
        return
    target = raw(link, name)
    for batch in batched(_read(file), BATCH):
        target.insert_many(batch)
    indexes = [{key: index[key] for key in index if key not in ("v", "ns")} for index in metadata.indexes]
    if made := [index for index in indexes if index.get("name") != "_id_"]:
        link.database.command({"createIndexes": name, "indexes": made})


def _read(file: Path) -> Iterator[RawBSONDocument]:
    with _readable(file), file.open("rb") as opened:
        yield from decode_file_iter(opened, RAW)


@contextlib.contextmanager
def _readable(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"{shown(file)}: cannot be read: {error.strerror or error}") from None
    except (BSONError, ValidationError, ValueError) as error:
        raise StoreError(f"{shown(file)}: is damaged: {' '.join(str(error).split())[:200]}") from None
