"""One small classifier in three forms, of the layers that AlexNet, GoogLeNet and ResNet are made of.

It sees BGR, less a mean and scaled, each channel by another number; its pictures are wider than high. Its
weights are by chance, so that whoever mixes up channels, rows and columns, or layers gets other scores.
"""

from pathlib import Path

import numpy as np
import openvino as ov
from onnx import TensorProto

from tests.models.backends.onnx_networks import node, save
from tests.models.backends.opencv_files import blob, field, varint

WIDTH, HEIGHT = 28, 20
LABELS = ("dance", "other", "sleep", "talk")
MEAN, SCALE = (104.0, 117.0, 123.0), (0.02, 0.03, 0.04)
VIEW = f'colour = "bgr"\nscale = {list(SCALE)}\nlabels = {list(LABELS)}\n'
HEAD = f'input: "data"\ninput_dim: 10\ninput_dim: 3\ninput_dim: {HEIGHT}\ninput_dim: {WIDTH}\n'

_V1 = {"Convolution": 4, "InnerProduct": 14}
_BATCH_NORM = """
layer { name: "bn" type: "BatchNorm" bottom: "conv" top: "conv" batch_norm_param { use_global_stats: true } }
layer { name: "scale" type: "Scale" bottom: "conv" top: "conv" scale_param { bias_term: true } }"""
_LAYERS = """
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "norm" type: "LRN" bottom: "conv" top: "norm"
  lrn_param { local_size: 3 alpha: 0.5 beta: 0.75 } }
layer { name: "pool" type: "Pooling" bottom: "norm" top: "pool"
  pooling_param { pool: MAX kernel_size: 3 stride: 2 } }
layer { name: "one" type: "Convolution" bottom: "pool" top: "one"
  convolution_param { num_output: 6 kernel_size: 1 } }
layer { name: "groups" type: "Convolution" bottom: "pool" top: "groups"
  convolution_param { num_output: 6 kernel_size: 3 pad: 1 group: 2 } }
layer { name: "sum" type: "Eltwise" bottom: "one" bottom: "groups" top: "sum" }
layer { name: "both" type: "Concat" bottom: "sum" bottom: "pool" top: "both" }
layer { name: "drop" type: "Dropout" bottom: "both" top: "both" dropout_param { dropout_ratio: 0.5 } }
layer { name: "fc" type: "InnerProduct" bottom: "both" top: "fc" inner_product_param { num_output: 4 } }"""
_CONV = """
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 6 kernel_size: 3 stride: 2 pad: 1 } }"""


def blobs() -> dict[str, list[np.ndarray]]:
    """The weights of each layer, as Caffe has them."""
    rng = np.random.default_rng(6)

    def some(*shape: int) -> np.ndarray:
        return (rng.normal(size=shape) / np.sqrt(np.prod(shape[1:]))).astype(np.float32)

    return {
        "conv": [some(6, 3, 3, 3), some(6)],
        "bn": [some(6), 1 + np.abs(some(6)), np.array([2.0], np.float32)],
        "scale": [1 + some(6), some(6)],
        "one": [some(6, 6, 1, 1), some(6)],
        "groups": [some(6, 3, 3, 3), some(6)],
        "fc": [some(4, 12 * 5 * 7), some(4)],
    }


def caffe(folder: Path, last: str = "Softmax", *, old: bool = False) -> Path:
    """Weights and prototxt in a folder; `old` is how both were written before 2014, without BatchNorm."""
    final = f'\nlayer {{ name: "prob" type: "{last}" bottom: "fc" top: "prob" }}\n' if last else "\n"
    text = HEAD + _CONV + ("" if old else _BATCH_NORM) + _LAYERS + final
    if old:
        text = text.replace('"InnerProduct"', '"INNER_PRODUCT"')
        text = "".join(_old(line) for line in text.splitlines(keepends=True))
    path = folder / "scenes.caffemodel"
    path.with_suffix(".prototxt").write_text(text)
    skipped = ("bn", "scale") if old else ()
    layers = {name: blobs for name, blobs in blobs().items() if name not in skipped}
    path.write_bytes(weights(layers, old=old))
    return path


def _old(line: str) -> str:
    start, quote, rest = line.replace("layer {", "layers {").partition('type: "')
    kind, _, end = rest.partition('"')
    return f"{start}type: {kind.upper()}{end}" if quote else start


def weights(layers: dict[str, list[np.ndarray]], *, old: bool = False) -> bytes:
    """A NetParameter of protobuf with the blobs of these layers."""
    kinds = {"fc": "InnerProduct", "bn": "BatchNorm", "scale": "Scale"}
    return b"".join(
        _old_layer(name, kinds.get(name, "Convolution"), blobs)
        if old
        else _layer(name, kinds.get(name, "Convolution"), blobs)
        for name, blobs in layers.items()
    )


def _layer(name: str, kind: str, blobs: list[np.ndarray]) -> bytes:
    parts = [field(1, name.encode()), field(2, kind.encode()), *(field(7, blob(array)) for array in blobs)]
    return field(100, b"".join(parts))


def _old_layer(name: str, kind: str, blobs: list[np.ndarray]) -> bytes:
    head = field(4, name.encode()) + varint(5 << 3) + varint(_V1[kind])
    return field(2, head + b"".join(field(6, old_blob(array)) for array in blobs))


def old_blob(array: np.ndarray) -> bytes:
    """A BlobProto of four sides, as means are always kept."""
    sides = (1,) * (4 - array.ndim) + array.shape
    head = b"".join(varint(number << 3) + varint(side) for number, side in enumerate(sides, 1))
    return head + field(5, array.astype("<f4").tobytes())


def means(path: Path, values: tuple[float, ...] = MEAN) -> Path:
    """A mean.binaryproto: no two pixels have the same, but together each channel has its own mean."""
    noise = np.random.default_rng(1).normal(size=(len(values), HEIGHT, WIDTH))
    noise -= noise.mean(axis=(1, 2), keepdims=True)
    path.write_bytes(old_blob(noise + np.array(values)[:, None, None]))
    return path


def onnx_form(path: Path, last: str = "Softmax", *, old: bool = False, rows: str | int = "N") -> Path:
    """The same network as ONNX."""
    kept = blobs()
    names = {f"{name}{i}": array for name, blobs in kept.items() for i, array in enumerate(blobs)}
    mean, variance, factor = kept["bn"]
    constants = {**names, "mean": mean / factor, "variance": variance / factor}
    normalised = "conv" if old else "normalised"
    nodes = [
        node("Conv", "data conv0 conv1", "conv", kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4),
        *(
            []
            if old
            else [node("BatchNormalization", "conv scale0 scale1 mean variance", "normalised", epsilon=1e-5)]
        ),
        node("Relu", normalised, "relu"),
        node("LRN", "relu", "norm", size=3, alpha=0.5, beta=0.75, bias=1.0),
        node("MaxPool", "norm", "pool", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1),
        node("Conv", "pool one0 one1", "one", kernel_shape=[1, 1]),
        node("Conv", "pool groups0 groups1", "groups", kernel_shape=[3, 3], pads=[1] * 4, group=2),
        node("Add", "one groups", "sum"),
        node("Concat", "sum pool", "both", axis=1),
        node("Flatten", "both", "flat"),
        node("Gemm", "flat fc0 fc1", "fc", transB=1),
        *([node(last, "fc", "prob")] if last else []),
    ]
    source = ("data", TensorProto.FLOAT, [rows, 3, HEIGHT, WIDTH])
    used = {part for each in nodes for part in each.input}
    constants = {name: array for name, array in constants.items() if name in used}
    return save(nodes, [source], [("prob" if last else "fc", [rows, 4])], constants, path)


def ir_form(path: Path, last: str = "Softmax", *, rows: str | int = "N") -> Path:
    """The same network in OpenVINO's own format."""
    made = onnx_form(path.with_suffix(".onnx"), last, rows=rows)
    ov.save_model(ov.convert_model(made), path, compress_to_fp16=False)
    made.unlink()
    return path


def pictures(count: int = 5) -> list[np.ndarray]:
    """RGB pictures of the network's size: nothing of them is lost on the way."""
    rng = np.random.default_rng(3)
    base = rng.integers(0, 256, (count, 5, 7, 3), np.uint8)
    return list(base.repeat(4, axis=1).repeat(4, axis=2))


def expected(images: list[np.ndarray], folder: Path, last: str, *, old: bool = False) -> np.ndarray:
    """Scores as ONNX Runtime gives them for what the network is said to see, worked out here."""
    import onnxruntime

    session = onnxruntime.InferenceSession(onnx_form(folder / "expected.onnx", last, old=old))
    rgb = np.stack(images).astype(np.float32)
    planes = [(rgb[..., 2 - i] - MEAN[i]) * SCALE[i] for i in range(3)]
    return session.run(None, {"data": np.stack(planes, axis=1)})[0]
