"""Tracks: the faces of one person within one shot."""

from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
import numpy.typing as npt

from analyzer.people.spans import span_starts
from analyzer.records import Embedding, Face, Keyframe, Track

FAR = 1e6
"""A distance that is never near enough."""


def make_tracks(
    faces: Sequence[Face], keyframes: Sequence[Keyframe], max_distance: float
) -> tuple[Track, ...]:
    """Return tracks in order of their first face.

    Within a shot each keyframe's faces are assigned to the tracks so far, at the least total distance of
    embeddings (one to one, so two faces of a frame are never one person); a face further than
    `max_distance` from every track begins one of its own.
    """
    tracks = []
    starts = span_starts(keyframes)
    for shot, members in _by_shot(faces, keyframes):
        for indices in _link(members, faces, max_distance):
            first, last = faces[indices[0]].keyframe, faces[indices[-1]].keyframe
            tracks.append(
                Track(
                    shot=shot,
                    start_s=starts[first],
                    end_s=starts[last] + keyframes[last].span_s,
                    faces=tuple(indices),
                    embedding=pooled([faces[i] for i in indices]),
                )
            )
    return tuple(sorted(tracks, key=lambda track: track.faces[0]))


def pooled(faces: Sequence[Face]) -> Embedding | None:
    """Return the mean of the faces' embeddings, weighted by quality; None where there is none."""
    embeddings = [(face.embedding, face.quality.overall) for face in faces if face.embedding]
    if not embeddings:
        return None
    vectors = np.stack([embedding.vector for embedding, _ in embeddings]).astype(np.float32)
    weights = np.array([quality for _, quality in embeddings], np.float32) + 1e-3
    return Embedding(model=embeddings[0][0].model, vector=np.average(vectors, axis=0, weights=weights))


def _by_shot(faces: Sequence[Face], keyframes: Sequence[Keyframe]) -> Iterator[tuple[int, list[int]]]:
    order = sorted(range(len(faces)), key=lambda i: faces[i].keyframe)
    for shot, members in groupby(order, key=lambda i: keyframes[faces[i].keyframe].shot):
        yield shot, list(members)


def _link(members: Sequence[int], faces: Sequence[Face], max_distance: float) -> list[list[int]]:
    from scipy.optimize import linear_sum_assignment  # takes long to import

    tracks: list[list[int]] = []
    for _, group in groupby(members, key=lambda i: faces[i].keyframe):
        current = list(group)
        costs = np.array([[_distance(faces[t[-1]], faces[i]) for i in current] for t in tracks])
        taken = set()
        if tracks:
            for t, c in zip(*linear_sum_assignment(costs), strict=True):
                if costs[t, c] <= max_distance:
                    tracks[t].append(current[c])
                    taken.add(c)
        tracks += [[i] for c, i in enumerate(current) if c not in taken]
    return tracks


def _distance(a: Face, b: Face) -> float:
    if a.embedding is None or b.embedding is None or a.embedding.model != b.embedding.model:
        return FAR
    difference: npt.NDArray[np.float32] = a.embedding.vector.astype(np.float32) - b.embedding.vector
    return float(np.linalg.norm(difference))
