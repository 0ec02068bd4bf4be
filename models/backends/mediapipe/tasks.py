"""MediaPipe's tasks. They look at one picture at a time, on the CPU: the GPU delegate is not used."""

from __future__ import annotations

import atexit
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np

from models import bodies
from models.bodies import Poses
from models.boxes import Detections
from models.catalog import Task
from models.cores import usable_cores
from models.errors import BrokenModelError
from models.images import Floats, Image

MOST = 16
"""Faces or people of one picture that are looked for."""

_AT_ONCE = min(4, usable_cores())
"""Pictures looked at side by side: on two cores two take little more time than one."""

_LONGEST = 1 << 14
"""Pixels of a side that are looked at: with twice as many MediaPipe ends the process."""

_MESH = 468


def framework() -> Any:
    """Return the package mediapipe, silenced.

    Its tasks post statistics to Google by a libcurl of their own, and have no switch against it. That looks
    for a proxy in the environment of C, and gives up at this one before it opens a connection. Python's
    environment, which is what downloads look at, stays as it is.
    """
    os.putenv("https_proxy", "none://")
    os.putenv("no_proxy", "-")
    with_tensorflow = "tensorflow" in sys.modules
    if not with_tensorflow:  # half a gigabyte, which MediaPipe imports for nothing but its own documentation
        sys.modules["tensorflow"] = None  # type: ignore[assignment]
    try:
        return importlib.import_module("mediapipe")
    finally:
        if not with_tensorflow:
            del sys.modules["tensorflow"]


@dataclass(frozen=True)
class Kind:
    """One of MediaPipe's tasks.

    Attributes:
        name: of its class.
        task: what it is for.
        members: the networks in its bundle; none where the file itself is the network.
        options: what it is made with, by the least score.
        read: makes ours of what it gives for a picture of a width and a height.
    """

    name: str
    task: Task
    members: frozenset[str]
    options: Callable[[float], dict[str, Any]]
    read: Callable[[Any, int, int], Detections | Poses]


class TaskModel:
    """Tasks face-detector and pose-detector: objects of one of MediaPipe's tasks, each with its own picture.

    Args:
        kind: what the file is.
        path: of the file.
        min_score: of what is found.

    Raises:
        BrokenModelError: MediaPipe cannot run the file, now or later.
    """

    def __init__(self, kind: Kind, path: Path, min_score: float) -> None:
        self._kind, self._path = kind, path
        self._mediapipe = framework()
        self._pool = ThreadPoolExecutor(_AT_ONCE)
        self._idle: SimpleQueue[Any] = SimpleQueue()
        objects: list[Any] = []
        atexit.register(_close, objects)
        for _ in range(_AT_ONCE):
            objects.append(self._try(self._make, min_score))
            self._idle.put(objects[-1])
        self.detect([np.zeros((64, 64, 3), np.uint8)])  # a network with other outputs fails only when it runs

    def detect(self, images: Sequence[Image]) -> list[Any]:
        """See models.contracts."""
        return list(self._pool.map(self._look, images))

    def _make(self, min_score: float) -> Any:
        tasks, name = self._mediapipe.tasks, self._kind.name
        base = tasks.BaseOptions(model_asset_path=str(self._path))
        options = getattr(tasks.vision, f"{name}Options")(base_options=base, **self._kind.options(min_score))
        return getattr(tasks.vision, name).create_from_options(options)

    def _look(self, image: Image) -> Detections | Poses:
        pixels = np.ascontiguousarray(image[:_LONGEST, :_LONGEST])
        picture = self._mediapipe.Image(self._mediapipe.ImageFormat.SRGB, pixels)
        idle = self._idle.get()
        try:
            result = self._try(idle.detect, picture)
        finally:
            self._idle.put(idle)
        return self._kind.read(result, pixels.shape[1], pixels.shape[0])

    def _try(self, call: Callable[[Any], Any], argument: Any) -> Any:
        try:
            return call(argument)
        except (ValueError, RuntimeError, OSError, NotImplementedError) as error:
            reason = " ".join(str(error).split())[:200]
            raise BrokenModelError(f"{self._path} does not run as a {self._kind.name}: {reason}") from error


def _close(objects: Sequence[Any]) -> None:
    """Close task objects before Python ends, when they say at length that they cannot be.

    Not earlier: if that happens to be while MediaPipe makes another one, both wait for each other for ever.
    """
    for made in objects:
        try:
            made.close()
        except RuntimeError:
            made._handle = None


def _faces(result: Any, width: int, height: int) -> Detections:
    """What a Face Detector finds: six points each, the subject's right eye first."""
    found = sorted(result.detections, key=lambda face: -face.categories[0].score)
    boxes = [face.bounding_box for face in found]
    points = [[(point.x * width, point.y * height) for point in face.keypoints] for face in found]
    corners = [
        (box.origin_x, box.origin_y, box.origin_x + box.width, box.origin_y + box.height) for box in boxes
    ]
    return Detections(
        np.array(corners, np.float32).reshape(-1, 4),
        np.array([face.categories[0].score for face in found], np.float32),
        np.array(points, np.float32).reshape(-1, 6, 2),
    )


def _meshes(result: Any, width: int, height: int) -> Detections:
    """What a Face Landmarker finds: a mesh each, and the irises. It gives no scores: they are 1."""
    size = (width, height, width)
    points = _landmarks(result.face_landmarks, ("x", "y", "z"), _MESH + 10) * np.array(size, np.float32)
    flat = points[:, :_MESH, :2]
    boxes = np.concatenate([flat.min(axis=1), flat.max(axis=1)], 1)
    return Detections(boxes, np.ones(len(points), np.float32), points)


def _poses(result: Any, width: int, height: int) -> Poses:
    """What a Pose Landmarker finds. It gives people no scores: theirs is the one of their surest point."""
    people = _landmarks(result.pose_landmarks, ("x", "y", "visibility", "presence"), bodies.POINTS)
    points, visibility = people[..., :2] * np.array((width, height), np.float32), people[..., 2]
    scores = people[..., 3].max(axis=1)
    order = np.argsort(-scores, kind="stable")
    points, visibility = points[order], visibility[order]
    return Poses(bodies.around(points, visibility), scores[order], points, visibility)


def _landmarks(found: Any, fields: tuple[str, ...], count: int) -> Floats:
    values = [[[getattr(point, name) for name in fields] for point in points] for points in found]
    return np.array(values, np.float32).reshape(-1, count, len(fields))


KINDS = (
    Kind(
        "FaceLandmarker",
        "face-detector",
        frozenset({"face_detector.tflite", "face_landmarks_detector.tflite"}),
        lambda x: {"min_face_detection_confidence": x, "num_faces": MOST},
        _meshes,
    ),
    Kind(
        "PoseLandmarker",
        "pose-detector",
        frozenset({"pose_detector.tflite", "pose_landmarks_detector.tflite"}),
        lambda x: {
            "min_pose_detection_confidence": x,
            "min_pose_presence_confidence": x,
            "num_poses": MOST,
        },
        _poses,
    ),
    Kind(
        "FaceDetector",
        "face-detector",
        frozenset(),
        lambda least: {"min_detection_confidence": least},
        _faces,
    ),
)
