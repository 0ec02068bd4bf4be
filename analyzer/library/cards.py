"""Cards: what one video or gallery says of its people, small enough to read a library of them."""

from collections.abc import Sequence
from pathlib import Path

from analyzer.library.sightings import Sightings
from analyzer.library.spots import RelativeBox as RelativeBox
from analyzer.library.spots import Sighting as Sighting
from analyzer.library.spots import Spot as Spot
from analyzer.paths import as_text
from analyzer.records import Hash64, Interval, Movie, Person, Record, Score, Seconds

SPOTS = 3
"""Faces that are kept of a track."""
CROPS = 5
"""Crops that are kept of a person of a video."""


class Appearance(Record):
    """One person of one video, as its record has them."""

    id: str
    role: str
    screen_time_s: Seconds
    intervals: tuple[Interval, ...]
    confidence: Score
    sightings: Sightings


class Card(Record):
    """What one video says of its people.

    Attributes:
        video: the oshash of the video; galleries have one, too.
        path: of the video, gallery or folder of photos, as text.
        sidecar: where its record is, as text; None for photos that were enrolled.
        gallery: whether it is of pictures; times then count pictures.
        stamp: of the sidecar when the card was made, to see whether it has changed since.
    """

    video: Hash64
    path: str
    sidecar: str | None = None
    gallery: bool
    duration_s: Seconds
    people: tuple[Appearance, ...]
    stamp: str | None = None


def card_of(movie: Movie, sidecar: Path | None, stamp: str | None = None) -> Card:
    """Return the card of a record.

    Args:
        movie: the record.
        sidecar: where it is kept.
        stamp: see Card.
    """
    source = movie.source
    return Card(
        video=source.oshash,
        path=source.path,
        sidecar=None if sidecar is None else as_text(sidecar),
        gallery=any(keyframe.picture is not None for keyframe in movie.keyframes),
        duration_s=source.duration_s,
        people=tuple(_appearance(person, movie) for person in people_of(movie)),
        stamp=stamp,
    )


def people_of(movie: Movie) -> list[Person]:
    """Return the people of a record that its card has: those who show their face."""
    return [person for person in movie.people if person.best_faces]


def _appearance(person: Person, movie: Movie) -> Appearance:
    spots = {track: best_faces(track, movie) for track in tracks_of(person, movie)}
    seen = sorted((face for faces in spots.values() for face in faces), key=lambda i: -_quality(movie, i))
    with_crop = [face for face in seen if movie.faces[face].crop is not None][:CROPS]
    return Appearance(
        id=person.id,
        role=person.role,
        screen_time_s=person.screen_time_s,
        intervals=person.intervals,
        confidence=person.confidence,
        sightings=Sightings.of([_sighting(t, faces, with_crop, movie) for t, faces in spots.items()]),
    )


def tracks_of(person: Person, movie: Movie) -> list[int]:
    """Return the tracks of a person that a card has sightings of: those that show the face."""
    return [track for track in person.tracks if movie.tracks[track].faces]


def best_faces(track: int, movie: Movie) -> list[int]:
    """Return the faces of a track that its card keeps, the best first."""
    return sorted(movie.tracks[track].faces, key=lambda i: -_quality(movie, i))[:SPOTS]


def _sighting(index: int, best: Sequence[int], with_crop: Sequence[int], movie: Movie) -> Sighting:
    track = movie.tracks[index]
    return Sighting(
        start_s=track.start_s,
        end_s=track.end_s,
        times=tuple(movie.keyframes[movie.faces[i].keyframe].time_s for i in track.faces),
        spots=tuple(spot_of(i, movie, i in with_crop) for i in best),
        embedding=track.embedding,
        weight=sum(_quality(movie, i) for i in track.faces),
    )


def spot_of(index: int, movie: Movie, with_crop: bool = False) -> Spot:
    """Return a face of a record as a card has it."""
    face, source = movie.faces[index], movie.source
    keyframe = movie.keyframes[face.keyframe]
    x0, y0, x1, y1 = face.box
    return Spot(
        face=index,
        time_s=keyframe.time_s,
        box=(x0 / source.width, y0 / source.height, x1 / source.width, y1 / source.height),
        quality=face.quality.overall,
        picture=keyframe.picture,
        crop=face.crop if with_crop else None,
    )


def _quality(movie: Movie, face: int) -> float:
    return movie.faces[face].quality.overall
