"""Tracks: the faces of one person within one shot, and the poses that carry the person on."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import numpy as np

from analyzer.people.bodies import assign, carried, chains, heads_of
from analyzer.people.spans import span_starts
from analyzer.records import Embedding, Face, Keyframe, Pose, Track
from models.catalog import Likeness

LINK = 0.6
"""How alike two faces of one track are at least, on the scale of analyzer.people.likeness."""
PLACE = 0.25
"""How much likeness the same place, or the same body, is worth."""
REACH = 1.5
"""Sides of a face that it moves in a second, at most, to count as near."""
MIN_SIDE, MIN_SHARPNESS, MIN_FRONTALITY, MIN_PRESENCE = 20.0, 0.025, 0.5, 0.6
"""A face that is smaller (pixels), more blurred, turned or doubtful tells too little of who it is."""


STAYS_LOOKS, STAYS_SHARE = 6, 0.5
"""A body without a face is somebody if it is seen so often, over so much of the video."""


def tells(face: Face) -> bool:
    """Whether a face shows well enough who it is to steer the clustering."""
    return (
        face.embedding is not None
        and side(face) >= MIN_SIDE
        and face.quality.sharpness >= MIN_SHARPNESS
        and face.quality.frontality >= MIN_FRONTALITY
        and face.presence >= MIN_PRESENCE
    )


def side(face: Face) -> float:
    """Return the mean side of a face's box, in pixels."""
    x0, y0, x1, y1 = face.box
    return float(np.sqrt((x1 - x0) * (y1 - y0)))


def make_tracks(
    faces: Sequence[Face], poses: Sequence[Pose], keyframes: Sequence[Keyframe], likeness: Likeness
) -> tuple[Track, ...]:
    """Return tracks in order of their first face, and at last those without a face.

    Within a shot each keyframe's faces are assigned to the tracks so far, one to one, so that two faces of a
    frame are never one person: by how alike they are, and how near in place and size, or on the same body.
    A track's embedding is the mean of its faces' by quality; of those that tell who it is, if there are any.

    Args:
        faces: of the movie.
        poses: of the movie.
        keyframes: of the movie.
        likeness: of the model of the embeddings.
    """
    bodies = chains(poses, keyframes)
    heads = heads_of(faces, poses)
    chain_of = {p: c for c, chain in enumerate(bodies) for p in chain}
    body_of = {face: chain_of[pose] for face, pose in heads.items()}
    linker = _Linker(faces, keyframes, body_of, likeness)
    linked = sorted(linked for shot in _by_shot(faces, keyframes) for linked in linker.link(shot))
    track_of = {face: t for t, indices in enumerate(linked) for face in indices}
    owners = {pose: track_of[face] for face, pose in heads.items() if face in track_of}
    carry: dict[int, list[int]] = {}
    for chain in bodies:
        for pose, t in carried(chain, owners, poses, keyframes).items():
            carry.setdefault(t, []).append(pose)
    found = [(indices, sorted(carry.get(t, []))) for t, indices in enumerate(linked)]
    stays_s = STAYS_SHARE * sum(keyframe.span_s for keyframe in keyframes)
    for chain in bodies:
        if not owners.keys() & chain and len(chain) >= STAYS_LOOKS:
            first, last = (keyframes[poses[p].keyframe].time_s for p in (chain[0], chain[-1]))
            if last - first >= stays_s:
                found.append(([], chain))
    starts = span_starts(keyframes)
    return tuple(_track(indices, carry, faces, poses, keyframes, starts) for indices, carry in found)


def pooled(faces: Sequence[Face]) -> Embedding | None:
    """Return the mean of the faces' embeddings, weighted by quality; None where there is none.

    Faces that tell too little count only where there are no others.
    """
    telling = [face for face in faces if tells(face)] or [face for face in faces if face.embedding]
    embeddings = [(face.embedding, face.quality.overall) for face in telling if face.embedding]
    if not embeddings:
        return None
    vectors = np.stack([embedding.vector for embedding, _ in embeddings]).astype(np.float32)
    weights = np.array([quality for _, quality in embeddings], np.float32) + 1e-3
    return Embedding(model=embeddings[0][0].model, vector=np.average(vectors, axis=0, weights=weights))


def _by_shot(faces: Sequence[Face], keyframes: Sequence[Keyframe]) -> Iterator[list[int]]:
    order = sorted(range(len(faces)), key=lambda i: faces[i].keyframe)
    for _, members in groupby(order, key=lambda i: keyframes[faces[i].keyframe].shot):
        yield list(members)


def _track(
    indices: Sequence[int],
    carry: Sequence[int],
    faces: Sequence[Face],
    poses: Sequence[Pose],
    keyframes: Sequence[Keyframe],
    starts: Sequence[float],
) -> Track:
    seen = sorted({faces[i].keyframe for i in indices} | {poses[p].keyframe for p in carry})
    return Track(
        shot=keyframes[seen[0]].shot,
        start_s=starts[seen[0]],
        end_s=starts[seen[-1]] + keyframes[seen[-1]].span_s,
        faces=tuple(indices),
        poses=tuple(carry),
        embedding=pooled([faces[i] for i in indices]),
    )


class _Linker:
    """Links the faces of a shot, look by look."""

    def __init__(
        self,
        faces: Sequence[Face],
        keyframes: Sequence[Keyframe],
        body_of: Mapping[int, int],
        likeness: Likeness,
    ) -> None:
        self._faces, self._keyframes, self._body_of = faces, keyframes, body_of
        self._strangers = likeness.strangers

    def link(self, shot: Sequence[int]) -> list[list[int]]:
        """Return the tracks of a shot's faces, which come in time order."""
        tracks: list[list[int]] = []
        for _, group in groupby(shot, key=lambda i: self._faces[i].keyframe):
            here = [i for i in group if self._faces[i].embedding]
            costs = np.array([[-self._fit(track, i) for i in here] for track in tracks])
            found = assign(costs, -LINK)
            for t, i in found:
                tracks[t].append(here[i])
            taken = {i for _, i in found}
            tracks += [[face] for i, face in enumerate(here) if i not in taken]
        return tracks

    def _fit(self, track: Sequence[int], face: int) -> float:
        so_far, new = pooled([self._faces[i] for i in track[-8:]]), self._faces[face].embedding
        if so_far is None or new is None or so_far.model != new.model:
            return -1.0
        return self._likeness(so_far, new) + PLACE * self._nearness(track[-1], face)

    def _likeness(self, a: Embedding, b: Embedding) -> float:
        x, y = a.vector.astype(np.float32), b.vector.astype(np.float32)
        cosine = float(x @ y / max(1e-9, float(np.linalg.norm(x) * np.linalg.norm(y))))
        return (cosine - self._strangers) / (1 - self._strangers)

    def _nearness(self, a: int, b: int) -> float:
        """1 at the same place and size or on the same body, 0 where no one moves so fast."""
        if a in self._body_of and self._body_of[a] == self._body_of.get(b):
            return 1.0
        one, two = np.array(self._faces[a].box), np.array(self._faces[b].box)
        times = [self._keyframes[self._faces[i].keyframe].time_s for i in (a, b)]
        sides = [side(self._faces[i]) for i in (a, b)]
        moved = float(np.linalg.norm((one[:2] + one[2:] - two[:2] - two[2:]) / 2))
        reach = max(sides) * (0.5 + REACH * abs(times[1] - times[0]))
        return max(0.0, 1 - moved / reach) * min(sides) / max(sides)
