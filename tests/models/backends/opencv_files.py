"""Small model files of the kinds that OpenCV runs; each answers bright squares."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

CELL = 75
"""Pixels of the squares that the Caffe detector looks at, of its 300."""

LAYERS = """
layer {{ name: "loc" type: "Convolution" bottom: "data" top: "loc"
  convolution_param {{ num_output: 4 kernel_size: 75 stride: 75 }} }}
layer {{ name: "conf" type: "Convolution" bottom: "data" top: "conf"
  convolution_param {{ num_output: {classes} kernel_size: 75 stride: 75 }} }}
layer {{ name: "loc_last" type: "Permute" bottom: "loc" top: "loc_last"
  permute_param {{ order: 0 order: 2 order: 3 order: 1 }} }}
layer {{ name: "loc_flat" type: "Flatten" bottom: "loc_last" top: "loc_flat" flatten_param {{ axis: 1 }} }}
layer {{ name: "conf_last" type: "Permute" bottom: "conf" top: "conf_last"
  permute_param {{ order: 0 order: 2 order: 3 order: 1 }} }}
layer {{ name: "conf_rows" type: "Reshape" bottom: "conf_last" top: "conf_rows"
  reshape_param {{ shape {{ dim: 0 dim: -1 dim: {classes} }} }} }}
layer {{ name: "conf_soft" type: "Softmax" bottom: "conf_rows" top: "conf_soft" softmax_param {{ axis: 2 }} }}
layer {{ name: "conf_flat" type: "Flatten" bottom: "conf_soft" top: "conf_flat" flatten_param {{ axis: 1 }} }}
layer {{ name: "prior" type: "PriorBox" bottom: "conf" bottom: "data" top: "prior"
  prior_box_param {{ min_size: 75 clip: false flip: false step: 75 offset: 0.5
    variance: 0.1 variance: 0.1 variance: 0.2 variance: 0.2 }} }}
layer {{ name: "found" type: "DetectionOutput" bottom: "loc_flat" bottom: "conf_flat" bottom: "prior"
  top: "found" detection_output_param {{ num_classes: {classes} share_location: true background_label_id: 0
    nms_param {{ nms_threshold: 0.45 top_k: 400 }} code_type: CENTER_SIZE
    keep_top_k: 200 confidence_threshold: 0.01 }} }}
"""
HEAD = 'name: "squares"\ninput: "data"\ninput_shape { dim: 1 dim: 3 dim: 300 dim: 300 }\n'


def caffe_squares(folder: Path, colours: tuple[int, ...] = ()) -> Path:
    """An SSD of sixteen places side by side: of one class, white, or one for each of some channels (BGR)."""
    weights = np.zeros((1 + max(1, len(colours)), 3, CELL, CELL), np.float32)
    if colours:
        for row, channel in enumerate(colours, 1):
            weights[row, channel] = 0.1
    else:
        weights[1] = 0.1 / 3
    bias = np.full(len(weights), -12.7, np.float32)
    bias[0] = 0
    path = folder / "squares.caffemodel"
    path.with_suffix(".prototxt").write_text(HEAD + LAYERS.format(classes=len(weights)))
    nowhere = np.zeros((4, 3, CELL, CELL), np.float32)
    loc = _layer("loc", "Convolution", nowhere, np.zeros(4, np.float32))
    path.write_bytes(loc + _layer("conf", "Convolution", weights / CELL**2, bias))
    return path


def _layer(name: str, kind: str, *blobs: np.ndarray) -> bytes:
    parts = [(1, name.encode()), (2, kind.encode()), *((7, blob(array)) for array in blobs)]
    return field(100, b"".join(field(*part) for part in parts))


def blob(array: np.ndarray) -> bytes:
    shape = field(1, b"".join(varint(side) for side in array.shape))
    return field(7, shape) + field(5, array.astype("<f4").tobytes())


def field(number: int, data: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(data)) + data


def varint(value: int) -> bytes:
    low, rest = value & 127, value >> 7
    return bytes([low | 128]) + varint(rest) if rest else bytes([low])


def yunet(folder: Path) -> Path:
    """YuNet's twelve outputs; a face fills each white square of 32 pixels that lies on the grid."""
    nodes, outputs, constants = [], [], []
    for stride in (8, 16, 32):
        shown = 1.0 if stride == 32 else 0.0
        points = [0.3, 0.4, 0.7, 0.4, 0.5, 0.6, 0.35, 0.8, 0.65, 0.8]
        kinds = {
            "cls": (np.array([shown]), np.zeros(1)),
            "obj": (np.array([shown]), np.zeros(1)),
            "bbox": (np.zeros(4), np.array([0.5, 0.5, 0, 0])),
            "kps": (np.zeros(10), np.array(points)),
        }
        nodes.append(
            helper.make_node(
                "AveragePool", ["input"], [f"mean_{stride}"], kernel_shape=[stride] * 2, strides=[stride] * 2
            )
        )
        for kind, (gain, bias) in kinds.items():
            name, size = f"{kind}_{stride}", len(gain)
            weights = np.repeat(gain.reshape(-1, 1, 1, 1) / (3 * 255), 3, axis=1)
            constants += [_constant(f"{name}_w", weights), _constant(f"{name}_b", bias)]
            nodes += [
                helper.make_node("Conv", [f"mean_{stride}", f"{name}_w", f"{name}_b"], [f"{name}_map"]),
                helper.make_node("Transpose", [f"{name}_map"], [f"{name}_last"], perm=[0, 2, 3, 1]),
                helper.make_node("Reshape", [f"{name}_last", f"{name}_shape"], [name]),
            ]
            constants.append(numpy_helper.from_array(np.array([1, -1, size]), f"{name}_shape"))
            outputs.append((name, [1, (320 // stride) ** 2, size]))
    order = [f"{kind}_{stride}" for kind in ("cls", "obj", "bbox", "kps") for stride in (8, 16, 32)]
    shapes = dict(outputs)
    return _saved(
        folder / "yunet.onnx",
        helper.make_graph(
            nodes,
            "yunet",
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, 320, 320])],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, shapes[name]) for name in order],
            constants,
        ),
    )


def sface(folder: Path) -> Path:
    """A vector of 128 numbers for a face of 112 pixels, as SFace gives it; weights by chance."""
    kernel = np.random.default_rng(0).normal(size=(128, 3, 112, 112)) / 1000
    nodes = [
        helper.make_node("Conv", ["data", "kernel"], ["map"]),
        helper.make_node("Reshape", ["map", "shape"], ["fc1"]),
    ]
    return _saved(
        folder / "sface.onnx",
        helper.make_graph(
            nodes,
            "sface",
            [helper.make_tensor_value_info("data", TensorProto.FLOAT, [1, 3, 112, 112])],
            [helper.make_tensor_value_info("fc1", TensorProto.FLOAT, [1, 128])],
            [_constant("kernel", kernel), numpy_helper.from_array(np.array([1, 128]), "shape")],
        ),
    )


def _constant(name: str, values: np.ndarray) -> onnx.TensorProto:
    return numpy_helper.from_array(values.astype(np.float32), name)


def _saved(path: Path, graph: onnx.GraphProto) -> Path:
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), str(path))
    return path
