"""A small writer of ONNX graphs: every converted network is made with it.

All converted networks take the same input: `images`, RGB uint8 of shape (N, height, width, 3), any N.
The scaling that the network was trained with is the first thing inside the graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
IR_VERSION = 8
INPUT = "images"


class Graph:
    """Nodes and constants in the order they were added. Names are made up; outputs get theirs at the end."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, value: npt.ArrayLike, dtype: npt.DTypeLike = np.float32) -> str:
        """Keep an array; returns its name."""
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value, dtype), name))
        return name

    def add(self, op: str, *inputs: str, **attributes: Any) -> str:
        """Append a node of one output; returns that output's name."""
        name = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], name=name, **attributes))
        return name

    def scaled_input(self, mean: Sequence[float], scale: float, layout: str) -> str:
        """The images as (pixel - mean) * scale, float32, in the network's "NHWC" or "NCHW" layout."""
        pixels = self.add("Cast", INPUT, to=TensorProto.FLOAT)
        centred = self.add("Sub", pixels, self.constant(np.reshape(mean, (1, 1, 1, 3))))
        scaled = self.add("Mul", centred, self.constant(scale))
        return scaled if layout == "NHWC" else self.add("Transpose", scaled, perm=[0, 3, 1, 2])

    def model(self, side: int, outputs: Sequence[str]) -> onnx.ModelProto:
        """The finished network: square images of `side` pixels in, float32 (N, ...) arrays out."""
        names = [f"output{i}" for i in range(len(outputs))]
        self.nodes += [helper.make_node("Identity", [o], [n]) for o, n in zip(outputs, names, strict=True)]
        made = helper.make_graph(
            self.nodes,
            "marquee",
            [helper.make_tensor_value_info(INPUT, TensorProto.UINT8, ["N", side, side, 3])],
            [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in names],
            self.constants,
        )
        opset = helper.make_opsetid("", OPSET)
        model = helper.make_model(made, opset_imports=[opset], producer_name="marquee")
        model.ir_version = IR_VERSION
        return onnx.shape_inference.infer_shapes(model)
