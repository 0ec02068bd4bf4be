"""A query as SQL."""

import json
from typing import Any

from analyzer.stores.contract import Query
from analyzer.stores.entries import Row
from analyzer.stores.sqlite.database import Database
from analyzer.stores.sqlite.reading import MOVIE, rows_of

_WHO = """
    json_each(?) AS pair
    CROSS JOIN movie ON movie.video = json_extract(pair.value, '$[0]')
    CROSS JOIN person ON person.movie = movie.id AND person.id = json_extract(pair.value, '$[1]')
"""
"""The appearances of somebody."""
_STAR = f"""
    JOIN (
        SELECT person.movie, min(person.billing) AS billing, person.screen_time_s
        FROM {_WHO} GROUP BY person.movie
    ) AS star ON star.movie = movie.id
"""
"""Those movies in which somebody is; of their billings the best, and the screen time that goes with it."""
_WITH = f"movie.id IN (SELECT person.movie FROM {_WHO})"
_LABELLED = """
    movie.id IN (SELECT movie FROM label JOIN {table} ON {table}.label = label.id WHERE label.folded = ?)
"""
_ORDERS = {
    "billing": "star.billing, star.screen_time_s DESC, ",
    "name": "",
    "longest": "movie.duration_s DESC, ",
    "newest": "movie.analyzed_s DESC, ",
}


def find(database: Database, query: Query) -> list[Row]:
    """Return what fulfils a query, in its order."""
    people = [json.dumps(sorted(who)) for who in query.people]
    star = _STAR if people else ""
    conditions = [(_WITH, who) for who in people[1:]] + _conditions(query)
    where = " AND ".join(["TRUE", *(sql for sql, _ in conditions)])
    order = "" if query.order == "billing" and not people else _ORDERS[query.order]
    sql = f"SELECT {MOVIE} FROM movie {star} WHERE {where} ORDER BY {order} movie.path, movie.key LIMIT ?"
    limit = -1 if query.limit is None else query.limit
    return rows_of(database, database.ask(sql, *people[:1], *(value for _, value in conditions), limit))


def _conditions(query: Query) -> list[tuple[str, Any]]:
    """Conditions, each with its value."""
    found: list[tuple[str, Any]] = []
    found += [(_LABELLED.format(table="object"), label.casefold()) for label in query.objects]
    found += [(_LABELLED.format(table="tag"), label.casefold()) for label in query.tags]
    if query.name:
        found.append(("instr(movie.folded, ?)", query.name.casefold()))
    if query.longer_s is not None:
        found.append(("movie.duration_s >= ?", query.longer_s))
    if query.shorter_s is not None:
        found.append(("movie.duration_s <= ?", query.shorter_s))
    return found
