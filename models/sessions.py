"""One contract for running a network, whatever runs it.

A session is asked by several threads at once: that is how several batches are kept in flight. Each call
blocks its own thread, without holding the interpreter's lock.
"""

from __future__ import annotations

import os
import queue
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import openvino as ov

from models import checks
from models.engines import Engine, openvino_core
from models.errors import BrokenModelError, DeviceError, ModelError
from models.weights import Weights

Images = npt.NDArray[np.uint8]
Outputs = tuple[npt.NDArray[np.float32], ...]


class Session(Protocol):
    """A loaded network.

    Attributes:
        name: in the catalog.
        engine: what it runs on, for people and manifests.
        shape: of one input row; (side, side, 3) RGB for the built-in networks.
        dtype: of the input: uint8; a user's own network may take float32 instead.
    """

    name: str
    engine: Engine
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    def run(self, images: Images) -> Outputs:
        """Compute all outputs for N rows; thread-safe.

        Args:
            images: (N, *shape) of `dtype`, any N. Not modified.

        Returns:
            One float32 array (N, ...) for each output; with N = 0 empty arrays of the right trailing shape.
        """
        ...


@dataclass(frozen=True)
class Network:
    """A file that takes (N, height, width, 3).

    Attributes:
        name: for people and records.
        cpu_batch: rows OpenVINO runs at once.
        sparse: whether an output may be all zeros: that of a detector that has sorted out the rest.
        prepare: makes what takes (N, height, width, 3) of what OpenVINO has read; only OpenVINO runs such.
    """

    name: str
    path: Path
    cpu_batch: int = 1
    sparse: bool = False
    prepare: Callable[[ov.Model], ov.Model] = lambda model: model


def open_session(name: str, weights: Weights, engine: Engine) -> Session:
    """Load a network and check that it computes what it should.

    Raises:
        UnknownModelError, WeightsMissingError, WeightsCorruptError: see `Weights`.
        DeviceError: the engine cannot be had.
        BrokenModelError: it cannot be loaded, or its outputs are not the recorded ones.
    """
    entry = weights.entry(name)
    if not entry.is_network:
        raise ModelError(f"{name} is a picture, not a network")
    return open_file(
        Network(name, weights.onnx(name), entry.cpu_batch), engine, weights.home / "compiled" / name
    )


def open_file(network: Network, engine: Engine, compiled: Path) -> Session:
    """Load a network from its file and check that it computes what it should; see `open_session`.

    Args:
        network: what to load.
        engine: what to run it on.
        compiled: folder for compiled networks, made when missing.

    Raises:
        DeviceError, BrokenModelError: see `open_session`.
    """
    try:
        return _opened(network, engine, compiled)
    except BrokenModelError:
        if not compiled.exists():
            raise
        shutil.rmtree(compiled, ignore_errors=True)  # a damaged compiled file computes nonsense, too
        return _opened(network, engine, compiled)


def _usable(cache: Path) -> bool:
    """Whether compiled networks can be kept; without that they are compiled each time."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(cache, os.W_OK)


def _opened(network: Network, engine: Engine, compiled: Path) -> Session:
    """Load and check once."""
    session: Session
    try:
        if engine.runtime == "openvino":
            session = OpenVINOSession(network, engine, compiled)
        else:
            session = OnnxRuntimeSession(network, engine)
        outputs = session.run(checks.probe(session.shape, session.dtype))
    except ModelError:
        raise
    except Exception as error:  # the runtimes raise RuntimeError and classes of their own
        reason = str(error).strip().splitlines()[-1]
        raise BrokenModelError(f"{network.name} cannot be run by {engine.runtime}: {reason}") from error
    checks.verify(network.name, outputs, engine.precision, network.sparse)
    return session


class OpenVINOSession:
    """A network compiled by OpenVINO for a fixed number of rows; the last rows of a call are filled up.

    Args:
        network: its own number of rows, if that is fixed, is taken.
        cache: folder for compiled networks, made when missing.
    """

    def __init__(self, network: Network, engine: Engine, cache: Path) -> None:
        self.name = network.name
        self.engine = engine
        core = openvino_core()
        model = network.prepare(core.read_model(network.path))
        rows, *sides = model.input(0).partial_shape
        self._rows = rows.get_length() if rows.is_static else min(engine.batch_size, network.cpu_batch)
        row = [dim.get_length() for dim in sides]
        self.shape = tuple(row)
        self.dtype = np.dtype(model.input(0).element_type.to_dtype())
        model.reshape([self._rows, *row])
        compiled = core.compile_model(
            model,
            "CPU",
            {
                "PERFORMANCE_HINT": "THROUGHPUT",
                "NUM_STREAMS": str(engine.streams),
                "INFERENCE_PRECISION_HINT": engine.precision,
                **({"CACHE_DIR": str(cache)} if _usable(cache) else {}),
            },
        )
        self._tails = [tuple(output.shape)[1:] for output in compiled.outputs]
        self._idle: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for _ in range(engine.streams):
            self._idle.put(compiled.create_infer_request())

    def run(self, images: Images) -> Outputs:
        """See `Session.run`."""
        images = _checked(self, images)
        outputs = tuple(np.empty((len(images), *tail), np.float32) for tail in self._tails)
        for start in range(0, len(images), self._rows):
            rows = images[start : start + self._rows]
            request = self._idle.get()
            try:
                request.infer({0: _filled(rows, self._rows)}, share_inputs=True)
                for i, output in enumerate(outputs):
                    output[start : start + len(rows)] = request.get_output_tensor(i).data[: len(rows)]
            finally:
                self._idle.put(request)
        return outputs


class OnnxRuntimeSession:
    """A network run by ONNX Runtime, on the CPU or on CUDA; it gets as many rows at once as it takes."""

    def __init__(self, network: Network, engine: Engine) -> None:
        import onnxruntime

        self.name = network.name
        self.engine = engine
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        # Threads that wait by spinning take the cores from other sessions: with them, a third slower.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        provider = "CPUExecutionProvider"
        if engine.device == "cuda":
            provider = "CUDAExecutionProvider"
        self._session = onnxruntime.InferenceSession(network.path, options, providers=[provider])
        if self._session.get_providers()[0] != provider:
            raise DeviceError(
                "ONNX Runtime could not start CUDA; its CUDA and cuDNN libraries must be installed"
            )
        source = self._session.get_inputs()[0]
        self._input = source.name
        self.shape = tuple(source.shape[1:])
        self._rows = source.shape[0] if isinstance(source.shape[0], int) else engine.batch_size
        self.dtype = np.dtype({"tensor(uint8)": np.uint8, "tensor(float)": np.float32}[source.type])

    def run(self, images: Images) -> Outputs:
        """See `Session.run`."""
        images = _checked(self, images)
        if not len(images):
            one = self._session.run(None, {self._input: np.zeros((1, *self.shape), self.dtype)})
            return tuple(output[:0] for output in one)
        parts = [self._session.run(None, {self._input: chunk}) for chunk in _chunks(images, self._rows)]
        return tuple(np.concatenate(outputs) for outputs in zip(*parts, strict=True))


def _checked(session: Session, images: Images) -> Images:
    if images.shape[1:] != session.shape or images.dtype != session.dtype:
        raise ValueError(
            f"{session.name} takes {session.dtype} (N, {str(session.shape)[1:-1]}), "
            f"got {images.dtype} {images.shape}"
        )
    return np.ascontiguousarray(images)


def _chunks(images: Images, size: int) -> Iterator[Images]:
    for start in range(0, len(images), size):
        yield images[start : start + size]


def _filled(rows: Images, size: int) -> Images:
    """`size` rows, the missing ones zero."""
    if len(rows) == size:
        return rows
    missing: Images = np.zeros_like(rows, shape=(size - len(rows), *rows.shape[1:]))
    return np.concatenate([rows, missing])
