"""What one record says of one person, as a record of its own: enough to make a card of."""

from collections.abc import Sequence

from analyzer.people.spans import intervals, screen_time
from analyzer.records import Face, Movie, Person, Track

REFERENCES = 5


def of_one(movie: Movie, faces: Sequence[Face], tracks: Sequence[Track], confidence: float) -> Movie:
    """Return a record of one person only.

    Args:
        movie: what it is taken from.
        faces: those that the tracks name.
        tracks: all of the person.
        confidence: how sure it is that they are one person.
    """
    best = sorted((i for track in tracks for i in track.faces), key=lambda i: -faces[i].quality.overall)
    when = intervals({faces[i].keyframe for i in best}, movie.keyframes)
    person = Person(
        id="p1",
        role="lead",
        screen_time_s=screen_time(when),
        face_time_s=screen_time(when),
        intervals=when,
        confidence=confidence,
        tracks=tuple(range(len(tracks))),
        best_faces=tuple(best[:REFERENCES]),
        reference=tuple(e for i in best[:REFERENCES] if (e := faces[i].embedding)),
    )
    bare = [track.model_copy(update={"poses": ()}) for track in tracks]
    parts = {"faces": tuple(faces), "tracks": tuple(bare), "people": (person,)}
    return movie.model_copy(update={**parts, "poses": (), "objects": (), "image_features": ()})
