"""NudeNet's 320n (YOLOv8n): the same graph with a scaled picture as input and pooled features as output."""

from __future__ import annotations

from pathlib import Path

import onnx
from onnx import compose

from models.convert.graph import Graph
from models.errors import BrokenModelError

FEATURES = "/model.9/cv2/act/Mul_output_0"
"""The last activation of the backbone, (N, 256, 10, 10) at 320 pixels; its mean describes the picture."""


def convert(source: Path, mean: tuple[float, float, float], scale: float) -> onnx.ModelProto:
    """Images of 320 pixels in; (N, 22, 2100) boxes and class scores, and (N, 256) features out.

    Raises:
        BrokenModelError: not the file it should be.
    """
    try:
        network = onnx.load(source)
    except Exception as error:  # protobuf's DecodeError has no common base with onnx's own errors
        raise BrokenModelError(f"{source.name} cannot be read: {error}") from error
    if FEATURES not in {name for node in network.graph.node for name in node.output}:
        raise BrokenModelError(f"{source.name} is not NudeNet's 320n")
    graph = Graph()
    scaled = graph.scaled_input(mean, scale, "NCHW")
    prefixed = compose.add_prefix_graph(network.graph, "net/")
    for node in prefixed.node:
        node.input[:] = [scaled if name == "net/images" else name for name in node.input]
    graph.nodes += prefixed.node
    graph.constants += prefixed.initializer
    features = graph.add("ReduceMean", f"net/{FEATURES}", axes=[2, 3], keepdims=0)
    return graph.model(320, ["net/output0", features])
