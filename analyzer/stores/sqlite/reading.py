"""Tables into entries."""

import contextlib
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

import numpy as np

from analyzer.records import Record, Tag
from analyzer.stores.entries import Entry, Performer, Prints, Row, Seen, Sighted
from analyzer.stores.sqlite.database import Database, damaged
from analyzer.stores.sqlite.writing import COLUMNS

T = TypeVar("T")
R = TypeVar("R", bound=Record)

PAGE = 1000
"""Rows that are fetched at once."""
BATCH = 50
"""Entries that are fetched or written at once: faces take room."""
MOVIE = ", ".join(f"movie.{name}" for name in COLUMNS)
"""The columns of a Row."""
_LISTED = "IN (SELECT value FROM json_each(?))"


def rows(database: Database) -> Iterator[Row]:
    """Return all rows by key, a page at a time: meanwhile others may write."""
    for page in _pages(database, f"SELECT {MOVIE} FROM movie WHERE key > ?"):
        yield from rows_of(database, page)


def prints(database: Database) -> Iterator[tuple[Row, Prints]]:
    """Return rows and perceptual hashes by key, galleries left out."""
    sql = f"SELECT {MOVIE}, times, hashes FROM movie JOIN print ON print.movie = movie.id WHERE NOT gallery"
    for page in _pages(database, f"{sql} AND key > ?"):
        with understanding(database):
            looks = [_prints(times, hashes) for *_, times, hashes in page]
        yield from zip(rows_of(database, (values[:-2] for values in page)), looks, strict=True)


def entries(database: Database, keys: Collection[str]) -> Iterator[Entry]:
    """Return entries, each as of one moment."""
    for some in batched(keys, BATCH):
        with database.transaction("DEFERRED"), understanding(database):
            found = _batch(database, some)
        yield from found


def stamps(database: Database, keys: Collection[str]) -> dict[str, str]:
    """Return stamps by key."""
    sql = f"SELECT key, stamp FROM movie WHERE key {_LISTED}"
    return dict(database.ask(sql, json.dumps([*keys])))


def rows_of(database: Database, values: Iterable[tuple[Any, ...]]) -> list[Row]:
    """Return rows of table `movie`, asked for as MOVIE."""
    with understanding(database):
        return [Row.model_validate(dict(zip(COLUMNS, row, strict=True))) for row in values]


def batched(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """Return things in lists of at most `size`."""
    remaining = iter(things)
    while batch := list(islice(remaining, size)):
        yield batch


@contextlib.contextmanager
def understanding(database: Database) -> Iterator[None]:
    """Say of values that no Marquee has written that the file is damaged.

    Raises:
        DamagedStoreError: they make no record.
    """
    try:
        yield
    except ValueError as error:  # pydantic's, too
        raise damaged(database.path, str(error)) from None


def _pages(database: Database, sql: str) -> Iterator[list[tuple[Any, ...]]]:
    last = ""
    while page := database.ask(f"{sql} ORDER BY key LIMIT {PAGE}", last):
        yield page
        last = page[-1][COLUMNS.index("key")]


def _batch(database: Database, keys: list[str]) -> list[Entry]:
    movies = database.ask(f"SELECT movie.id, {MOVIE} FROM movie WHERE key {_LISTED}", json.dumps(keys))
    numbers = json.dumps([number for number, *_ in movies])
    performers = _parts(database, _PERFORMERS, numbers, _made(Performer))
    faces = _parts(database, _FACES, numbers, _face)
    objects = _parts(database, _OBJECTS, numbers, _made(Seen))
    tags = _parts(database, _TAGS, numbers, _made(Tag))
    looks = _parts(database, _PRINTS, numbers, _prints)
    return [
        Entry(
            row=row,
            performers=performers[number],
            faces=faces[number],
            objects=objects[number],
            tags=tags[number],
            prints=(*looks[number], _prints(b"", b""))[0],
        )
        for (number, *_), row in zip(
            movies, rows_of(database, (values[1:] for values in movies)), strict=True
        )
    ]


_PERFORMERS = f"""
    SELECT movie, id, billing, role, screen_time_s, face_time_s, confidence
    FROM person WHERE movie {_LISTED} ORDER BY movie, billing
"""
_FACES = f"""
    SELECT face.movie, number, time_us, id, x0_tenths, y0_tenths, x1_tenths, y1_tenths, score_e4, quality_e4
    FROM face LEFT JOIN person ON person.movie = face.movie AND billing = person
    WHERE face.movie {_LISTED} ORDER BY face.movie, number
"""
_OBJECTS = f"""
    SELECT movie, name, count, score, screen_time_s
    FROM object JOIN label ON label = label.id WHERE movie {_LISTED} ORDER BY movie, name
"""
_TAGS = f"""
    SELECT movie, name, score, screen_time_s
    FROM tag JOIN label ON label = label.id WHERE movie {_LISTED} ORDER BY movie, score DESC, name
"""
_PRINTS = f"SELECT movie, times, hashes FROM print WHERE movie {_LISTED}"


def _parts(
    database: Database, sql: str, numbers: str, make: Callable[..., T]
) -> defaultdict[int, tuple[T, ...]]:
    """Return what is made of the rows of each movie."""
    found: dict[int, list[T]] = defaultdict(list)
    for movie, *values in database.ask(sql, numbers):
        found[movie].append(make(*values))
    return defaultdict(tuple, {movie: tuple(parts) for movie, parts in found.items()})


def _made(model: type[R]) -> Callable[..., R]:
    """Return what makes records of values in the order of their fields."""
    return lambda *values: model.model_validate(dict(zip(model.model_fields, values, strict=True)))


def _face(number: int, time_us: int, person: str | None, *numbers: int) -> Sighted:
    x0, y0, x1, y1 = (tenths / 10 for tenths in numbers[:4])
    score, quality = (e4 / 1e4 for e4 in numbers[4:])
    return Sighted(
        number=number,
        time_s=time_us / 1e6,
        person=person,
        box=(x0, y0, x1, y1),
        score=score,
        quality=quality,
    )


def _prints(times: bytes, hashes: bytes) -> Prints:
    return Prints(times_s=np.frombuffer(times, "<f4"), hashes=np.frombuffer(hashes, "<u8"))
