"""Scores without a classifier: the classes that a record gives."""

import numpy as np

from analyzer.records import Movie
from analyzer.scenes.choosing import OTHER
from analyzer.scenes.scores import Floats, Scores, looks_in

KINDS = ("faces", "poses", "objects")
"""What a record must have been looked through for."""
MODEL = "record"
"""The name of this in settings and records."""

_PERSON = "person"
_PARTS_OF_PERSONS = {"nudenet"}
"""Detectors of which every object is part of a person."""
_COUNTS = ("solo", "pair", "group")
"""One person in view, two, more."""
_SIZES = {"close-up": 0.3, "medium": 0.12, "wide": 0.0}
"""From which share of the picture's height on the largest face is one of each kind: in a close-up the head
fills the picture, in a medium shot it is seen down to the waist."""


def score_record(movie: Movie, every_s: float) -> Scores:
    """Return what a record says of each look.

    The classes, of which several may hold at once: solo, pair and group (people in view), close-up, medium
    and wide (the largest face), every class of objects with its best score, the leads and the cast by their
    ids while they are on screen, and other: nobody in view.
    """
    frames = _keyframes(movie)
    people = [person for person in movie.people if person.role != "extra"]
    times = (np.arange(looks_in(movie.source.duration_s, every_s)) + 0.5) * every_s
    ends = np.cumsum([keyframe.span_s for keyframe in movie.keyframes])
    shown = np.searchsorted(ends, times, "right").clip(0, len(ends) - 1)
    labels = [*frames, *(person.id for person in people)]
    columns = [column[shown] for column in frames.values()]
    for person in people:
        starts = np.array(person.intervals).reshape(-1, 2)
        inside = (starts[:, :1] <= times) & (times < starts[:, 1:])
        columns.append(inside.any(axis=0).astype(np.float32))
    return Scores(
        model=MODEL,
        labels=tuple(labels),
        exclusive=False,
        every_s=every_s,
        source=movie.source,
        flat=np.stack(columns, axis=1).ravel(),
    )


def _keyframes(movie: Movie) -> dict[str, Floats]:
    """Return by class its scores in each keyframe; one that is seen as another has its."""
    size = len(movie.keyframes)
    faces, poses = np.zeros(size, int), np.zeros(size, int)
    largest = np.zeros(size)
    for face in movie.faces:
        faces[face.keyframe] += 1
        height = (face.box[3] - face.box[1]) / movie.source.height
        largest[face.keyframe] = max(largest[face.keyframe], height)
    for pose in movie.poses:
        poses[pose.keyframe] += 1
    bodies = np.zeros(size, int)
    parts = _PARTS_OF_PERSONS & movie.manifest["objects"].models.keys() if "objects" in movie.manifest else ()
    for thing in movie.objects:
        if thing.label == _PERSON:
            bodies[thing.keyframe] += 1
        elif parts:
            bodies[thing.keyframe] = max(1, bodies[thing.keyframe])
    persons = np.maximum(np.maximum(faces, poses), bodies)
    found: dict[str, Floats] = {}
    for number, name in enumerate(_COUNTS, 1):
        found[name] = np.asarray(persons == number if name != _COUNTS[-1] else persons >= number, np.float32)
    below = np.inf
    for name, least in _SIZES.items():
        found[name] = np.asarray((faces > 0) & (least <= largest) & (largest < below), np.float32)
        below = least
    for thing in movie.objects:
        column = found.setdefault(thing.label, np.zeros(size, np.float32))
        column[thing.keyframe] = max(column[thing.keyframe], thing.score)
    seen = np.array([size if k.seen_as is None else k.seen_as for k in movie.keyframes], int)
    found = {name: np.append(column, np.float32(0))[seen] for name, column in found.items()}
    found[OTHER] = np.append(persons == 0, True)[seen].astype(np.float32)
    return found
