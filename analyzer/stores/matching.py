"""A query held against entries, for stores that cannot be asked themselves."""

from typing import Any

from analyzer.stores.contract import Query
from analyzer.stores.entries import Entry, Performer


def fulfils(entry: Entry, query: Query) -> bool:
    """Whether an entry fulfils every condition of a query."""
    row = entry.row
    objects = {thing.label.casefold() for thing in entry.objects}
    tags = {tag.name.casefold() for tag in entry.tags}
    return (
        all(_billed(entry, who) for who in query.people)
        and objects.issuperset(map(str.casefold, query.objects))
        and tags.issuperset(map(str.casefold, query.tags))
        and query.name.casefold() in row.path.casefold()
        and (query.longer_s is None or query.longer_s <= row.duration_s)
        and (query.shorter_s is None or row.duration_s <= query.shorter_s)
    )


def _billed(entry: Entry, who: frozenset[tuple[str, str]]) -> Performer | None:
    """The best billed of those performers who are somebody."""
    performers = (p for p in entry.performers if (entry.row.video, p.id) in who)
    return min(performers, key=lambda p: p.billing, default=None)


def place(entry: Entry, query: Query) -> tuple[Any, ...]:
    """Return what the entries that fulfil a query are sorted by."""
    row = entry.row
    first: tuple[float, ...] = ()
    if query.order == "longest":
        first = (-row.duration_s,)
    elif query.order == "newest":
        first = (-row.analyzed_s,)
    elif query.order == "billing" and query.people and (star := _billed(entry, query.people[0])):
        first = (star.billing, -star.screen_time_s)
    return *first, row.path, row.key
