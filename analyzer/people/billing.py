"""People in billing order. A simple rule for now: same face, longest on screen first."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Literal

import numpy as np
import numpy.typing as npt

from analyzer.people.spans import intervals
from analyzer.people.tracks import FAR
from analyzer.records import Face, Interval, Keyframe, Person, Track

BEST_FACES = 5
LEAD_SHARE = 0.2
"""A lead is seen for at least this share of the video."""
CAST_SECONDS, CAST_SHARE = 4.0, 0.1
"""A cast member recurs, or is seen this long; the figures by which Azure Video Indexer shows a person."""


def bill(
    tracks: Sequence[Track], faces: Sequence[Face], keyframes: Sequence[Keyframe], max_distance: float
) -> tuple[Person, ...]:
    """Group tracks into people and return them by falling screen time.

    Tracks whose pooled embeddings are on average nearer than `max_distance` are one person, unless they
    share a keyframe. Faces without an embedding belong to nobody.
    """
    duration = sum(keyframe.span_s for keyframe in keyframes)
    groups = []
    for members in _group(tracks, faces, max_distance):
        seen_in = {faces[i].keyframe for t in members for i in tracks[t].faces}
        when = intervals(seen_in, keyframes)
        groups.append((screen_time(when), members, when))
    groups.sort(key=lambda group: (-group[0], group[1]))
    return tuple(
        Person(
            id=f"p{rank}",
            role=_role(seconds, duration, len({tracks[t].shot for t in members})),
            screen_time_s=seconds,
            intervals=when,
            confidence=_confidence(members, tracks, max_distance),
            tracks=tuple(members),
            best_faces=_best(chain.from_iterable(tracks[t].faces for t in members), faces),
            reference=tuple(e for t in members[:BEST_FACES] if (e := tracks[t].embedding)),
        )
        for rank, (seconds, members, when) in enumerate(groups, 1)
    )


def screen_time(when: Iterable[Interval]) -> float:
    """Return the seconds that the intervals add up to."""
    return sum(end - start for start, end in when)


def _group(tracks: Sequence[Track], faces: Sequence[Face], max_distance: float) -> list[list[int]]:
    from scipy.cluster.hierarchy import fcluster, linkage  # takes long to import
    from scipy.spatial.distance import squareform

    known = [t for t, track in enumerate(tracks) if track.embedding is not None]
    if len(known) < 2:
        return [[t] for t in known]
    distances = _distances([tracks[t] for t in known], faces)
    tree = linkage(squareform(distances, checks=False), "average")
    labels = fcluster(tree, max_distance, "distance")
    return [[known[i] for i in np.flatnonzero(labels == label)] for label in np.unique(labels)]


def _distances(tracks: Sequence[Track], faces: Sequence[Face]) -> npt.NDArray[np.float32]:
    """Euclidean distances (n, n) of pooled embeddings; far where two tracks share a keyframe."""
    vectors = np.stack([t.embedding.vector for t in tracks if t.embedding]).astype(np.float32)
    squares = (vectors**2).sum(1)
    distances = np.sqrt(np.maximum(squares[:, None] + squares - 2 * vectors @ vectors.T, 0))
    seen: dict[int, list[int]] = {}
    for t, track in enumerate(tracks):
        for face in track.faces:
            seen.setdefault(faces[face].keyframe, []).append(t)
    for together in seen.values():
        distances[np.ix_(together, together)] = FAR
    np.fill_diagonal(distances, 0)
    return np.asarray(distances, np.float32)


def _role(seconds: float, duration: float, shots: int) -> Literal["lead", "cast", "extra"]:
    share = seconds / duration if duration else 0.0
    if share >= LEAD_SHARE:
        return "lead"
    return "cast" if shots > 1 or seconds >= CAST_SECONDS or share >= CAST_SHARE else "extra"


def _confidence(members: Sequence[int], tracks: Sequence[Track], max_distance: float) -> float:
    """1 where the tracks are alike, 0.5 where they are as far apart as is allowed or there is but one."""
    vectors = np.stack([e.vector for t in members if (e := tracks[t].embedding)]).astype(np.float32)
    if len(vectors) < 2:
        return 0.5
    spread = float(np.linalg.norm(vectors - vectors.mean(0), axis=1).mean())
    return max(0.5, 1 - spread / max_distance / 2)


def _best(indices: Iterable[int], faces: Sequence[Face]) -> tuple[int, ...]:
    return tuple(sorted(indices, key=lambda i: -faces[i].quality.overall)[:BEST_FACES])
