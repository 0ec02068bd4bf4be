"""ONNX files as users have them: float NCHW, scaled outside; made of embedded networks, or of a few nodes."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, compose, helper, numpy_helper

OPSET = [helper.make_opsetid("", 17)]


def save(nodes, inputs, outputs, constants, path: Path, metadata=None) -> Path:
    graph = helper.make_graph(
        nodes,
        "made",
        [helper.make_tensor_value_info(n, t, s) for n, t, s in inputs],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in outputs],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=OPSET)
    model.ir_version = 8
    helper.set_model_props(model, metadata or {})
    onnx.save(model, path)
    return path


def node(op, inputs, output, **attributes):
    return helper.make_node(op, inputs.split(), [output], **attributes)


def bare_dlib(converted: Path, path: Path, side: int = 150, rows="N") -> Path:
    """dlib's network without its first steps: BGR planes of floats, as they are; of another side, resized."""
    model = onnx.load(converted)
    nodes = list(model.graph.node)
    first = next(i for i, n in enumerate(nodes) if n.op_type == "Conv")
    start = nodes[first].input[0]
    before = [helper.make_node("Gather", ["x", "order"], ["rgb"], axis=1)]
    constants = {"order": np.array([2, 1, 0])}
    if side == 150:
        before.append(helper.make_node("Identity", ["rgb"], [start]))
    else:
        constants["scales"] = np.array([1, 1, 150 / side, 150 / side], np.float32)
        before.append(helper.make_node("Resize", ["rgb", "", "scales"], [start], mode="linear"))
    made = helper.make_graph(
        [*before, *nodes[first:]],
        "made",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [rows, 3, side, side])],
        list(model.graph.output),
        [*model.graph.initializer, *(numpy_helper.from_array(v, k) for k, v in constants.items())],
    )
    whole = helper.make_model(made, opset_imports=model.opset_import)
    whole.ir_version = model.ir_version
    onnx.save(whole, path)
    return path


def with_objectness(nudenet: Path, path: Path) -> Path:
    """320n's outputs as YOLOv5 has them: transposed, and an objectness of one behind the box."""
    model = compose.add_prefix(onnx.load(nudenet), "net/")
    graph = model.graph
    (old,) = graph.output
    graph.initializer.extend(
        [
            numpy_helper.from_array(np.array([4, 18]), "sizes"),
            numpy_helper.from_array(np.array(1.0, np.float32), "one"),
        ]
    )
    graph.node.extend(
        [
            node("Transpose", old.name, "rows", perm=[0, 2, 1]),
            helper.make_node("Split", ["rows", "sizes"], ["box", "classes"], axis=2),
            node("ReduceMax", "classes", "best", axes=[2], keepdims=1),
            node("Div", "best best", "ones"),
            node("Concat", "box ones classes", "v5", axis=2),
        ]
    )
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info("v5", TensorProto.FLOAT, ["N", "n", 23]))
    onnx.save(model, path)
    return path


def bright_spots(path: Path, points: int = 0, side: int = 256) -> Path:
    """SCRFD's outputs, two anchors a place: a bright square of 32 pixels is a face of 64."""
    nodes, outputs, constants = [], [], {}
    nodes.append(node("ReduceMean", "x", "grey", axes=[1], keepdims=1))
    kinds = [("score", 1), ("sides", 4), *([("points", 2 * points)] if points else [])]
    offsets = np.array([[-1, -1], [1, -1], [0, 0], [-1, 1], [1, 1]], np.float32)[:points]
    for stride in (8, 16, 32):
        count = 2 * (side // stride) ** 2
        nodes += [
            node(
                "AveragePool",
                "grey",
                f"pool{stride}",
                kernel_shape=[2 * stride + 1] * 2,
                strides=[stride] * 2,
                pads=[stride] * 4,
            ),
            node("Sub", f"pool{stride} level", f"over{stride}"),
            node("Mul", f"over{stride} steep", f"logit{stride}"),
            node("Sigmoid", f"logit{stride}", f"map{stride}"),
            node("Concat", f"map{stride} map{stride}", f"both{stride}", axis=1),
            node("Transpose", f"both{stride}", f"last{stride}", perm=[0, 2, 3, 1]),
            node("Reshape", f"last{stride} column", f"score{stride}"),
            node("Mul", f"score{stride} zero", f"none{stride}"),
            node("Add", f"none{stride} far{stride}", f"sides{stride}"),
        ]
        constants[f"far{stride}"] = np.full((1, 4), 32 / stride, np.float32)
        if points:
            nodes.append(node("Add", f"none{stride} marks{stride}", f"points{stride}"))
            constants[f"marks{stride}"] = (offsets * 16 / stride).reshape(1, -1)
        assert count
    constants |= {"level": np.float32(0.5), "steep": np.float32(14), "zero": np.float32(0)}
    constants["column"] = np.array([-1, 1])
    outputs = [
        (f"{kind}{stride}", [2 * (side // stride) ** 2, width])
        for kind, width in kinds
        for stride in (8, 16, 32)
    ]
    return save(nodes, [("x", TensorProto.FLOAT, [1, 3, side, side])], outputs, constants, path)


def sorted_out(path: Path, points: int = 0) -> Path:
    """One detection a picture, as networks give it that sort out the rest: a box around what is bright."""
    nodes = [
        node("ReduceMean", "x", "grey", axes=[1], keepdims=1),
        node("Greater", "grey level", "bright"),
        node("Cast", "bright", "mask", to=TensorProto.FLOAT),
        node("Mul", "mask columns", "xs"),
        node("ReduceMax", "xs", "right", axes=[2, 3], keepdims=0),
        node("Mul", "mask rows", "ys"),
        node("ReduceMax", "ys", "bottom", axes=[2, 3], keepdims=0),
        node("Mul", "mask columns_back", "xb"),
        node("ReduceMax", "xb", "left_back", axes=[2, 3], keepdims=0),
        node("Sub", "side left_back", "left"),
        node("Mul", "mask rows_back", "yb"),
        node("ReduceMax", "yb", "top_back", axes=[2, 3], keepdims=0),
        node("Sub", "side top_back", "top"),
        node("ReduceMax", "mask", "any", axes=[2, 3], keepdims=0),
        node("Mul", "any sure", "score"),
        node("Mul", "any zero", "class"),
    ]
    parts = "left top right bottom score class"
    if points:
        for i in range(points):
            nodes.append(node("Add", f"left step{i}", f"px{i}"))
            nodes.append(node("Add", f"top step{i}", f"py{i}"))
            parts += f" px{i} py{i} score"
    nodes += [node("Concat", parts, "row", axis=1), node("Unsqueeze", "row axis", "found")]
    side = 64
    ramp = np.arange(1, side + 1, dtype=np.float32)
    constants = {
        "level": np.float32(0.6),
        "columns": ramp.reshape(1, 1, 1, side),
        "rows": ramp.reshape(1, 1, side, 1),
        "columns_back": ramp[::-1].reshape(1, 1, 1, side).copy(),
        "rows_back": ramp[::-1].reshape(1, 1, side, 1).copy(),
        "side": np.float32(side),
        "sure": np.float32(0.9),
        "zero": np.float32(0),
        "axis": np.array([1]),
        **{f"step{i}": np.float32(i / 4) for i in range(points)},
    }
    shape = ["N", 1, 6 + 3 * points]
    return save(nodes, [("x", TensorProto.FLOAT, ["N", 3, side, side])], [("found", shape)], constants, path)


def colours(path: Path, softmax: bool, side: int = 32) -> Path:
    """A classifier of three: how red, green and blue a picture is, NHWC."""
    nodes = [node("ReduceMean", "x", "mean", axes=[1, 2], keepdims=0), node("Mul", "mean ten", "values")]
    last = "values"
    if softmax:
        nodes.append(node("Softmax", "values", "scores", axis=1))
        last = "scores"
    return save(
        nodes,
        [("x", TensorProto.FLOAT, ["N", side, side, 3])],
        [(last, ["N", 3])],
        {"ten": np.float32(10)},
        path,
    )
