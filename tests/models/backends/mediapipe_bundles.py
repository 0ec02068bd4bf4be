"""MediaPipe's model files, made from the TFLite networks that the catalog holds."""

from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np

from models.backends.mediapipe.tasks import framework
from models.weights import Weights

framework()  # before anything else imports MediaPipe

from mediapipe.tasks.metadata import metadata_schema_py_generated as metadata  # noqa: E402
from mediapipe.tasks.metadata import schema_py_generated as tflite  # noqa: E402
from mediapipe.tasks.python.metadata.metadata_writers.model_asset_bundle_utils import (  # noqa: E402
    create_model_asset_bundle,
)

UNIT, SIGNED = (0.0, 255.0), (127.5, 127.5)
"""Mean and deviation that pixels are normalised by."""


def face_detector(weights: Weights, folder: Path, name: str = "blazeface-full") -> Path:
    path = folder / f"{name}.tflite"
    path.write_bytes(packed(read(weights.path(name)), SIGNED))
    return path


def face_landmarker(weights: Weights, folder: Path) -> Path:
    mesh = read(weights.path("facemesh"))
    add_irises(mesh)
    networks = {
        "face_detector.tflite": packed(read(weights.path("blazeface-short")), SIGNED),
        "face_landmarks_detector.tflite": packed(mesh, UNIT),
    }
    return bundle(folder / "face_landmarker.task", networks)


def pose_landmarker(weights: Weights, folder: Path) -> Path:
    networks = {
        "pose_detector.tflite": packed(read(weights.path("blazepose-detector")), SIGNED),
        "pose_landmarks_detector.tflite": packed(read(weights.path("blazepose-landmarks")), UNIT),
    }
    return bundle(folder / "pose_landmarker_full.task", networks)


def bundle(path: Path, networks: dict[str, bytes]) -> Path:
    create_model_asset_bundle(networks, str(path))
    return path


def read(path: Path) -> Any:
    return tflite.ModelT.InitFromObj(tflite.Model.GetRootAsModel(path.read_bytes(), 0))


def packed(model: Any, normalization: tuple[float, float]) -> bytes:
    """The file, with metadata of how pixels are normalised: MediaPipe's own writer cannot be imported."""
    options = metadata.NormalizationOptionsT(mean=[normalization[0]], std=[normalization[1]])
    unit = metadata.ProcessUnitT(metadata.ProcessUnitOptions.NormalizationOptions, options)
    image = metadata.TensorMetadataT(name="image", processUnits=[unit])
    graph = metadata.SubGraphMetadataT(inputTensorMetadata=[image])
    described = metadata.ModelMetadataT(subgraphMetadata=[graph])
    model.metadata = [
        *(model.metadata or []),
        tflite.MetadataT(name="TFLITE_METADATA", buffer=_buffer(model, _finished(described, b"M001"))),
    ]
    return _finished(model, b"TFL3")


def add_irises(model: Any) -> None:
    """Ten points more than FaceMesh's 468, which today's graph expects: the eyes' outer corners, repeated."""
    graph = model.subgraphs[0]
    (place,) = (i for i, out in enumerate(graph.outputs) if graph.tensors[out].shape[-1] == 468 * 3)
    points = [*range(468), *[33] * 5, *[263] * 5]
    indices = np.array([3 * point + axis for point in points for axis in range(3)], np.int32)
    graph.tensors += [
        tflite.TensorT(
            shape=[len(indices)],
            type=tflite.TensorType.INT32,
            buffer=_buffer(model, indices.tobytes()),
            name="points",
        ),
        tflite.TensorT(
            shape=[1, 1, 1, len(indices)], type=tflite.TensorType.FLOAT32, buffer=0, name="478 points"
        ),
    ]
    model.operatorCodes.append(
        tflite.OperatorCodeT(
            deprecatedBuiltinCode=tflite.BuiltinOperator.GATHER, builtinCode=tflite.BuiltinOperator.GATHER
        )
    )
    graph.operators.append(
        tflite.OperatorT(
            opcodeIndex=len(model.operatorCodes) - 1,
            inputs=[graph.outputs[place], len(graph.tensors) - 2],
            outputs=[len(graph.tensors) - 1],
            builtinOptionsType=tflite.BuiltinOptions.GatherOptions,
            builtinOptions=tflite.GatherOptionsT(axis=3),
        )
    )
    graph.outputs = [len(graph.tensors) - 1 if i == place else out for i, out in enumerate(graph.outputs)]


def _buffer(model: Any, data: bytes) -> int:
    model.buffers.append(tflite.BufferT(data=np.frombuffer(data, np.uint8)))
    return len(model.buffers) - 1


def _finished(thing: Any, identifier: bytes) -> bytes:
    builder = flatbuffers.Builder(0)
    builder.Finish(thing.Pack(builder), identifier)
    return bytes(builder.Output())
