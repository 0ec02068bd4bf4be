"""Documents of a database into rows and entries."""

import contextlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from heapq import merge
from typing import Any

from pydantic import ValidationError

from analyzer.errors import StoreError
from analyzer.overlap import batched
from analyzer.stores.entries import Entry, Prints, Row
from analyzer.stores.mongo import documents
from analyzer.stores.mongo.link import Document, Link
from analyzer.stores.mongo.writing import MOVIES

KEYS = 5_000
"""Keys that are asked for at once."""
_PAGE = 1_000
_PAGE_OF_PRINTS = 200
_LARGE = 20  # documents with their prints that come in one message

OURS = {"stamp": {"$exists": True}}
"""Filter: what Marquee has written, not somebody else."""


def rows(link: Link) -> Iterator[Row]:
    """Return the rows of movies and galleries by key."""
    found = [_pages(link, name, documents.ONLY_ROW, _PAGE) for name in MOVIES]
    return rows_of(link, merge(*found, key=_key))


def prints(link: Link) -> Iterator[tuple[Row, Prints]]:
    """Return rows and perceptual hashes of movies by key."""
    for document in _pages(link, "movie", documents.WITH_PRINTS, _PAGE_OF_PRINTS, _LARGE):
        with understanding(link, document):
            pair = documents.row(document), documents.prints(document)
        yield pair


def stamps(link: Link, keys: Collection[str]) -> dict[str, str]:
    """Return stamps by key; of what is in both collections the one of what is being written."""
    found: dict[str, str] = {}
    for some in batched(keys, KEYS):
        for name in MOVIES:
            for document in ask(link, name, {**among("_id", some), **OURS}, {"stamp": 1}):
                key, stamp = document["_id"], document["stamp"]
                found[key] = min(stamp, found.get(key, stamp))
    return found


def entries(link: Link, keys: Collection[str]) -> Iterator[Entry]:
    """Return entries, some at a time."""
    for some in batched(stamps(link, keys), _LARGE):
        movies = [one for name in MOVIES for one in ask(link, name, {**among("_id", some), **OURS})]
        people = _by_source(link, "person", some)
        faces = _by_source(link, "face", some)
        for document in movies:
            key = document["_id"]
            with understanding(link, document):
                cast = sorted(people[key], key=lambda person: person["billing"])
                entry = documents.entry(
                    document, cast, sorted(faces[key], key=lambda face: int(face["name"]))
                )
            yield entry


def rows_of(link: Link, found: Iterable[Document]) -> Iterator[Row]:
    """Return rows of documents."""
    for document in found:
        with understanding(link, document):
            row = documents.row(document)
        yield row


def ask(
    link: Link, name: str, query: Mapping[str, Any], fields: Mapping[str, Any] | None = None
) -> list[Document]:
    """Return the documents of a collection that fulfil a query."""
    with link.complaining():
        return [*link[name].find(query, fields)]


def among(field: str, values: Collection[Any]) -> dict[str, Any]:
    """Return the filter of those whose field is one of some values; of one alone servers find it faster."""
    return {field: next(iter(values))} if len(values) == 1 else {field: {"$in": [*values]}}


@contextlib.contextmanager
def understanding(link: Link, document: Document) -> Iterator[None]:
    """Say of a document that Marquee has not written so that somebody has changed it.

    Raises:
        StoreError: it makes no record.
    """
    try:
        yield
    except (ValidationError, KeyError, TypeError, ValueError) as error:
        why = " ".join(str(error).split())[:200]
        raise StoreError(
            f"{link.name}: {document.get('path', document['_id'])}: somebody else has changed its document "
            f"({why}); 'marquee db rebuild' writes it anew"
        ) from None


def _pages(link: Link, name: str, fields: Mapping[str, Any], size: int, batch: int = 0) -> Iterator[Document]:
    """Return what is ours of a collection by key, a page at a time: meanwhile others may write.

    Args:
        link: the database.
        name: of the collection.
        fields: the projection.
        size: of a page.
        batch: how many come in one message; 0: as many as the server likes.
    """
    last = ""
    while True:
        with link.complaining():
            asked = link[name].find({"_id": {"$gt": last}, **OURS}, fields)
            page = [*asked.sort("_id").limit(size).batch_size(batch)]
        yield from page
        if len(page) < size:
            return
        last = _key(page[-1])


def _by_source(link: Link, name: str, keys: list[str]) -> defaultdict[str, list[Document]]:
    found: dict[str, list[Document]] = defaultdict(list)
    for document in ask(link, name, among("source", keys)):
        found[document["source"]].append(document)
    return defaultdict(list, found)


def _key(document: Document) -> str:
    return str(document["_id"])
