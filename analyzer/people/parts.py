"""Parts: where a person is on screen, and how prominently, as measured in the picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from analyzer.people.spans import intervals
from analyzer.people.tracks import side
from analyzer.records import Face, Interval, Keyframe, Pose, Track

BRIDGE_S = 3.0
"""A person who was not found for less than this, in the middle of a track, was there all the same."""


@dataclass(frozen=True)
class Film:
    """What people are judged in: parts of a Movie; `size` is width and height of the picture."""

    tracks: Sequence[Track]
    faces: Sequence[Face]
    poses: Sequence[Pose]
    keyframes: Sequence[Keyframe]
    size: tuple[int, int]

    @property
    def duration_s(self) -> float:
        """Of the whole video."""
        return sum(keyframe.span_s for keyframe in self.keyframes)


@dataclass(frozen=True)
class Part:
    """One person's part in the film: where, and as measured in the picture.

    Attributes:
        looks: keyframes that show the face.
        size: mean side of the face against the picture's height.
        centre: 1 in the middle, 0 at the sides, on average.
        focus: share of the faces in view, on average.
        prominence: side of the face against the largest in view, at best.
    """

    when: tuple[Interval, ...]
    looks: frozenset[int]
    shots: frozenset[int]
    size: float
    centre: float
    focus: float
    prominence: float


def measure(film: Film, tracks: Sequence[int], views: Mapping[int, Sequence[float]]) -> Part:
    """Return a person's part: where their tracks are, and how they are shown there.

    Args:
        film: the film.
        tracks: theirs.
        views: by keyframe, the sides of all faces in view, in pixels.
    """
    faces = [film.faces[f] for t in tracks for f in film.tracks[t].faces]
    on_screen = set[int]().union(*(_on_screen(film, film.tracks[t]) for t in tracks))
    bodies = [film.poses[p] for t in tracks for p in film.tracks[t].poses]
    boxes = np.array([shown.box for shown in faces or bodies])
    width, height = film.size
    middle = (boxes[:, 0] + boxes[:, 2]) / 2
    looks = frozenset(face.keyframe for face in faces)
    return Part(
        when=intervals(on_screen, film.keyframes),
        looks=looks,
        shots=frozenset(film.tracks[t].shot for t in tracks),
        size=sum(side(face) for face in faces) / max(1, len(faces)) / height,
        centre=float(np.clip(1 - np.abs(2 * middle / width - 1), 0, 1).mean()),
        focus=sum(1 / len(views[look]) for look in looks) / max(1, len(looks)),
        prominence=max((side(face) / max(views[face.keyframe]) for face in faces), default=0.0),
    )


def _on_screen(film: Film, track: Track) -> set[int]:
    """Keyframes that show the face or the body, and those between that are too short to leave in."""
    seen = {film.faces[f].keyframe for f in track.faces} | {film.poses[p].keyframe for p in track.poses}
    between = {
        look
        for a, b in pairwise(sorted(seen))
        if film.keyframes[b].time_s - film.keyframes[a].time_s <= BRIDGE_S
        for look in range(a + 1, b)
    }
    return seen | between
