"""A database as files that mongorestore reads.

    <database>/<collection>.bson              its documents, one after another
    <database>/<collection>.metadata.json     its indexes and options, as canonical extended JSON

As mongodump does, it writes what of a name is not plain as %XX.
"""

from pathlib import Path
from typing import Literal, cast
from urllib.parse import quote

from bson import json_util
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo.collection import Collection
from pymongo.database import Database

from analyzer.errors import StoreError
from analyzer.stores.mongo import migrations, swapping
from analyzer.stores.mongo.link import Document, Link
from analyzer.stores.whole import writing

RAW: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)
"""Documents as bytes: none is changed on its way."""
BATCH = 20
"""Documents that are in memory at once."""
BSON, METADATA = ".bson", ".metadata.json"
_LONGEST = 78  # with 'dump/' and METADATA, what an archive takes
_FIRST = ("movie", "gallery")


def dump(link: Link, folder: Path) -> None:
    """Write all collections, also those of others, to a folder.

    Movies come first: one that is written anew meanwhile has another stamp then than its sidecar, and is seen
    to be stale. The collection of migrations is written even if there is none: no dump is empty.
    """
    found = {one["name"]: one for one in swapping.collections(link)}
    found.setdefault(migrations.RECORDED, {"name": migrations.RECORDED})
    target = folder / _plain(link.database.name)
    with writing(folder):
        target.mkdir(parents=True)
        for name in sorted(found, key=lambda name: (name not in _FIRST, name)):
            _dump(link, found[name], target)


def _dump(link: Link, one: Document, folder: Path) -> None:
    name, kind = one["name"], one.get("type", "collection")
    if kind not in ("collection", "view"):
        raise StoreError(f"{link.name}: the collection {name} is a {kind}; back it up with mongodump")
    beginning = _plain(name)
    if len(folder.name) + len(beginning) > _LONGEST:
        raise StoreError(f"{link.name}: the collection {name} has too long a name; back it up with mongodump")
    (folder / f"{beginning}{METADATA}").write_text(_metadata(link, one, kind), "utf-8")
    if kind == "collection":
        with (folder / f"{beginning}{BSON}").open("xb") as file, link.complaining():
            documents = raw(link, name)
            for document in documents.find().batch_size(BATCH):
                file.write(document.raw)


def _plain(name: str) -> str:
    return quote(name, safe="").replace("~", "%7E")


def raw(link: Link, name: str) -> Collection[RawBSONDocument]:
    """Return a collection whose documents are not decoded."""
    return cast(Database[RawBSONDocument], link.database).get_collection(name, RAW)


def _metadata(link: Link, one: Document, kind: Literal["collection", "view"]) -> str:
    with link.complaining():
        indexes = [*link[one["name"]].list_indexes()] if kind == "collection" else []
    metadata = {
        "options": one.get("options", {}),
        "indexes": indexes,
        "uuid": bytes(one.get("info", {}).get("uuid", b"")).hex(),
        "collectionName": one["name"],
        "type": kind,
    }
    return json_util.dumps(metadata, json_options=json_util.CANONICAL_JSON_OPTIONS)
