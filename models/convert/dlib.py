"""dlib's face recognition ResNet: from its own .dat format to ONNX.

The file holds the layers from the input up. Integers are packed: a control byte (low 4 bits: how many bytes
follow; top bit: the sign), then that many bytes, little endian. A layer is its kind's name, its parameters as
one tensor (format number 2, four dimensions, raw float32), and settings that the architecture already says.

Architecture (dlib, examples/dnn_face_recognition_ex.cpp): convolution 7x7 stride 2, 3x3 max pool, then 14
residual blocks, mean over the picture, a linear layer to 128 numbers. Agrees with dlib itself to 3e-7.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx

from models.convert.graph import Graph
from models.errors import BrokenModelError

BLOCKS = [(32, False)] * 3 + [(64, True)] + [(64, False)] * 3 + [(128, True)] + [(128, False)] * 2
BLOCKS += [(256, True)] + [(256, False)] * 2 + [(256, True)]
"""The residual blocks: how many channels, and whether the block halves the picture."""

_LAYER = re.compile(rb"\x01\x05con_4|\x01\x07affine_|\x01\x04fc_2\x01\x80\x02\x00\x01")
_Array = npt.NDArray[np.float32]


def _integer(data: bytes, at: int) -> tuple[int, int]:
    """A packed integer and the offset behind it."""
    length = data[at] & 15
    value = int.from_bytes(data[at + 1 : at + 1 + length], "little")
    return (-value if data[at] & 128 else value), at + 1 + length


def read_parameters(data: bytes) -> Iterator[_Array]:
    """The parameter tensors of all convolution, affine and linear layers, flat, from the input up."""
    at = 0
    while match := _LAYER.search(data, at):
        form, at = _integer(data, match.end())
        if form != 2:
            raise BrokenModelError(f"dlib tensor of format {form}, expected 2")
        size = 1
        for _ in range(4):
            length, at = _integer(data, at)
            size *= length
        yield np.frombuffer(data, "<f4", size, at)
        at += 4 * size


class _Writer:
    """Writes dlib's layers, taking each one's parameters from the stream."""

    def __init__(self, graph: Graph, parameters: Iterator[_Array]) -> None:
        self.graph = graph
        self.parameters = parameters

    def convolution(self, x: str, channels: int, size: int, stride: int) -> str:
        """A convolution with its affine layer folded in. Padding only at stride 1, as in dlib."""
        weights, (gamma, beta) = next(self.parameters), np.split(next(self.parameters), 2)
        kernel = weights[:-channels].reshape(channels, -1, size, size) * gamma.reshape(-1, 1, 1, 1)
        bias = weights[-channels:] * gamma + beta
        return self.graph.add(
            "Conv",
            x,
            self.graph.constant(kernel),
            self.graph.constant(bias),
            kernel_shape=[size, size],
            strides=[stride, stride],
            pads=[size // 2 if stride == 1 else 0] * 4,
        )

    def pad_to(self, x: str, shape: tuple[int, int], wanted: tuple[int, int]) -> str:
        """Zeros at the far end of channels, rows and columns; shapes are (channels, side)."""
        channels, side = wanted[0] - shape[0], wanted[1] - shape[1]
        if not channels and not side:
            return x
        return self.graph.add("Pad", x, self.graph.constant([0, 0, 0, 0, 0, channels, side, side], np.int64))

    def block(self, x: str, shape: tuple[int, int], channels: int, down: bool) -> tuple[str, tuple[int, int]]:
        """A residual block; the smaller operand of its sum is padded with zeros."""
        stride = 2 if down else 1
        inner = self.graph.add("Relu", self.convolution(x, channels, 3, stride))
        inner = self.convolution(inner, channels, 3, 1)
        inner_shape = (channels, (shape[1] - 3) // 2 + 1 if down else shape[1])
        if down:
            x = self.graph.add("AveragePool", x, kernel_shape=[2, 2], strides=[2, 2])
            shape = (shape[0], shape[1] // 2)
        wanted = (max(shape[0], inner_shape[0]), max(shape[1], inner_shape[1]))
        total = self.graph.add("Add", self.pad_to(inner, inner_shape, wanted), self.pad_to(x, shape, wanted))
        return self.graph.add("Relu", total), wanted


def convert(source: Path, mean: tuple[float, float, float], scale: float) -> onnx.ModelProto:
    """Images of 150 pixels in, (N, 128) raw vectors out.

    Raises:
        BrokenModelError: not the file it should be.
    """
    graph = Graph()
    write = _Writer(graph, read_parameters(source.read_bytes()))
    try:
        x = write.convolution(graph.scaled_input(mean, scale, "NCHW"), 32, 7, 2)
        x = graph.add("MaxPool", graph.add("Relu", x), kernel_shape=[3, 3], strides=[2, 2])
        shape = (32, 35)
        for channels, down in BLOCKS:
            x, shape = write.block(x, shape, channels, down)
        x = graph.add("ReduceMean", x, axes=[2, 3], keepdims=0)
        x = graph.add("MatMul", x, graph.constant(next(write.parameters).reshape(256, 128)))
    except (StopIteration, ValueError) as error:
        raise BrokenModelError(f"{source.name} is not dlib's face recognition network: {error}") from error
    return graph.model(150, [x])
