"""TFLite to ONNX, with a batch of any size: OpenVINO reads the file, its graph is written out again.

TFLite files fix the batch to 1 and only some runtimes read them; ONNX runs everywhere. What is computed from
constants alone (weights stored as float16, transposed or reshaped) is folded here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import openvino as ov

from models.convert.graph import Graph
from models.errors import BrokenModelError

_Array = npt.NDArray[Any]


class _Node:
    """One OpenVINO node on its way: input names in the new graph, constant inputs as arrays."""

    def __init__(self, op: Any, graph: Graph, names: dict[str, str], values: dict[str, _Array]) -> None:
        sources = [op.input_value(i).get_node() for i in range(op.get_input_size())]
        self.graph = graph
        self.attributes: dict[str, Any] = op.get_attributes()
        self.shape = [int(d) for d in op.get_output_shape(0)]
        self.input_shape = [int(d) for d in op.get_input_shape(0)]
        self.values = [values.get(s.get_friendly_name()) for s in sources]
        self._names = [names.get(s.get_friendly_name()) for s in sources]

    def name(self, index: int) -> str:
        """The input's name; a constant is written out when first asked for."""
        if (name := self._names[index]) is None:
            name = self._names[index] = self.graph.constant(self.value(index))
        return name

    def value(self, index: int) -> _Array:
        """A constant input."""
        value = self.values[index]
        if value is None:
            raise BrokenModelError("a computed input where only a constant is understood")
        return value

    def add(self, op: str, *inputs: str, **attributes: Any) -> str:
        return self.graph.add(op, *(inputs or [self.name(i) for i in range(len(self.values))]), **attributes)


def _padding(node: _Node) -> dict[str, Any]:
    if node.attributes["auto_pad"] == "same_upper":
        return {"auto_pad": "SAME_UPPER"}
    return {"pads": [*node.attributes["pads_begin"], *node.attributes["pads_end"]]}


def _convolution(node: _Node, group: int = 1) -> str:
    kernel = node.value(1)
    if node.attributes["auto_pad"] not in ("valid", "explicit", "same_upper"):
        raise BrokenModelError(f"convolution with padding {node.attributes['auto_pad']}")
    return node.add(
        "Conv",
        node.name(0),
        node.graph.constant(kernel),
        group=group,
        kernel_shape=list(kernel.shape[2:]),
        strides=node.attributes["strides"],
        dilations=node.attributes["dilations"],
        **_padding(node),
    )


def _group_convolution(node: _Node) -> str:
    kernel = node.value(1)
    groups = kernel.shape[0]
    node.values[1] = kernel.reshape(-1, *kernel.shape[2:])
    return _convolution(node, groups)


def _max_pool(node: _Node) -> str:
    sizes = {"kernel_shape": node.attributes["kernel"], "strides": node.attributes["strides"]}
    return node.add("MaxPool", **sizes, **_padding(node))


def _pad(node: _Node) -> str:
    amounts = np.concatenate([node.value(1), node.value(2)])
    return node.add(
        "Pad", node.name(0), node.graph.constant(amounts, np.int64), node.graph.constant(node.value(3))
    )


def _reshape(node: _Node) -> str:
    return node.add("Reshape", node.name(0), node.graph.constant([-1, *node.shape[1:]], np.int64))


def _transpose(node: _Node) -> str:
    return node.add("Transpose", node.name(0), perm=[int(i) for i in node.value(1)])


def _clamp(node: _Node) -> str:
    limits = [node.graph.constant(node.attributes[key]) for key in ("min", "max")]
    return node.add("Clip", node.name(0), *limits)


def _interpolate(node: _Node) -> str:
    """Bilinear, NHWC: between two transposes, because runtimes resize NCHW."""
    scales = [1, 1] + [node.shape[i] / node.input_shape[i] for i in (1, 2)]
    x = node.add("Transpose", node.name(0), perm=[0, 3, 1, 2])
    x = node.add(
        "Resize",
        x,
        "",
        node.graph.constant(scales),
        mode="linear",
        coordinate_transformation_mode=node.attributes["coordinate_transformation_mode"],
    )
    return node.add("Transpose", x, perm=[0, 2, 3, 1])


def _depth_to_space(node: _Node) -> str:
    return node.add("DepthToSpace", blocksize=node.attributes["block_size"], mode="DCR")


_FOLD: dict[str, Callable[[_Node], _Array]] = {
    "Convert": lambda node: np.asarray(node.value(0), np.float32),
    "Reshape": lambda node: node.value(0).reshape(node.shape),
    "Transpose": lambda node: node.value(0).transpose(node.value(1)),
    "Unsqueeze": lambda node: node.value(0).reshape(node.shape),
}

_WRITE: dict[str, Callable[[_Node], str]] = {
    "Add": lambda node: node.add("Add"),
    "Clamp": _clamp,
    "Concat": lambda node: node.add("Concat", axis=node.attributes["axis"]),
    "Convert": lambda node: node.name(0),  # float32 to float32, before a resize
    "Convolution": _convolution,
    "DepthToSpace": _depth_to_space,
    "GroupConvolution": _group_convolution,
    "Interpolate": _interpolate,
    "MaxPool": _max_pool,
    "PRelu": lambda node: node.add("PRelu"),
    "Pad": _pad,
    "Relu": lambda node: node.add("Relu"),
    "Reshape": _reshape,
    "Sigmoid": lambda node: node.add("Sigmoid"),
    "Transpose": _transpose,
}


def _wanted(model: ov.Model, outputs: Sequence[str]) -> set[str]:
    """Names of the nodes that these outputs need."""
    found: set[str] = set()
    stack = [model.output(name).get_node() for name in outputs]
    while stack:
        node = stack.pop()
        if node.get_friendly_name() not in found:
            found.add(node.get_friendly_name())
            stack += [node.input_value(i).get_node() for i in range(node.get_input_size())]
    return found


def convert(
    source: Path, outputs: Sequence[str], mean: tuple[float, float, float], scale: float
) -> onnx.ModelProto:
    """Square images in, the named outputs out, in that order; what leads to no other output is left out.

    Raises:
        BrokenModelError: cannot be read, or holds an operation that is not in the table above.
    """
    try:
        model = ov.Core().read_model(source)
    except RuntimeError as error:
        raise BrokenModelError(f"{source.name} cannot be read: {error}") from error
    wanted = _wanted(model, outputs)
    graph, values = Graph(), dict[str, _Array]()
    names = {model.input(0).get_node().get_friendly_name(): graph.scaled_input(mean, scale, "NHWC")}
    for op in model.get_ordered_ops():
        kind, name = op.get_type_name(), op.get_friendly_name()
        if name not in wanted or kind in ("Parameter", "Result"):
            continue
        if kind == "Constant":
            values[name] = op.get_data()
            continue
        node = _Node(op, graph, names, values)
        if kind in _FOLD and all(value is not None for value in node.values):
            values[name] = _FOLD[kind](node)
        elif kind in _WRITE:
            names[name] = _WRITE[kind](node)
        else:
            raise BrokenModelError(f"{source.name}: no conversion of the operation {kind}")
    last = [model.output(name).get_node().input_value(0).get_node().get_friendly_name() for name in outputs]
    return graph.model(model.input(0).shape[1], [names[name] for name in last])
