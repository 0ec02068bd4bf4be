"""What an ONNX file says of itself: its graph, its metadata, the shapes of what comes out."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnx

from models.catalog import Task
from models.classes import Squash
from models.errors import BrokenModelError, ModelError, said
from models.labels import distinct
from models.own.convert import load, the_input

_SIDES: dict[Task, int] = {"face-embedder": 112, "image-feature": 224, "classifier": 224}
_DETECTOR_SIDE = 640
_SQUASHES: dict[str, Squash] = {"Softmax": "softmax", "Sigmoid": "sigmoid", "HardSigmoid": "sigmoid"}


@dataclass(frozen=True)
class Facts:
    """What is known of a file before anything is guessed.

    Attributes:
        name: of the file.
        layout: of its input.
        height, width: of the pictures it takes; where it leaves them open, what its kind usually takes.
        outputs: the shapes of what comes out for one picture.
        batch: whether it takes any number of pictures at once, or one.
        labels: of its classes, if it says them; Ultralytics' exports do.
        points: key points of each detection, if it says them.
        scales: whether the first thing that it does is to scale the pixels.
        last: what makes scores of 0 to 1 at its very end, if anything does.
        of_ultralytics: whether it was exported by Ultralytics.
    """

    name: str
    layout: Literal["nchw", "nhwc"]
    height: int
    width: int
    outputs: tuple[tuple[int, ...], ...]
    batch: Literal["any", "one"]
    labels: tuple[str, ...]
    points: int
    scales: bool
    last: Squash
    of_ultralytics: bool


def facts_of(path: Path, known: Mapping[str, Any]) -> Facts:
    """Look at the graph, and at what comes out for a black picture, or two.

    Args:
        path: an ONNX file.
        known: fields of a description; task, width and height matter where the graph leaves the size open.

    Raises:
        BrokenModelError: it is no network that takes one picture, or cannot be run.
    """
    model = load(path)
    source = the_input(model.graph, path)
    dims = source.type.tensor_type.shape.dim
    shape = tuple(dim.dim_value or None for dim in dims)
    if len(shape) != 4 or (shape[1] != 3 and shape[3] != 3):
        shown = ", ".join(dim.dim_param or str(dim.dim_value) for dim in dims)
        raise BrokenModelError(f"{path.name} takes ({shown}), not a picture of three colours")
    metadata = {entry.key: _literal(entry.value) for entry in model.metadata_props}
    layout: Literal["nchw", "nhwc"] = "nhwc" if shape[3] == 3 and shape[1] != 3 else "nchw"
    height, width = _size(shape[1:3] if layout == "nhwc" else shape[2:], metadata, known)
    one = (height, width, 3) if layout == "nhwc" else (3, height, width)
    outputs = _run(path, (1, *one))
    return Facts(
        name=path.name,
        layout=layout,
        height=height,
        width=width,
        outputs=outputs,
        batch="any" if shape[0] is None and _takes_two(path, one, outputs) else "one",
        labels=_labels(metadata.get("names")),
        points=_first(metadata.get("kpt_shape")) or 0,
        scales=_scales(model.graph, source.name),
        last=_last(model.graph),
        of_ultralytics="names" in metadata,
    )


def _size(
    sides: Sequence[int | None], metadata: Mapping[str, Any], known: Mapping[str, Any]
) -> tuple[int, int]:
    usual = _first(metadata.get("imgsz")) or _SIDES.get(known.get("task", "picture"), _DETECTOR_SIDE)
    height, width = sides
    return height or known.get("height", usual), width or known.get("width", usual)


def _run(path: Path, shape: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """Return the shapes of the outputs for black pictures of this shape."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    kinds = {"tensor(uint8)": np.uint8, "tensor(float16)": np.float16, "tensor(float)": np.float32}
    try:
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        source = session.get_inputs()[0]
        if source.type not in kinds:
            raise BrokenModelError(f"{path.name} takes {source.type}, not pixels")
        outputs = session.run(None, {source.name: np.zeros(shape, kinds[source.type])})
    except ModelError:
        raise
    except Exception as error:  # classes of its own
        raise BrokenModelError(f"{path.name} cannot be run: {said(error)}") from error
    return tuple(np.shape(output) for output in outputs)


def _takes_two(path: Path, one: Sequence[int], outputs: tuple[tuple[int, ...], ...]) -> bool:
    """Whether two pictures at once give twice as much: a batch may be fixed inside the graph."""
    with contextlib.suppress(BrokenModelError):
        return _run(path, (2, *one)) == tuple((2, *shape[1:]) for shape in outputs)
    return False


def _scales(graph: onnx.GraphProto, name: str) -> bool:
    for node in graph.node:
        if name in node.input:
            if node.op_type in ("Sub", "Mul", "Div", "BatchNormalization"):
                return True
            if node.op_type not in ("Cast", "Transpose", "Identity"):
                return False
            name = node.output[0]
    return False


def _last(graph: onnx.GraphProto) -> Squash:
    makers = {name: node for node in graph.node for name in node.output}
    last = makers.get(graph.output[0].name)
    while last is not None and last.op_type in ("Identity", "Cast", "Flatten", "Reshape", "Squeeze"):
        last = makers.get(last.input[0])
    return _SQUASHES.get(last.op_type if last else "", "none")


def _labels(names: Any) -> tuple[str, ...]:
    if isinstance(names, dict) and all(isinstance(key, int) for key in names):
        names = [names[key] for key in sorted(names)]
    return distinct([str(name) for name in names]) if isinstance(names, list) else ()


def _first(values: Any) -> int | None:
    first = values[0] if isinstance(values, list | tuple) and values else None
    return first if isinstance(first, int) else None


def _literal(text: str) -> Any:
    """The value of a Python literal, as Ultralytics writes them; None for any other text."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
