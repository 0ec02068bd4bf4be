"""How long a large library takes to ask, and how large its store gets: made-up records in SQLite.

python -m benchmarks.store [--movies 100000] [--faces 400] [--folder FOLDER] [--json FILE]
"""

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from analyzer.paths import as_text, as_uri, key_of
from analyzer.records import Tag
from analyzer.stores.contract import Query
from analyzer.stores.entries import Entry, Performer, Prints, Row, Seen, Sighted
from analyzer.stores.sqlite import SqliteStore
from benchmarks import machine

STEPS = (10_000, 20_000, 50_000, 100_000)
ROUNDS = 15
CAST = 8
KEYFRAMES = 400
TAGS = [f"tag {n}" for n in range(400)]
LABELS = [f"class {n}" for n in range(80)]
TEMPLATES = 50
"""So many different casts and sets of faces; the movies take them in turn."""


def main() -> None:
    """Fill a store, measuring on the way, then ask it."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("--movies", type=int, default=STEPS[-1])
    asked.add_argument("--faces", type=int, default=400, help="of a movie")
    asked.add_argument("--folder", type=Path, help="where the store is made and left; else a temporary one")
    asked.add_argument("--json", type=Path, help="where the figures go, too")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        store = SqliteStore((given.folder or Path(temporary)) / "benchmark.db")
        figures = {"machine": machine.facts(), "faces": given.faces}
        figures["growth"] = [*_fill(store, given.movies, given.faces)]
        figures["find"] = [*_ask(store, given.movies)]
        store.close()
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1), "utf-8")


def _fill(store: SqliteStore, movies: int, faces: int) -> Iterator[dict[str, Any]]:
    print(f"{'movies':>10}{'faces':>12}{'s in all':>10}{'movies/s':>10}{'MB':>9}{'KB/movie':>10}")
    templates = [_template(n, faces) for n in range(TEMPLATES)]
    spent, done = 0.0, 0
    for step in sorted({min(step, movies) for step in (*STEPS, movies)}):
        start = time.perf_counter()
        store.save(_movie(n, templates) for n in range(done, step))
        spent += time.perf_counter() - start
        size, rate, done = store.size_bytes(), (step - done) / (time.perf_counter() - start), step
        filled = f"{step:10,}{step * faces:12,}{spent:10.0f}{rate:10.0f}"
        print(f"{filled}{size / 1e6:9.0f}{size / step / 1e3:10.1f}", flush=True)
        yield {"movies": step, "seconds": spent, "bytes": size}


def _ask(store: SqliteStore, movies: int) -> Iterator[dict[str, Any]]:
    print(f"\n{'find':52}{'found':>8}{'median ms':>11}{'slowest':>9}")
    for name, query in _queries(movies).items():
        times, rows = [], []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            rows = [*store.find(query)]
            times.append(1e3 * (time.perf_counter() - start))
        median, slowest = statistics.median(times), max(times)
        print(f"{name:52}{len(rows):8,}{median:11.1f}{slowest:9.1f}", flush=True)
        yield {"query": name, "found": len(rows), "median_ms": median, "slowest_ms": slowest}


def _queries(movies: int) -> dict[str, Query]:
    star, other, extra = (_somebody(movies, every) for every in (40, 60, 5000))
    return {
        "one person, in a movie of 5,000": Query(people=(extra,), order="billing"),
        "one person, in a movie of 40, by billing": Query(people=(star,), order="billing"),
        "two people together, by billing": Query(people=(star, other), order="billing"),
        "person, tag, object, longer than 20 min": Query(
            people=(star,), tags=(TAGS[3],), objects=(LABELS[2],), longer_s=1200, order="billing"
        ),
        "tag": Query(tags=(TAGS[3],)),
        "tag and object, the longest 50": Query(
            tags=(TAGS[3],), objects=(LABELS[2],), order="longest", limit=50
        ),
        "object of one movie in 13, the first 50": Query(objects=(LABELS[2],), limit=50),
        "part of the name": Query(name=f"FILM {movies // 2:06}"),
        "part of the name, newest 50": Query(name="ilm 0", order="newest", limit=50),
        "between 20 and 21 minutes": Query(longer_s=1200, shorter_s=1260),
        "the newest 50": Query(order="newest", limit=50),
        "the longest 50": Query(order="longest", limit=50),
        "the first 50 by name": Query(limit=50),
        "every movie": Query(),
    }


def _somebody(movies: int, every: int) -> frozenset[tuple[str, str]]:
    """Who is in each so many-th movie, billed anywhere."""
    return frozenset((_video(n), f"p{n % CAST + 1}") for n in range(every // 2, movies, every))


def _video(n: int) -> str:
    return f"{random.Random(n).getrandbits(64):016x}"


def _movie(n: int, templates: list[Entry]) -> Entry:
    rng = random.Random(n)
    entry = templates[n % TEMPLATES]
    video = rng.getrandbits(64)
    path = Path(f"/films/{n // 500:04}/Some film {n:06} (2024) 1080p.mp4")
    row = {
        "key": key_of(path),
        "uri": as_uri(path),
        "path": as_text(path),
        "sidecar": as_uri(path) + ".marquee.json",
        "stamp": f"{n} {n}",
        "video": f"{video:016x}",
        "duration_s": rng.uniform(60, 7200),
        "analyzed_s": 1.7e9 + rng.uniform(0, 1e8),
    }
    return entry.model_copy(
        update={
            "row": entry.row.model_copy(update=row),
            "tags": tuple(Tag(name=tag, score=0.5, screen_time_s=9) for tag in rng.sample(TAGS, 8)),
            "objects": tuple(
                Seen(label=label, count=9, score=0.5, screen_time_s=9) for label in rng.sample(LABELS, 6)
            ),
        }
    )


def _template(seed: int, faces: int) -> Entry:
    rng, many = random.Random(f"template {seed}"), np.random.default_rng(seed)
    return Entry(
        row=Row(
            key="0" * 16,
            uri="",
            path="",
            sidecar="",
            stamp="",
            video="0" * 16,
            gallery=False,
            analyzed_s=0,
            size_bytes=rng.randrange(2**34),
            duration_s=0,
            width=1920,
            height=1080,
            fps="25/1",
            container="mp4",
            codec="h264",
            phash=f"{rng.getrandbits(64):016x}",
            leads=2,
            people=CAST,
            faces=faces,
            poses=faces,
            shots=90,
        ),
        performers=tuple(_performer(rng, n) for n in range(1, CAST + 1)),
        faces=tuple(_face(rng, n) for n in range(faces)),
        objects=(),
        tags=(),
        prints=Prints(
            times_s=np.sort(many.uniform(0, 7200, KEYFRAMES)),
            hashes=many.integers(0, 2**64, KEYFRAMES, np.uint64),
        ),
    )


def _performer(rng: random.Random, billing: int) -> Performer:
    return Performer(
        id=f"p{billing}",
        billing=billing,
        role="lead" if billing <= 2 else "cast",
        screen_time_s=rng.uniform(1, 3000),
        face_time_s=rng.uniform(0, 1),
        confidence=rng.random(),
    )


def _face(rng: random.Random, number: int) -> Sighted:
    x, y = rng.uniform(0, 1600), rng.uniform(0, 800)
    return Sighted(
        number=number,
        time_s=rng.uniform(0, 7200),
        person=rng.choice([None, *(f"p{n}" for n in range(1, CAST + 1))]),
        box=(x, y, x + rng.uniform(20, 300), y + rng.uniform(20, 300)),
        score=rng.random(),
        quality=rng.random(),
    )


if __name__ == "__main__":
    main()
