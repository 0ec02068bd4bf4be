"""Entries into a database, and out of it; the rule that the package's docstring states is kept here."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pymongo import DeleteMany, ReplaceOne, UpdateMany, UpdateOne

from analyzer.overlap import batched
from analyzer.stores.entries import Entry
from analyzer.stores.mongo import documents
from analyzer.stores.mongo.documents import UNFINISHED
from analyzer.stores.mongo.link import Document, Link

BATCH = 50
"""Entries that are written together."""
_FACES = 5_000  # after so many no further entry is taken into a batch

_WRITES = 50  # in one command; FerretDB hangs at 100

MOVIES = ("movie", "gallery")
PARTS = ("face", "person")
"""What hangs on a movie: faces on people, too, so that they go first and come last."""

_OURS = "marquee"

Write = ReplaceOne[Document] | UpdateOne | UpdateMany | DeleteMany


def batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Return entries in lists that are written at once; of those of one key in a list the last."""
    batch: dict[str, Entry] = {}
    for entry in entries:
        batch[entry.row.key] = entry
        if len(batch) >= BATCH or sum(len(one.faces) for one in batch.values()) >= _FACES:
            yield [*batch.values()]
            batch = {}
    if batch:
        yield [*batch.values()]


def save(link: Link, batch: Sequence[Entry]) -> None:
    """Replace what there is of entries; doing it again does no harm."""
    before = _begin(link, batch)
    _drop_parts(link, before)
    for name, make in (("person", documents.people), ("face", documents.faces)):
        if parts := [part for entry in batch for part in make(entry)]:
            link[name].insert_many(parts)
    _retag(link, {entry.row.key: documents.words(entry) for entry in batch}, before)
    for name in MOVIES:
        _write(link, name, [_finish(entry) for entry in batch if documents.collection_of(entry.row) == name])


def remove(link: Link, keys: Sequence[str]) -> None:
    """Drop what there is of movies; doing it again does no harm."""
    ours = {"_id": {"$in": keys}, "stamp": {"$exists": True}}
    for name in MOVIES:
        link[name].update_many(ours, {"$set": {"stamp": UNFINISHED}})
    _drop_parts(link, keys)
    _retag(link, dict.fromkeys(keys, frozenset()), keys)
    for name in MOVIES:
        link[name].delete_many(ours)


def _begin(link: Link, batch: Sequence[Entry]) -> list[str]:
    """Write movies as not finished; return the keys of those that there were."""
    new: set[str] = set()
    for name in MOVIES:
        mine = [entry for entry in batch if documents.collection_of(entry.row) == name]
        if not mine:
            continue
        made = link[name].bulk_write([_replace(documents.movie(entry)) for entry in mine], ordered=False)
        new |= {mine[index].row.key for index in made.upserted_ids or ()}
        (other,) = {*MOVIES} - {name}
        new -= _drop(link, other, [entry.row.key for entry in mine])
    return [entry.row.key for entry in batch if entry.row.key not in new]


def _drop(link: Link, name: str, keys: Sequence[str]) -> set[str]:
    """Drop documents; return the keys of those that there were."""
    found = {document["_id"] for document in link[name].find({"_id": {"$in": keys}}, {"_id": 1})}
    if found:
        link[name].delete_many({"_id": {"$in": [*found]}})
    return found


def _drop_parts(link: Link, keys: Sequence[str]) -> None:
    for name in PARTS:
        _write(link, name, [DeleteMany({"source": key}) for key in keys])


def _replace(document: Document) -> ReplaceOne[Document]:
    return ReplaceOne({"_id": document["_id"]}, document, upsert=True)


def _finish(entry: Entry) -> UpdateOne:
    return UpdateOne({"_id": entry.row.key}, {"$set": {"stamp": entry.row.stamp}})


def _retag(link: Link, words: Mapping[str, Iterable[str]], before: Sequence[str]) -> None:
    """Have each tag name exactly those of some movies that have it; what others wrote into it stays.

    Args:
        link: where.
        words: by the key of each movie, the tags that it has.
        before: the keys of those movies that there were before.
    """
    writes: list[Write] = [
        UpdateMany({"galleries": key, "name": {"$nin": sorted(words[key])}}, {"$pull": {"galleries": key}})
        for key in before
    ]
    having: dict[str, list[str]] = {}
    for key, some in words.items():
        for word in some:
            having.setdefault(word, []).append(key)
    there = link["tag"].find({"name": {"$in": [*having]}}, {"name": 1})
    known = {tag["name"]: tag["_id"] for tag in there}
    writes += [_tag(known.get(word, word), word, keys) for word, keys in having.items()]
    if before:
        writes.append(DeleteMany({"made_by": _OURS, "galleries": []}))
    _write(link, "tag", writes)


def _tag(identity: Any, name: str, keys: Sequence[str]) -> UpdateOne:
    made = {"name": name, "made_by": _OURS}
    added = {"galleries": {"$each": keys}}
    return UpdateOne({"_id": identity}, {"$addToSet": added, "$setOnInsert": made}, upsert=True)


def _write(link: Link, name: str, writes: Sequence[Write]) -> None:
    for some in batched(writes, _WRITES):
        link[name].bulk_write(some)
