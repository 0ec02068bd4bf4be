"""What is not in order in a database, also where somebody else filled it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from analyzer.overlap import batched
from analyzer.stores.contract import Problem
from analyzer.stores.mongo.indexes import UNIQUE
from analyzer.stores.mongo.link import Document, Link
from analyzer.stores.mongo.reading import KEYS, ask
from analyzer.stores.mongo.writing import PARTS

_KEY = re.compile("[0-9a-f]{16}")


def problems(link: Link) -> Iterator[Problem]:
    """Return duplicates of keys that must be unique, and references to what there is not."""
    for name, fields in UNIQUE.items():
        if not _is_unique(link, name, fields):
            yield from _duplicates(link, name, fields)
    for name in PARTS:
        for source in _missing(link, _values(link, name, "source")):
            yield Problem("dangling", name, f"source {source} is neither a movie nor a gallery")
    for key in _missing(link, filter(_is_key, _values(link, "tag", "galleries"))):
        yield Problem("dangling", "tag", f"galleries names {key}, which is neither a movie nor a gallery")
    yield from _strangers(link)


def _is_unique(link: Link, name: str, fields: Sequence[str]) -> bool:
    """Whether an index sees to it that there are no duplicates."""
    with link.complaining():
        found = link[name].index_information().values()
    key = [(field, 1) for field in fields]
    return any(index["key"] == key and index.get("unique") for index in found)


def _duplicates(link: Link, name: str, fields: Sequence[str]) -> Iterator[Problem]:
    found = _group(link, name, {field: f"${field}" for field in fields}, {"$match": {"count": {"$gt": 1}}})
    for group in found:
        key = ", ".join(f"{field} {group['_id'].get(field)!r}" for field in fields)
        yield Problem("duplicate", name, f"{group['count']} of {key}")


def _strangers(link: Link) -> Iterator[Problem]:
    """Faces of people that their movie has not."""
    for groups in batched(_group(link, "face", {"source": "$source", "person": "$person"}), KEYS):
        sources = sorted({str(group["_id"].get("source")) for group in groups})
        people = ask(link, "person", {"source": {"$in": sources}}, {"source": 1, "id": 1})
        known = {(person["source"], person.get("id")) for person in people}
        for group in groups:
            source, person = group["_id"].get("source"), group["_id"].get("person")
            if person is not None and (source, person) not in known:
                yield Problem(
                    "dangling", "face", f"{group['count']} of person {person}, whom {source} has not"
                )


def _missing(link: Link, keys: Iterable[Any]) -> Iterator[Any]:
    """Return those keys that are neither a movie's nor a gallery's."""
    for some in batched(keys, KEYS):
        movies = ask(link, "movie", {"_id": {"$in": some}}, {"_id": 1})
        galleries = ask(link, "gallery", {"gid": {"$in": some}}, {"gid": 1})
        there = [movie["_id"] for movie in movies] + [gallery["gid"] for gallery in galleries]
        yield from (key for key in some if key not in there)


def _values(link: Link, name: str, field: str) -> Iterator[Any]:
    """Return the values of a field, each once; of an array those in it."""
    with link.complaining():
        for group in link[name].aggregate(
            [{"$unwind": f"${field}"}, {"$group": {"_id": f"${field}"}}], allowDiskUse=True
        ):
            yield group["_id"]


def _group(link: Link, name: str, key: Document, *stages: Document) -> Iterator[Document]:
    counted = {"$group": {"_id": key, "count": {"$sum": 1}}}
    with link.complaining():
        yield from link[name].aggregate([counted, *stages], allowDiskUse=True)


def _is_key(value: object) -> bool:
    """Whether something is as a key of ours: what others name is theirs to know."""
    return isinstance(value, str) and _KEY.fullmatch(value) is not None
