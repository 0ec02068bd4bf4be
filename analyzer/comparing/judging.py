"""Where contestants agree, and, where folders say who is who, how often each is right."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np
import numpy.typing as npt

from analyzer.comparing.measured import Measured
from analyzer.paths import marquee_home
from analyzer.people.bodies import assign
from analyzer.people.likeness import unit
from analyzer.records import Face
from models import backends
from models.boxes import iou

Floats = npt.NDArray[np.float32]

MOST = 4000
"""Faces that are compared each with each; of more, as many of them, evenly spread."""
SAME_FACE = 0.3
"""Overlap (IoU) from which on two boxes are one face."""
FALSE_MATCHES = 0.01
"""Share of pairs of strangers that may pass, where models are compared at the same strictness."""


@dataclass(frozen=True)
class Verdict:
    """How one contestant did. Shares are 0 to 1; None: it cannot be said.

    Attributes:
        faces: how many it found.
        picture_ms: milliseconds a picture for finding.
        face_ms: milliseconds a face for embedding.
        shared: share of the faces that it or the first one found which both found.
        same_pairs: share of pairs of these that both take for one person, or both for two, each at its own
            threshold.
        recognised: share of pairs of one person that it takes for one person, at its own threshold.
        mixed_up: share of pairs of strangers that it takes for one person, at its own threshold.
        at_one_per_cent: `recognised` where one in a hundred pairs of strangers is mixed up: this compares
            models whatever their thresholds.
    """

    faces: int
    picture_ms: float | None
    face_ms: float | None
    shared: float | None
    same_pairs: float | None
    recognised: float | None
    mixed_up: float | None
    at_one_per_cent: float | None


def judge(found: Sequence[Measured]) -> list[Verdict]:
    """Return how each contestant did; the first is what the others are held against."""
    return [_judge(one, found[0]) for one in found]


def threshold_of(embedder: str) -> float | None:
    """Return the cosine from which on an embedder's two faces are one person, as far as that is known."""
    likeness = backends.likeness_of(embedder, marquee_home())
    return None if likeness is None or likeness.same is None else (likeness.strangers + likeness.same) / 2


def _judge(one: Measured, first: Measured) -> Verdict:
    pairs = _matched(one.faces, first.faces)
    union = len(one.faces) + len(first.faces) - len(pairs)
    same, strangers = _labelled(one)
    threshold = threshold_of(one.embedder)
    return Verdict(
        faces=len(one.faces),
        picture_ms=one.find_s / len(one.frames) * 1e3 if one.frames else None,
        face_ms=one.embed_s / len(one.faces) * 1e3 if one.faces else None,
        shared=len(pairs) / union if union else None,
        same_pairs=_same_pairs(one, first, pairs),
        recognised=None if threshold is None else _share(same >= threshold),
        mixed_up=None if threshold is None else _share(strangers >= threshold),
        at_one_per_cent=_at_one_per_cent(same, strangers),
    )


def _matched(mine: Sequence[Face], theirs: Sequence[Face]) -> list[tuple[int, int]]:
    """Pairs of indices of faces that are the same face in the same picture, one to one."""
    pairs = []
    for frame in {face.keyframe for face in mine} & {face.keyframe for face in theirs}:
        here = [i for i, face in enumerate(mine) if face.keyframe == frame]
        there = [i for i, face in enumerate(theirs) if face.keyframe == frame]
        boxes = np.array([theirs[i].box for i in there], np.float32)
        costs = np.array([1 - iou(np.array(mine[i].box, np.float32), boxes) for i in here])
        pairs += [(here[a], there[b]) for a, b in assign(costs, 1 - SAME_FACE)]
    return pairs


def _same_pairs(one: Measured, first: Measured, pairs: Sequence[tuple[int, int]]) -> float | None:
    pairs = pairs[:: -(-len(pairs) // MOST) or 1]
    thresholds = threshold_of(one.embedder), threshold_of(first.embedder)
    if thresholds[0] is None or thresholds[1] is None or len(pairs) < 2:
        return None
    mine = _cosines([one.faces[i] for i, _ in pairs]) >= thresholds[0]
    theirs = _cosines([first.faces[i] for _, i in pairs]) >= thresholds[1]
    return _share((mine == theirs)[np.triu_indices(len(pairs), 1)])


def _labelled(found: Measured) -> tuple[Floats, Floats]:
    """Cosines of all pairs of one person, and of strangers: of the largest face of each picture.

    Pictures of one folder are of one person. Without two folders nothing is known.
    """
    largest: dict[int, Face] = {}
    for face in found.faces:
        if "#" not in found.frames[face.keyframe]:
            largest[face.keyframe] = max(largest.get(face.keyframe, face), face, key=_area)
    chosen = list(largest)[:: -(-len(largest) // MOST) or 1]
    names = np.array([PurePath(found.frames[frame]).parent.as_posix() for frame in chosen])
    if len(set(names)) < 2:
        return np.empty(0, np.float32), np.empty(0, np.float32)
    rows, columns = np.triu_indices(len(names), 1)
    cosines = _cosines([largest[frame] for frame in chosen])[rows, columns]
    same = names[rows] == names[columns]
    return cosines[same], cosines[~same]


def _area(face: Face) -> float:
    x0, y0, x1, y1 = face.box
    return (x1 - x0) * (y1 - y0)


def _cosines(faces: Sequence[Face]) -> Floats:
    vectors = unit(np.stack([face.embedding.vector for face in faces if face.embedding]).astype(np.float32))
    return np.asarray(vectors @ vectors.T, np.float32)


def _share(flags: npt.NDArray[np.bool_]) -> float | None:
    return float(flags.mean()) if flags.size else None


def _at_one_per_cent(same: Floats, strangers: Floats) -> float | None:
    if not (same.size and strangers.size):
        return None
    return _share(same > np.quantile(strangers, 1 - FALSE_MATCHES))
