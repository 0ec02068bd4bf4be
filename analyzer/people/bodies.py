"""Bodies: which face is on which, and which body of one keyframe is the same in the next."""

from collections.abc import Mapping, Sequence
from itertools import groupby

import numpy as np
import numpy.typing as npt

from analyzer.records import Face, Keyframe, Pose
from models.boxes import iou

Floats = npt.NDArray[np.float32]

HEAD = 11
"""BlazePose's points 0 to 10 are of the head."""
NEAR = 0.75
"""A face lies at most so many of its own sides from the head it belongs to."""
OVERLAP = 0.35
"""Boxes of one body in two looks, one after the other, overlap (IoU) by this much at least."""
GAP_S = 6.0
"""A body that is not seen for longer is another one."""


def heads_of(faces: Sequence[Face], poses: Sequence[Pose]) -> dict[int, int]:
    """Return the pose that bears each face, one to one, by index; faces without a body are left out."""
    by_keyframe: dict[int, list[int]] = {}
    for p, pose in enumerate(poses):
        by_keyframe.setdefault(pose.keyframe, []).append(p)
    found: dict[int, int] = {}
    order = sorted(range(len(faces)), key=lambda i: faces[i].keyframe)
    for keyframe, group in groupby(order, key=lambda i: faces[i].keyframe):
        here, bodies = list(group), by_keyframe.get(keyframe, [])
        if bodies:
            distances = _distances([faces[i] for i in here], [poses[p] for p in bodies])
            found |= {here[i]: bodies[p] for i, p in assign(distances, NEAR)}
    return found


def chains(poses: Sequence[Pose], keyframes: Sequence[Keyframe]) -> list[list[int]]:
    """Return the poses of each body within a shot, in time order: boxes that overlap from look to look."""
    finished: list[list[int]] = []
    order = sorted(range(len(poses)), key=lambda p: poses[p].keyframe)
    for _, shot in groupby(order, key=lambda p: keyframes[poses[p].keyframe].shot):
        going: list[list[int]] = []
        for keyframe, group in groupby(shot, key=lambda p: poses[p].keyframe):
            now = keyframes[keyframe].time_s
            fresh = [c for c in going if now - keyframes[poses[c[-1]].keyframe].time_s <= GAP_S]
            finished += [c for c in going if c not in fresh]
            here = list(group)
            apart = np.array([[1 - _overlap(poses[c[-1]], poses[p]) for p in here] for c in fresh])
            taken = {p: c for c, p in assign(apart, 1 - OVERLAP)}
            for p, pose in enumerate(here):
                if p in taken:
                    fresh[taken[p]].append(pose)
                else:
                    fresh.append([pose])
            going = fresh
        finished += going
    return finished


def carried(
    chain: Sequence[int], owners: Mapping[int, int], poses: Sequence[Pose], keyframes: Sequence[Keyframe]
) -> dict[int, int]:
    """Return for each pose of a chain whose it is: its own face's owner, else that of the nearest in time.

    Args:
        chain: poses of one body, in time order.
        owners: by pose, who the face on it belongs to, where there is a face.
        poses: of the movie.
        keyframes: of the movie.
    """
    marks = [(keyframes[poses[p].keyframe].time_s, owners[p]) for p in chain if p in owners]
    if not marks:
        return {}
    times = np.array([time for time, _ in marks])
    return {p: marks[int(np.abs(times - keyframes[poses[p].keyframe].time_s).argmin())][1] for p in chain}


def assign(costs: npt.NDArray[np.floating], limit: float) -> list[tuple[int, int]]:
    """Return pairs of row and column, one to one, at the least total cost, none above `limit`."""
    from scipy.optimize import linear_sum_assignment  # takes long to import

    if not costs.size:
        return []
    pairs = zip(*linear_sum_assignment(np.minimum(costs, limit + 1)), strict=True)
    return [(int(r), int(c)) for r, c in pairs if costs[r, c] <= limit]


def _distances(faces: Sequence[Face], poses: Sequence[Pose]) -> Floats:
    """How far the middle of each face is from each head, in sides of the face."""
    boxes = np.array([face.box for face in faces], np.float32)
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    sides = np.sqrt(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1))
    heads = np.array([_head(pose) for pose in poses], np.float32)
    gaps = np.linalg.norm(middles[:, None] - heads, axis=2)
    return np.asarray(gaps / sides[:, None], np.float32)


def _head(pose: Pose) -> Floats:
    """The middle of the head's points that the network knows; it knows none of some if all three are 0."""
    points = pose.points[:HEAD]
    known = points.any(axis=1)
    return np.asarray(points[known if known.any() else slice(None), :2].mean(0), np.float32)


def _overlap(a: Pose, b: Pose) -> float:
    return float(iou(np.array(a.box, np.float32), np.array([b.box], np.float32))[0])
