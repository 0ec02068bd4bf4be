"""What an ONNX file is, as far as its graph tells: the description that 'marquee models add' writes."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from pydantic import ValidationError

from models import fetch
from models.catalog import Task
from models.convert.own import load, the_input
from models.description import Description, Head, Three
from models.errors import BrokenModelError, ModelError

_SIDES: dict[Task, int] = {"face-embedder": 112, "image-feature": 224, "classifier": 224}
_DETECTOR_SIDE = 640
_EMBEDDINGS = (64, 1024)
"""Lengths that vectors of faces have, at least and at most."""
_MOST_DETECTIONS = 1000
"""Rows that a network gives which sorts out the rest itself, at most."""
_POSE, _FACE = 17, 5
_SORTED_OUT = (6, *(6 + k * n for k in (_FACE, _POSE) for n in (2, 3)))
"""Numbers that such a network gives for each: corners, score, class, and maybe key points."""

_UNIT: Three = (1 / 255, 1 / 255, 1 / 255)
_MIDDLE: Three = (127.5, 127.5, 127.5)
_IMAGENET_MEAN: Three = (123.675, 116.28, 103.53)
_IMAGENET_SCALE: Three = (1 / 58.395, 1 / 57.12, 1 / 57.375)


@dataclass(frozen=True)
class _Facts:
    """What is known of a file before anything is guessed; `side`: of pictures whose size it leaves open."""

    shape: tuple[int | None, ...]
    outputs: tuple[tuple[int, ...], ...]
    batch: str
    metadata: Mapping[str, str]
    scales_itself: bool
    side: int

    @property
    def layout(self) -> str:
        return "nhwc" if self.shape[3] == 3 and self.shape[1] != 3 else "nchw"

    @property
    def sides(self) -> tuple[int | None, int | None]:
        """Height and width, None where any will do."""
        return (self.shape[1], self.shape[2]) if self.layout == "nhwc" else (self.shape[2], self.shape[3])


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
    model = load(path)
    facts = _facts(model, path, known)
    fields = _by_outputs(facts, path, known) | known
    height, width = facts.sides
    fields |= {"sha256": fetch.sha256(path), "layout": facts.layout, "batch": facts.batch}
    fields |= {"height": height or known.get("height") or facts.side}
    fields |= {"width": width or known.get("width") or facts.side}
    mean, scale = _range(fields, facts)
    fields.setdefault("mean", mean)
    fields.setdefault("scale", scale)
    try:
        return Description(**fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ModelError(f"{path.name}: {where}: {first['msg']}") from error


def _facts(model: onnx.ModelProto, path: Path, known: Mapping[str, Any]) -> _Facts:
    """Look at the graph, and at what comes out for a black picture, or two."""
    source = the_input(model.graph, path)
    dims = source.type.tensor_type.shape.dim
    shape = tuple(dim.dim_value or None for dim in dims)
    if len(shape) != 4 or (shape[1] != 3 and shape[3] != 3):
        shown = ", ".join(dim.dim_param or str(dim.dim_value) for dim in dims)
        raise BrokenModelError(f"{path.name} takes ({shown}), not a picture of three colours")
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    side = _side(metadata, known)
    one = [size or side for size in shape[1:]]
    outputs = _run(path, [1, *one])
    batch = "one"
    if shape[0] is None:
        with contextlib.suppress(BrokenModelError):
            pairs = zip(_run(path, [2, *one]), outputs, strict=True)
            batch = "any" if all(two[0] == 2 and two[1:] == single[1:] for two, single in pairs) else "one"
    return _Facts(shape, outputs, batch, metadata, _scales(model.graph, source.name), side)


def _scales(graph: onnx.GraphProto, name: str) -> bool:
    """Whether the first thing done to an input is to scale it."""
    for node in graph.node:
        if name in node.input:
            if node.op_type in ("Sub", "Mul", "Div", "BatchNormalization"):
                return True
            if node.op_type not in ("Cast", "Transpose", "Identity"):
                return False
            name = node.output[0]
    return False


def _side(metadata: Mapping[str, str], known: Mapping[str, Any]) -> int:
    """Pixels of a picture whose size the graph leaves open."""
    if "width" in known:
        return int(known["width"])
    sides = _literal(metadata.get("imgsz", ""))
    if isinstance(sides, list) and sides:
        return int(sides[0])
    return _SIDES.get(known.get("task", "object-detector"), _DETECTOR_SIDE)


def _run(path: Path, shape: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """Return the shapes of the outputs for black pictures of this shape."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        source = session.get_inputs()[0]
        kinds = {"tensor(uint8)": np.uint8, "tensor(float16)": np.float16, "tensor(float)": np.float32}
        if source.type not in kinds:
            raise BrokenModelError(f"{path.name} takes {source.type}, not pixels")
        outputs = session.run(None, {source.name: np.zeros(shape, kinds[source.type])})
    except ModelError:
        raise
    except Exception as error:  # classes of its own
        raise BrokenModelError(f"{path.name} cannot be run: {str(error).strip().splitlines()[-1]}") from error
    return tuple(np.shape(output) for output in outputs)


def _by_outputs(facts: _Facts, path: Path, known: Mapping[str, Any]) -> dict[str, Any]:
    """Say by the outputs' shapes what they are."""
    labels = known.get("labels") or _labels(facts.metadata)
    shapes = facts.outputs
    if len(shapes) in (6, 9, 10, 15) and all(shape[-1] in (1, 4, 10) for shape in shapes):
        points = _FACE if shapes[-1][-1] == 10 else 0
        return {"task": "face-detector", "head": "scrfd", "points": points, "batch": "one"}
    if len(shapes[0]) == 3 and known.get("task") != "image-feature":
        return _detector(shapes[0], labels, facts, path, known)
    if len(shapes) == 1 and int(np.prod(shapes[0])) == max(shapes[0]):
        return _vectors(max(shapes[0]), labels, facts, path, known)
    shown = " ".join(str(shape) for shape in shapes)
    raise ModelError(
        f"{path.name}: cannot tell what its outputs {shown} are; Marquee knows YOLO, SCRFD, vectors"
    )


def _detector(
    shape: tuple[int, ...], labels: tuple[str, ...], facts: _Facts, path: Path, known: Mapping[str, Any]
) -> dict[str, Any]:
    rows, columns = shape[1:]
    of_metadata = _literal(facts.metadata.get("kpt_shape", ""))
    points, numbers = of_metadata if isinstance(of_metadata, list) and len(of_metadata) == 2 else (0, 0)
    points = known.get("points", points)
    head: Head
    if columns in _SORTED_OUT and rows <= _MOST_DETECTIONS:
        head, spare = "end-to-end", columns - 6
    elif rows < columns:
        head, spare = "yolo", rows - 4 - max(1, len(labels))
    else:
        head, spare = "yolo-objectness", columns - 5 - max(1, len(labels))
        if labels and spare == -1:  # YOLOv8's, exported the other way round
            raise ModelError(
                f"{path.name}: its output {shape} is transposed; export it as (N, 4 + classes, n)"
            )
    if not points and spare > 0 and (labels or head == "end-to-end"):
        points = next((k for k in (_POSE, _FACE) if spare in (2 * k, 3 * k)), 0)
    wanted = points * (numbers or (3 if spare == 3 * points else 2)) if points else 0
    if labels and spare != wanted:
        raise ModelError(f"{path.name}: {len(labels)} labels do not fit its output {shape}")
    if not labels and head != "end-to-end":
        count = (rows - 4) if head == "yolo" else (columns - 5)
        labels = tuple(f"class_{i}" for i in range(1 if points else count))
    task: Task = "pose-detector" if points == _POSE else "object-detector"
    if points == _FACE or (len(labels) == 1 and "face" in labels[0].lower()):
        task = "face-detector"
    return {"task": task, "head": head, "points": points, "labels": labels}


def _vectors(
    length: int, labels: tuple[str, ...], facts: _Facts, path: Path, known: Mapping[str, Any]
) -> dict[str, Any]:
    if labels and len(labels) != length:
        raise ModelError(f"{path.name}: {len(labels)} labels do not fit its {length} outputs")
    task = known.get("task")
    if task is None and labels:
        task = "classifier"
    if task is None and set(facts.sides) == {112} and _EMBEDDINGS[0] <= length <= _EMBEDDINGS[1]:
        task = "face-embedder"
    if task is None:
        raise ModelError(
            f"{path.name} gives {length} numbers a picture: say what they are with --task face-embedder, "
            "image-feature or classifier"
        )
    if task != "classifier":
        return {"task": task, "head": "vectors"}
    head = "scores" if _ends_in_scores(path) else "logits"
    return {"task": task, "head": head, "labels": labels or tuple(f"class_{i}" for i in range(length))}


def _ends_in_scores(path: Path) -> bool:
    """Whether the last thing that a classifier does is to make scores of 0 to 1."""
    graph = load(path).graph
    makers = {name: node for node in graph.node for name in node.output}
    last = makers.get(graph.output[0].name)
    while last is not None and last.op_type in ("Identity", "Cast", "Flatten", "Reshape", "Squeeze"):
        last = makers.get(last.input[0])
    return last is not None and last.op_type in ("Softmax", "Sigmoid")


def _range(fields: Mapping[str, Any], facts: _Facts) -> tuple[Three, Three]:
    """The mean and scale of networks of a kind; none for one that begins by scaling."""
    if facts.scales_itself:
        return (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
    if fields["head"] == "scrfd":
        return _MIDDLE, (1 / 128, 1 / 128, 1 / 128)
    if fields["task"] == "face-embedder":
        return _MIDDLE, (1 / 127.5, 1 / 127.5, 1 / 127.5)
    if fields["head"] in ("vectors", "scores", "logits") and "names" not in facts.metadata:
        return _IMAGENET_MEAN, _IMAGENET_SCALE
    return (0.0, 0.0, 0.0), _UNIT


def _labels(metadata: Mapping[str, str]) -> tuple[str, ...]:
    """The names that Ultralytics writes into its exports."""
    names = _literal(metadata.get("names", ""))
    if isinstance(names, dict):
        return tuple(str(names[key]) for key in sorted(names))
    return tuple(map(str, names)) if isinstance(names, list) else ()


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
