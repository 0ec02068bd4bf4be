"""Small classifiers really fitted at run time: random convolutions, and a readout that is not random."""

import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

from analyzer.media.write import Image
from models.images import stretched
from tests.scenes import films

_STAGES = (2, 3, 2, 2)
"""3 x 3 convolutions of each stage, the first of which halves the sides but in the first stage."""
_GAIN = 3.0
_RIDGE = 0.1
_BATCH = 32


def write_classifier(
    path: Path,
    pictures: Sequence[Image],
    names: Sequence[str],
    *,
    exclusive: bool = True,
    width: int = 8,
    side: int = 96,
    seed: int = 0,
) -> tuple[str, ...]:
    """Fit a classifier to pictures and write it as an ONNX file that says itself all there is to know.

    It takes RGB (n, 3, side, side), 0 to 255, and gives scores (n, classes). With `width` 64 and `side` 224
    it has 1.01e9 multiply-adds a picture (2.02e9 operations), with the defaults 5e6.

    Args:
        path: where to.
        pictures: RGB uint8 (H, W, 3) of any sizes.
        names: the class of each; if several may hold, "one+another".
        exclusive: whether scores come out of a softmax, or each out of a sigmoid of its own.
        width: channels of the first convolution.
        side: pixels of the pictures that it sees.
        seed: of the random weights.

    Returns:
        The labels, in the order of the scores.
    """
    labels = tuple(sorted({label for name in names for label in name.split("+")}))
    model = _features(width, side, seed)
    held = np.array([[label in name.split("+") for label in labels] for name in names])
    weights, bias = _fitted(_run(model, pictures, side), 2.0 * held - 1)
    _read_out(model, weights, bias, exclusive)
    model.metadata_props.add(key="names", value=repr(dict(enumerate(labels))))
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return labels


def write_textures(path: Path, *, exclusive: bool = True, seed: int = 0, each: int = 60) -> tuple[str, ...]:
    """Write a classifier of `films.LABELS`; if several may hold, of two side by side, too."""
    names = [label for label in films.LABELS for _ in range(each)]
    if not exclusive:
        pairs = map("+".join, itertools.permutations(films.LABELS, 2))
        names += [pair for pair in pairs for _ in range(each // 2)]
    pictures = [films.take(name, 10**6 + 7 * n)(n) for n, name in enumerate(names)]
    return write_classifier(path, pictures, names, exclusive=exclusive, seed=seed)


def multiply_adds(path: Path) -> int:
    """Return the multiplications, each with its addition, that convolutions and readout do for a picture."""
    model = onnx.shape_inference.infer_shapes(onnx.load(path), strict_mode=True)
    sides = {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim] for v in model.graph.value_info}
    weights = {w.name: w.dims for w in model.graph.initializer}
    total = 0
    for node in model.graph.node:
        if node.op_type in ("Conv", "Gemm"):
            places = sides[node.output[0]][2:] if node.op_type == "Conv" else []
            total += int(np.prod([*weights[node.input[1]], *places]))
    return total


def classify(path: Path, pictures: Sequence[Image]) -> np.ndarray:
    """Return the scores (n, classes) that ONNX Runtime gets out of the file."""
    model = onnx.load(path)
    side = model.graph.input[0].type.tensor_type.shape.dim[2].dim_value
    return _run(model, pictures, side)


def _run(model: onnx.ModelProto, pictures: Sequence[Image], side: int) -> np.ndarray:
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    found = []
    for start in range(0, len(pictures), _BATCH):
        batch = [stretched(picture, side, side) for picture in pictures[start : start + _BATCH]]
        found.append(session.run(None, {"pictures": np.float32(batch).transpose(0, 3, 1, 2)})[0])
    return np.concatenate(found)


def _fitted(features: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return weights (classes, features) and bias of a ridge regression."""
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    known = (features - mean) / spread
    level = wanted.mean(axis=0)
    found = np.linalg.solve(known @ known.T + _RIDGE * len(known) * np.eye(len(known)), wanted - level)
    weights = _GAIN * (known.T @ found / spread[:, None]).T
    return weights, _GAIN * level - weights @ mean


class _Graph:
    """ONNX nodes one after another."""

    def __init__(self, seed: int) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self._rng = np.random.default_rng(seed)

    def add(self, kind: str, inputs: Sequence[str], *arrays: np.ndarray, **how: object) -> str:
        name = f"{kind.lower()}_{len(self.nodes)}"
        named = [f"{name}_{number}" for number in range(len(arrays))]
        self.weights += [
            numpy_helper.from_array(np.float32(a), n) for a, n in zip(arrays, named, strict=True)
        ]
        self.nodes.append(helper.make_node(kind, [*inputs, *named], [name], **how))
        return name

    def convolve(self, source: str, into: int, out: int, kernel: int, stride: int) -> str:
        """Convolve with random weights, and rectify."""
        weights = self._rng.normal(0, np.sqrt(2 / (into * kernel**2)), (out, into, kernel, kernel))
        how = {"strides": [stride] * 2, "pads": [kernel // 2] * 4}
        return self.add("Relu", [self.add("Conv", [source], weights, **how)])


def _features(width: int, side: int, seed: int) -> onnx.ModelProto:
    """Return a network that gives the means over the picture of what each stage sees."""
    graph = _Graph(seed)
    seen = graph.add("Sub", [graph.add("Mul", ["pictures"], np.array(1 / 127.5))], np.array(1.0))
    seen = graph.convolve(seen, 3, width, 7, 2)
    stages = [seen]
    seen = graph.add("MaxPool", [seen], kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    channels = width
    for number, convolutions in enumerate(_STAGES):
        for n in range(convolutions):
            halves = number > 0 and n == 0
            seen = graph.convolve(seen, channels, channels * (1 + halves), 3, 1 + halves)
            channels *= 1 + halves
        stages.append(seen)
    stages.append(graph.convolve(seen, channels, 2 * channels, 1, 1))
    means = [graph.add("Flatten", [graph.add("GlobalAveragePool", [stage])]) for stage in stages]
    graph.add("Concat", means, axis=1)
    source = helper.make_tensor_value_info("pictures", onnx.TensorProto.FLOAT, ["n", 3, side, side])
    return _model(graph, source)


def _model(graph: _Graph, source: onnx.ValueInfoProto) -> onnx.ModelProto:
    last = graph.nodes[-1].output[0]
    target = helper.make_tensor_value_info(last, onnx.TensorProto.FLOAT, ["n", None])
    made = helper.make_graph(graph.nodes, "classifier", [source], [target], graph.weights)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def _read_out(model: onnx.ModelProto, weights: np.ndarray, bias: np.ndarray, exclusive: bool) -> None:
    """Add a linear layer and a softmax or sigmoid to a network."""
    graph = model.graph
    for name, array in (("readout", weights), ("bias", bias)):
        graph.initializer.append(numpy_helper.from_array(np.float32(array), name))
    features = graph.output[0].name
    graph.node.append(helper.make_node("Gemm", [features, "readout", "bias"], ["logits"], transB=1))
    how = {"axis": 1} if exclusive else {}
    graph.node.append(helper.make_node("Softmax" if exclusive else "Sigmoid", ["logits"], ["scores"], **how))
    graph.output[0].name = "scores"
    graph.output[0].type.tensor_type.shape.dim[1].dim_value = len(bias)
