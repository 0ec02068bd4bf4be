"""Made-up entries: records as an analysis gives them, by a seed, with the sidecars that they are of."""

import os
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from analyzer.records import GALLERY, Face, Keyframe, Movie, Object, Person, Pose, Shot, Source, Tag, Track
from analyzer.stores import sidecar
from analyzer.stores.contract import Query
from analyzer.stores.entries import Entry, Row, entry_of
from tests.movies import face, keyframe, pose

NAMES = [
    b"plain.mp4",
    b'it\'s "here".mp4',
    b"100 %.mp4",
    b"under_score.mp4",
    b"underXscore.mp4",
    b"new\nline.mp4",
    "Übermut Straße.mkv".encode(),
    "Я смотрю КИНО.mp4".encode(),
    "\N{CLAPPER BOARD} emoji.webm".encode(),
    b"caf\xe9.mp4",
    b"semi;colon -- $where.{x}.mp4",
    b"back\\slash.*[mp4](",
]
"""Of files; one is not UTF-8."""
LABELS = ["cat", "Cat", "Fuß", "50%", "a_b", "o'clock", "$gt", "a.b", "\N{CAT FACE}", "dog"]
TAGS = ["beach", "cat", "Strand", "Übermut", "x" * 300, " ", "$set", "dog"]
"""Some are object classes, too."""
TIMES = [1_700_000_000.0, 1_700_000_000.123456, 1_800_000_000.5]
LENGTHS = [0.0, 0.04, 59.999999, 60.0, 60.0, 1200.0, 5400.5]

AnyRole = Literal["lead", "cast", "extra"]
ROLES: tuple[AnyRole, ...] = ("lead", "cast", "extra")


def entry(folder: Path, seed: int, **changes: Any) -> Entry:
    """Write a made-up sidecar below a folder and return its entry. The path depends on the seed alone.

    Args:
        folder: where the videos would be.
        seed: of everything.
        changes: see `film`; `written`: seconds since 1970.
    """
    video = folder / f"{seed:04}" / os.fsdecode(NAMES[seed % len(NAMES)])
    written = changes.pop("written", TIMES[seed % len(TIMES)])
    path = sidecar.sidecar_path(video)
    sidecar.write(path, film(video, seed, **changes))
    os.utime(path, ns=(round(written * 1e6) * 1000,) * 2)
    return entry_of(sidecar.read(path) or film(video, seed, **changes), path)


def film(
    video: Path,
    seed: int,
    version: int = 0,
    people: int | None = None,
    tags: Sequence[str] | None = None,
    objects: Sequence[str] | None = None,
    duration_s: float | None = None,
    gallery: bool | None = None,
) -> Movie:
    """Return a made-up record; other versions of a seed differ in all that is not given."""
    rng = random.Random(f"{seed} {version}")
    length = rng.choice([*LENGTHS, rng.uniform(0, 9000)]) if duration_s is None else duration_s
    frames = _keyframes(rng, rng.randrange(1, 12), length)
    faces = [_face(rng, len(frames)) for _ in range(rng.randrange(0, 20))]
    count = rng.randrange(0, 5) if people is None else people
    tracks, cast = _people(rng, count, len(faces))
    poses: tuple[Pose, ...] = tuple(pose(0, (50, 50)) for _ in range(max(count, rng.randrange(0, 5))))
    labels = rng.sample(LABELS, rng.randrange(0, 4)) if objects is None else objects
    words = rng.sample(TAGS, rng.randrange(0, 4)) if tags is None else tags
    return Movie(
        source=_source(rng, video, seed, length, seed % 7 == 3 if gallery is None else gallery),
        manifest={},
        people=cast,
        tags=tuple(Tag(name=word, score=rng.random(), screen_time_s=rng.uniform(0, 99)) for word in words),
        shots=(Shot(start_s=0, end_s=length, transition="start"),),
        tracks=tracks,
        keyframes=frames,
        faces=tuple(faces),
        poses=poses,
        objects=tuple(_object(rng, label, len(frames)) for label in labels for _ in range(rng.randint(1, 3))),
    )


def _source(rng: random.Random, video: Path, seed: int, length: float, gallery: bool) -> Source:
    """Of the seeds 8 and 9, 18 and 19, ... the second is a copy of the first."""
    shows = random.Random(seed - 1 if seed % 10 == 9 else seed)
    return Source(
        path=os.fsencode(video.absolute()).decode("utf-8", "backslashreplace"),
        size_bytes=rng.randrange(2**50),
        oshash=f"{shows.getrandbits(64):016x}",
        phash=rng.choice([None, f"{rng.getrandbits(64):016x}", "f" * 16]),
        duration_s=length,
        first_frame_s=0,
        fps=None if gallery else rng.choice([None, "25/1", "30000/1001"]),
        width=rng.randrange(1, 8192),
        height=rng.randrange(1, 8192),
        rotation=0,
        container=GALLERY if gallery else "mp4",
        codec=rng.choice(["h264", "hevc"]),
        pixel_format="yuv420p",
    )


def _keyframes(rng: random.Random, count: int, length: float) -> tuple[Keyframe, ...]:
    hashes = [0, 2**64 - 1, 2**63, rng.getrandbits(64)]
    return tuple(
        keyframe(length * n / count, span_s=length / count, seen_as=n).model_copy(
            update={"phash": f"{rng.choice(hashes):016x}"}
        )
        for n in range(count)
    )


def _face(rng: random.Random, frames: int) -> Face:
    x, y = rng.uniform(-50, 4000), rng.uniform(-50, 2000)
    box = (x, y, x + rng.uniform(1, 500), y + rng.uniform(1, 500))
    return face(rng.randrange(frames), None, quality=rng.random(), box=box)


def _people(rng: random.Random, count: int, faces: int) -> tuple[tuple[Track, ...], tuple[Person, ...]]:
    """Every person has a track of their own; some faces are nobody's."""
    owners = [rng.randrange(count + 1) for _ in range(faces)]
    tracks = [
        Track(
            shot=0,
            start_s=0,
            end_s=1,
            faces=tuple(i for i, owner in enumerate(owners) if owner == n),
            poses=(n,),
            embedding=None,
        )
        for n in range(count)
    ]
    people = [
        Person(
            id=f"p{n + 1}",
            role=rng.choice(ROLES),
            screen_time_s=rng.choice([1, 2, 30.25]),
            face_time_s=rng.uniform(0, 1),
            intervals=(),
            confidence=rng.random(),
            tracks=(n,),
            best_faces=track.faces[:1],
            reference=(),
        )
        for n, track in enumerate(tracks)
    ]
    return tuple(tracks), tuple(people)


def _object(rng: random.Random, label: str, frames: int) -> Object:
    return Object(keyframe=rng.randrange(frames), label=label, box=(0, 0, 9.5, 9), score=rng.random())


def answer(entries: Sequence[Entry], query: Query) -> list[Row]:
    """Return what a store must find among entries: the same, written plainly."""
    found = sorted((e for e in entries if _fulfils(e, query)), key=lambda e: _place(e, query))
    return [entry.row for entry in found][: query.limit]


def _fulfils(entry: Entry, query: Query) -> bool:
    row = entry.row
    seen = {thing.label.casefold() for thing in entry.objects}
    tags = {tag.name.casefold() for tag in entry.tags}
    return (
        all(_billing(entry, who) for who in query.people)
        and {label.casefold() for label in query.objects} <= seen
        and {label.casefold() for label in query.tags} <= tags
        and query.name.casefold() in row.path.casefold()
        and (query.longer_s is None or row.duration_s >= query.longer_s)
        and (query.shorter_s is None or row.duration_s <= query.shorter_s)
    )


def _billing(entry: Entry, who: frozenset[tuple[str, str]]) -> tuple[int, float] | None:
    """The best billing of a person, and the time on screen of who is billed there."""
    places = [(p.billing, -p.screen_time_s) for p in entry.performers if (entry.row.video, p.id) in who]
    return min(places, default=None)


def _place(entry: Entry, query: Query) -> tuple[Any, ...]:
    row, last = entry.row, (entry.row.path, entry.row.key)
    if query.order == "longest":
        return -row.duration_s, *last
    if query.order == "newest":
        return -row.analyzed_s, *last
    if query.order == "billing" and query.people:
        return *(_billing(entry, query.people[0]) or ()), *last
    return last


def same(one: Entry, other: Entry) -> bool:
    """Whether two entries are the same to the last bit, whatever order their parts are in."""
    return _sorted(one) == _sorted(other)


def _sorted(entry: Entry) -> tuple[Any, ...]:
    assert np.isfinite(entry.prints.times_s).all()
    parts = (entry.performers, entry.faces, entry.objects, entry.tags)
    return entry.row, entry.prints, *(sorted(part.model_dump_json() for part in some) for some in parts)
