"""A network of the user's own, made to take pictures as the embedded ones do."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from models.errors import BrokenModelError
from models.own.description import Description

VERSION = 2
"""Raised when what is made changes; part of the file's name."""

_PREFIX = "marquee/"
"""Of all names here: those of exported networks are "images" and "output0", too."""
_INPUT = f"{_PREFIX}images"


def convert(source: Path, description: Description, target: Path) -> None:
    """Write a network that takes RGB uint8 images (N, height, width, 3) and gives float32 arrays (N, ...).

    Colour order, scaling and layout are the first thing inside it, outputs keep their order. N is 1 where the
    description says so.

    Raises:
        BrokenModelError: the file is no ONNX network with one input.
    """
    model = load(source)
    taken = the_input(model.graph, source)
    before = _into(taken, description)
    after, outputs = _out_of(model.graph, description)
    rows = 1 if description.batch == "one" else "N"
    shape = [rows, description.height, description.width, 3]
    nodes = [*before, *model.graph.node, *after]
    initializers = [*model.graph.initializer, *_constants(description)]
    del model.graph.node[:], model.graph.initializer[:], model.graph.input[:], model.graph.output[:]
    del model.graph.value_info[:]  # of other sizes
    model.graph.node.extend(nodes)
    model.graph.initializer.extend(initializers)
    model.graph.input.append(helper.make_tensor_value_info(_INPUT, TensorProto.UINT8, shape))
    model.graph.output.extend(outputs)
    onnx.save(model, target)


def load(source: Path) -> onnx.ModelProto:
    """Read an ONNX file.

    Raises:
        BrokenModelError: it is none, or has weights in other files, which its checksum says nothing of.
    """
    try:
        model = onnx.load(source, load_external_data=False)
    except OSError as error:
        raise BrokenModelError(f"{source} cannot be read: {error.strerror}") from error
    except Exception as error:  # protobuf's DecodeError has no common base with onnx's own errors
        raise BrokenModelError(f"{source.name} is not an ONNX network") from error
    if _reaches_out(model):
        raise BrokenModelError(f"{source.name} has weights in other files; save it as one file")
    return model


def _reaches_out(message: Any) -> bool:
    """Whether the values of any tensor, however deep it lies, are in another file."""
    if isinstance(message, onnx.TensorProto):
        return bool(message.data_location == onnx.TensorProto.EXTERNAL)
    return any(
        _reaches_out(part)
        for field, value in message.ListFields()
        if field.message_type is not None
        for part in (value if isinstance(value, Iterable) else [value])
    )


def the_input(graph: onnx.GraphProto, source: Path) -> onnx.ValueInfoProto:
    """Return the one input of a network that is not a weight.

    Raises:
        BrokenModelError: there are several, or none.
    """
    weights = {tensor.name for tensor in graph.initializer}
    inputs: list[onnx.ValueInfoProto] = [value for value in graph.input if value.name not in weights]
    if len(inputs) != 1:
        raise BrokenModelError(f"{source.name} takes {len(inputs)} inputs, not one picture")
    return inputs[0]


def _constants(description: Description) -> list[onnx.TensorProto]:
    values: dict[str, npt.NDArray[Any]] = {
        "mean": np.array(description.mean, np.float32),
        "scale": np.array(description.scale, np.float32),
        "colours": np.array([2, 1, 0] if description.colour == "bgr" else [0, 1, 2], np.int64),
    }
    return [numpy_helper.from_array(value, _PREFIX + name) for name, value in values.items()]


def _into(taken: onnx.ValueInfoProto, description: Description) -> list[onnx.NodeProto]:
    """From the images to what the network takes."""
    steps: list[tuple[str, list[str], dict[str, Any]]] = [
        ("Cast", [], {"to": TensorProto.FLOAT}),
        ("Gather", [_PREFIX + "colours"], {"axis": 3}),
        ("Sub", [_PREFIX + "mean"], {}),
        ("Mul", [_PREFIX + "scale"], {}),
        ("Transpose", [], {"perm": [0, 3, 1, 2] if description.layout == "nchw" else [0, 1, 2, 3]}),
        ("Cast", [], {"to": taken.type.tensor_type.elem_type}),
    ]
    names = [_INPUT, *(f"{_PREFIX}{i}" for i in range(len(steps) - 1)), taken.name]
    return [
        helper.make_node(op, [names[i], *others], [names[i + 1]], name=f"{_PREFIX}node{i}", **attributes)
        for i, (op, others, attributes) in enumerate(steps)
    ]


def _out_of(
    graph: onnx.GraphProto, description: Description
) -> tuple[list[onnx.NodeProto], list[onnx.ValueInfoProto]]:
    """Float32 outputs: rows of vectors, and for SCRFD a batch axis, that InsightFace's own exports lack."""
    nodes, outputs = [], []
    for i, output in enumerate(graph.output):
        name = f"{_PREFIX}output{i}"
        inner = f"{name}/float"
        nodes.append(helper.make_node("Cast", [output.name], [inner], to=TensorProto.FLOAT))
        if description.head == "scrfd" and len(output.type.tensor_type.shape.dim) == 2:
            shape = helper.make_tensor("shape", TensorProto.INT64, [3], [1, -1, _width(output)])
            nodes.append(helper.make_node("Constant", [], [f"{inner}/shape"], value=shape))
            nodes.append(helper.make_node("Reshape", [inner, f"{inner}/shape"], [name]))
        elif description.head in ("vectors", "scores", "logits"):
            nodes.append(helper.make_node("Flatten", [inner], [name], axis=1))
        else:
            nodes.append(helper.make_node("Identity", [inner], [name]))
        outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    return nodes, outputs


def _width(output: onnx.ValueInfoProto) -> int:
    return int(output.type.tensor_type.shape.dim[-1].dim_value)
