"""Entries into tables."""

from analyzer.stores.entries import Entry, Row
from analyzer.stores.sqlite.database import Database

COLUMNS = tuple(Row.model_fields)
"""Of table `movie`, all that a Row has."""


def write(database: Database, entry: Entry) -> None:
    """Replace what there is of an entry; the caller holds the transaction."""
    database.ask("DELETE FROM movie WHERE key = ?", entry.row.key)
    movie = _movie(database, entry.row)
    _people(database, movie, entry)
    _labels(database, movie, entry)
    times, hashes = entry.prints.times_s.tobytes(), entry.prints.hashes.tobytes()
    database.ask("INSERT INTO print VALUES (?, ?, ?)", movie, times, hashes)


def _movie(database: Database, row: Row) -> int:
    names, places = ", ".join(COLUMNS), ", ".join("?" * (len(COLUMNS) + 1))
    values = (row.path.casefold(), *(getattr(row, name) for name in COLUMNS))
    return int(
        database.ask(f"INSERT INTO movie (folded, {names}) VALUES ({places}) RETURNING id", *values)[0][0]
    )


def _people(database: Database, movie: int, entry: Entry) -> None:
    database.put(
        "INSERT INTO person VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (movie, p.billing, p.id, p.role, p.screen_time_s, p.face_time_s, p.confidence)
            for p in entry.performers
        ),
    )
    billing: dict[str | None, int] = {person.id: person.billing for person in entry.performers}
    database.put(
        "INSERT INTO face VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                movie,
                face.number,
                billing.get(face.person),
                round(face.time_s * 1e6),
                *(round(side * 10) for side in face.box),
                round(face.score * 1e4),
                round(face.quality * 1e4),
            )
            for face in entry.faces
        ),
    )


def _labels(database: Database, movie: int, entry: Entry) -> None:
    names = {tag.name for tag in entry.tags} | {thing.label for thing in entry.objects}
    database.put(
        "INSERT INTO label (name, folded) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
        ((name, name.casefold()) for name in sorted(names)),
    )
    database.put(
        "INSERT INTO object SELECT ?, id, ?, ?, ? FROM label WHERE name = ?",
        ((movie, o.count, o.score, o.screen_time_s, o.label) for o in entry.objects),
    )
    database.put(
        "INSERT INTO tag SELECT ?, id, ?, ? FROM label WHERE name = ?",
        ((movie, tag.score, tag.screen_time_s, tag.name) for tag in entry.tags),
    )
