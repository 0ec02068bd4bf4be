"""A query, answered by the server; there are no joins, so people are looked up first."""

import re
from typing import Any

from analyzer.overlap import batched
from analyzer.stores.contract import Query
from analyzer.stores.entries import Row
from analyzer.stores.mongo import documents
from analyzer.stores.mongo.link import Document, Link
from analyzer.stores.mongo.reading import KEYS, OURS, rows_of
from analyzer.stores.mongo.writing import MOVIES

Places = dict[str, tuple[int, float]]
"""By movie, how somebody is billed: place and, the longest first, time on screen."""

BY_PATH = [("path", 1), ("_id", 1)]
SORTS = {
    "name": BY_PATH,
    "longest": [("duration_s", -1), *BY_PATH],
    "newest": [("analyzed_s", -1), *BY_PATH],
}
"""The orders that a server sorts by."""


def find(link: Link, query: Query) -> list[Row]:
    """Return what fulfils a query, in its order."""
    if query.limit == 0 or "\0" in query.name:
        return []
    people = [_places(link, who) for who in query.people]
    found = rows_of(link, _candidates(link, query, people))
    return sorted(found, key=lambda row: _place(row, query, people))[: query.limit]


def _places(link: Link, who: frozenset[tuple[str, str]]) -> Places:
    places: Places = {}
    for some in batched(sorted(who), KEYS):
        asked = {"appearance": {"$in": [documents.appearance(*pair) for pair in some]}}
        with link.complaining():
            for person in link["person"].find(asked, {"source": 1, "billing": 1, "screen_time_s": 1}):
                place = person["billing"], -person["screen_time_s"]
                places[person["source"]] = min(place, places.get(person["source"], place))
    return places


def _candidates(link: Link, query: Query, people: list[Places]) -> list[Document]:
    """Return the documents of what fulfils a query; at most its limit of each order that servers know."""
    everywhere = _filter(query)
    if not people:
        return _ask(link, everywhere, query, sort=SORTS.get(query.order, BY_PATH))
    keys = sorted(set.intersection(*(set(places) for places in people)))
    sort = SORTS.get(query.order)
    return [
        document
        for some in batched(keys, KEYS)
        for document in _ask(link, {**everywhere, "_id": {"$in": some}}, query, sort)
    ]


def _ask(
    link: Link, asked: dict[str, Any], query: Query, sort: list[tuple[str, int]] | None
) -> list[Document]:
    found: list[Document] = []
    for name in MOVIES:
        cursor = link[name].find(asked, documents.ONLY_ROW)
        if query.limit is not None and sort:
            cursor = cursor.sort(sort).limit(query.limit)
        with link.complaining():
            found += cursor
    return found


def _filter(query: Query) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [OURS]
    parts += [{"folded.objects": label.casefold()} for label in query.objects]
    parts += [{"folded.tags": label.casefold()} for label in query.tags]
    if query.name:
        parts.append({"folded.path": {"$regex": re.escape(query.name.casefold())}})
    if query.longer_s is not None:
        parts.append({"duration_s": {"$gte": query.longer_s}})
    if query.shorter_s is not None:
        parts.append({"duration_s": {"$lte": query.shorter_s}})
    return {"$and": parts}


def _place(row: Row, query: Query, people: list[Places]) -> tuple[Any, ...]:
    last = row.path, row.key
    if query.order == "longest":
        return -row.duration_s, *last
    if query.order == "newest":
        return -row.analyzed_s, *last
    if query.order == "billing" and people:
        return *people[0][row.key], *last
    return last
