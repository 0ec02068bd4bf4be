"""What a store keeps of a Movie record: what can be asked for, without what only faces are known by.

No store but the sidecar holds embeddings, crops or names: a database, wherever it is, and its backups hold
nothing that somebody could be recognised by, and names need no rewriting when they change.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt

from analyzer.paths import as_text, as_uri, key_of, settled
from analyzer.records import (
    Hash64,
    Index,
    Movie,
    Packed,
    Person,
    Record,
    Score,
    Seconds,
    SolidBox,
    Tag,
)
from analyzer.stores.sidecar import SUFFIX, Header, stamp_of


class Row(Record):
    """One movie or gallery, as lists show it.

    Attributes:
        key: of its path; see analyzer.paths.key_of.
        uri: of its path; see analyzer.paths.as_uri.
        path: the path as text for people.
        sidecar: the URI of its sidecar.
        stamp: changes whenever the sidecar is written anew; see analyzer.stores.sidecar.stamp_of.
        video: the oshash of what it shows; copies share it.
        analyzed_s: when the sidecar was written, seconds since 1970; 0 if before.
        leads, people, faces, poses, shots: how many the record has.
    """

    key: Hash64
    uri: str
    path: str
    sidecar: str
    stamp: str
    video: Hash64
    gallery: bool
    analyzed_s: Seconds
    size_bytes: Index
    duration_s: Seconds
    width: Index
    height: Index
    fps: str | None
    container: str
    codec: str
    phash: Hash64 | None
    leads: Index
    people: Index
    faces: Index
    poses: Index
    shots: Index


class Performer(Record):
    """One person of a movie; who it is, the library of people knows.

    Attributes:
        id: as in the record: "p1" for the first billed.
        billing: 1 for the first billed.
    """

    id: str
    billing: Index
    role: str
    screen_time_s: Seconds
    face_time_s: Seconds
    confidence: Score


class Sighted(Record):
    """One face in one keyframe.

    Attributes:
        number: its index in the record.
        person: the id of whose it is; None where it is nobody's.
    """

    number: Index
    time_s: Seconds
    person: str | None
    box: SolidBox
    score: Score
    quality: Score


class Seen(Record):
    """All objects of one class in a movie.

    Attributes:
        count: in all keyframes.
        score: of the surest.
        screen_time_s: seconds of film that the keyframes stand for in which there is one.
    """

    label: str
    count: Index
    score: Score
    screen_time_s: Seconds


class Prints(Record):
    """Perceptual hashes of what a movie shows, in time order.

    Attributes:
        times_s: of the keyframes that show something; none in records that were made before there were views.
        hashes: their views; see analyzer.media.views.
    """

    times_s: Annotated[npt.NDArray[np.float32], Packed("<f4", (None,))]
    hashes: Annotated[npt.NDArray[np.uint64], Packed("<u8", (None, 3, 4))]


class Entry(Record):
    """All that a store keeps of one movie or gallery."""

    row: Row
    performers: tuple[Performer, ...]
    faces: tuple[Sighted, ...]
    objects: tuple[Seen, ...]
    tags: tuple[Tag, ...]
    prints: Prints


def entry_of(movie: Movie, sidecar: Path) -> Entry:
    """Return the entry of a record as its sidecar holds it; of people of one id and tags of one name, one.

    Raises:
        OSError: the sidecar is not there.
    """
    return Entry(
        row=_row(movie, sidecar),
        performers=_performers(movie),
        faces=_faces(movie),
        objects=_objects(movie),
        tags=tuple({tag.name: tag for tag in movie.tags}.values()),
        prints=prints_of(movie),
    )


def video_of(movie: Movie | Header, sidecar: Path) -> Path:
    """Return the path of the video that a sidecar is about: beside it, or the one that the record names."""
    video = beside(sidecar)
    return video if as_text(video) == movie.source.path or video.exists() else Path(movie.source.path)


def beside(sidecar: Path) -> Path:
    """Return the path that a sidecar's name says its video has."""
    return sidecar.absolute().with_name(sidecar.name.removesuffix(SUFFIX))


def _row(movie: Movie, sidecar: Path) -> Row:
    source, video = movie.source, video_of(movie, sidecar)
    return Row(
        key=key_of(video),
        uri=as_uri(video),
        path=as_text(settled(video)),
        sidecar=as_uri(sidecar),
        stamp=stamp_of(sidecar),
        video=source.oshash,
        gallery=source.is_gallery,
        analyzed_s=max(0.0, sidecar.stat().st_mtime),
        size_bytes=source.size_bytes,
        duration_s=source.duration_s,
        width=source.width,
        height=source.height,
        fps=source.fps,
        container=source.container,
        codec=source.codec,
        phash=source.phash,
        leads=sum(person.role == "lead" for person in movie.people),
        people=len(movie.people),
        faces=len(movie.faces),
        poses=len(movie.poses),
        shots=len(movie.shots),
    )


def _performers(movie: Movie) -> tuple[Performer, ...]:
    found: dict[str, Performer] = {}
    for billing, person in enumerate(movie.people, 1):
        found.setdefault(person.id, _performer(billing, person))
    return tuple(found.values())


def _performer(billing: int, person: Person) -> Performer:
    return Performer(
        id=person.id,
        billing=billing,
        role=person.role,
        screen_time_s=person.screen_time_s,
        face_time_s=person.face_time_s,
        confidence=person.confidence,
    )


def _faces(movie: Movie) -> tuple[Sighted, ...]:
    owner = {
        face: person.id
        for person in movie.people
        for track in person.tracks
        for face in movie.tracks[track].faces
    }
    return tuple(
        Sighted(
            number=n,
            time_s=movie.keyframes[face.keyframe].time_s,
            person=owner.get(n),
            box=face.box,
            score=face.score,
            quality=face.quality.overall,
        )
        for n, face in enumerate(movie.faces)
    )


def _objects(movie: Movie) -> tuple[Seen, ...]:
    """Keyframes that repeat another, or stand beside one, show what that one does."""
    counts = Counter(found.label for found in movie.objects)
    scores: dict[str, float] = defaultdict(float)
    looks: dict[str, set[int]] = defaultdict(set)
    for found in movie.objects:
        scores[found.label] = max(scores[found.label], found.score)
        looks[found.label].add(found.keyframe)
    return tuple(
        Seen(label=label, count=n, score=scores[label], screen_time_s=_span(looks[label], movie))
        for label, n in sorted(counts.items())
    )


def _span(looks: Iterable[int], movie: Movie) -> float:
    seen = set(looks)
    return sum(keyframe.span_s for keyframe in movie.keyframes if keyframe.seen_as in seen)


def prints_of(movie: Movie) -> Prints:
    """Return the perceptual hashes of a record."""
    kept = [keyframe for keyframe in movie.keyframes if keyframe.views is not None]
    return Prints(
        times_s=np.array([keyframe.time_s for keyframe in kept], np.float32),
        hashes=np.array([keyframe.views for keyframe in kept], np.uint64).reshape(-1, 3, 4),
    )
