"""What an ONNX file is, as far as it tells: the description that 'marquee models add' writes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from models import fetch
from models.catalog import Task
from models.errors import ModelError
from models.own.description import Description, Head, Three
from models.own.facts import Facts, facts_of

_EMBEDDING = range(64, 1025)
"""Lengths that vectors of faces have."""
_MOST_DETECTIONS = 1000
"""Rows that a network gives which sorts out the rest itself, at most."""
_POSE, _FACE = 17, 5
_POINTS = {k * n: k for k in (_FACE, _POSE) for n in (2, 3)}
"""Key points by how many numbers they take: places alone, or with how visible they are."""
_SORTED_OUT = (6, *(6 + numbers for numbers in _POINTS))
"""Numbers of each detection of such a network: corners, score, class, and maybe key points."""

_NOTHING: tuple[Three, Three] = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
_MIDDLE: Three = (127.5, 127.5, 127.5)
_IMAGENET: tuple[Three, Three] = (123.675, 116.28, 103.53), (1 / 58.395, 1 / 57.12, 1 / 57.375)


def describe(path: Path, known: Mapping[str, Any] | None = None) -> Description:
    """Return the description of an ONNX file.

    Args:
        path: the file.
        known: fields of the description that the user knows better.

    Raises:
        BrokenModelError: it is no ONNX network that takes one picture, or cannot be run.
        ModelError: it is not clear what it is for, or what the user says does not fit it.
    """
    known = dict(known or {})
    facts = facts_of(path, known)
    if known.get("width", facts.width) != facts.width or known.get("height", facts.height) != facts.height:
        raise ModelError(f"{path.name} takes pictures of {facts.width}x{facts.height} and no others")
    fields = _by_outputs(facts, known) | known
    fields |= {name: getattr(facts, name) for name in ("layout", "height", "width", "batch")}
    mean, scale = _range(fields, facts)
    try:
        return Description(**{"sha256": fetch.sha256(path), "mean": mean, "scale": scale} | fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ModelError(f"{path.name}: {where}: {first['msg']}") from error


def _by_outputs(facts: Facts, known: Mapping[str, Any]) -> dict[str, Any]:
    """Say by the outputs' shapes what they are."""
    shapes = facts.outputs
    if len(shapes) in (6, 9, 10, 15) and all(shape[-1:] in ((1,), (4,), (2 * _FACE,)) for shape in shapes):
        points = _FACE if shapes[-1][-1] == 2 * _FACE else 0
        return {"task": "face-detector", "head": "scrfd", "points": points}
    if len(shapes[0]) == 3 and known.get("task") != "image-feature":
        return _detector(facts, known)
    if len(shapes) == 1 and int(np.prod(shapes[0])) == max(shapes[0], default=0):
        return _vectors(facts, known)
    shown = " ".join(str(shape) for shape in shapes)
    raise ModelError(
        f"{facts.name}: cannot tell what its outputs {shown} are; Marquee knows YOLO, SCRFD, vectors"
    )


def _detector(facts: Facts, known: Mapping[str, Any]) -> dict[str, Any]:
    labels: tuple[str, ...] = known.get("labels") or facts.labels
    head, rest = _layout(facts)
    classes = 0 if head == "end-to-end" else len(labels) or 1
    points = known.get("points") or facts.points or _POINTS.get(rest - classes, 0)
    if head != "end-to-end" and not labels:
        labels = tuple(f"class_{i}" for i in range(1 if points else rest))
    elif head != "end-to-end" and rest - classes not in (2 * points, 3 * points):
        shape = facts.outputs[0]
        if rest - classes == -1:
            raise ModelError(f"{facts.name}: its output {shape} is turned; export it as (N, 4 + classes, n)")
        raise ModelError(f"{facts.name}: {len(labels)} labels do not fit its output {shape}")
    task: Task = "pose-detector" if points == _POSE else "object-detector"
    if points == _FACE or (len(labels) == 1 and "face" in labels[0].lower()):
        task = "face-detector"
    return {"task": task, "head": head, "points": points, "labels": labels}


def _layout(facts: Facts) -> tuple[Head, int]:
    """The head, and how many numbers a detection has for its classes and points."""
    rows, columns = facts.outputs[0][1:]
    if columns in _SORTED_OUT and rows <= _MOST_DETECTIONS:
        return "end-to-end", columns - 6
    return ("yolo", rows - 4) if rows < columns else ("yolo-objectness", columns - 5)


def _vectors(facts: Facts, known: Mapping[str, Any]) -> dict[str, Any]:
    length, labels = max(facts.outputs[0]), known.get("labels") or facts.labels
    if labels and len(labels) != length and (len(labels), length) != (2, 1):
        raise ModelError(f"{facts.name}: {len(labels)} labels do not fit its {length} outputs")
    task = known.get("task") or ("classifier" if labels else None)
    if task is None and (facts.height, facts.width) == (112, 112) and length in _EMBEDDING:
        task = "face-embedder"
    if task is None:
        raise ModelError(
            f"{facts.name} gives {length} numbers a picture: say what they are with --task face-embedder, "
            "image-feature or classifier"
        )
    if task != "classifier":
        return {"task": task, "head": "vectors"}
    return {
        "task": task,
        "head": "logits" if facts.last == "none" else "scores",
        "labels": labels or tuple(f"class_{i}" for i in range(length)),
        "multi_label": facts.last == "sigmoid",
    }


def _range(fields: Mapping[str, Any], facts: Facts) -> tuple[Three, Three]:
    """The mean and scale of networks of a kind: InsightFace's, torchvision's, or those that see 0 to 1."""
    if facts.scales:
        return _NOTHING
    if fields["head"] == "scrfd":
        return _MIDDLE, _thrice(1 / 128)
    if fields["task"] == "face-embedder":
        return _MIDDLE, _thrice(1 / 127.5)
    if fields["head"] in ("vectors", "scores", "logits") and not facts.of_ultralytics:
        return _IMAGENET
    return _NOTHING[0], _thrice(1 / 255)


def _thrice(value: float) -> Three:
    return value, value, value
