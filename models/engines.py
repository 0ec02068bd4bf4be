"""What a network can run on: engine, device, precision."""

from __future__ import annotations

import functools
import importlib.util
from dataclasses import dataclass
from typing import Any, Literal

import openvino as ov

from models.cores import usable_cores
from models.errors import DeviceError

Runtime = Literal["openvino", "onnxruntime"]
Device = Literal["cpu", "cuda"]
Precision = Literal["f32", "bf16"]

_CUDA = "CUDAExecutionProvider"
_MAX_STREAMS = 8


@dataclass(frozen=True, slots=True)
class Engine:
    """How networks are run.

    Attributes:
        batch_size: the most rows in one inference.
        streams: how many inferences go on at once; as many threads should call `Session.run`.
    """

    runtime: Runtime
    device: Device
    precision: Precision
    batch_size: int
    streams: int


@dataclass(frozen=True, slots=True)
class Offer:
    """One runtime on one device of this machine, for people to read."""

    runtime: Runtime
    version: str
    device: Device
    device_name: str
    precisions: tuple[Precision, ...]


@functools.cache
def openvino_core() -> ov.Core:
    """The process's one OpenVINO instance; it keeps its plugins loaded."""
    return ov.Core()


def resolve_engine(
    runtime: str = "auto", device: str = "auto", precision: str = "auto", batch_size: int = 8
) -> Engine:
    """Fill in "auto" and check that this machine has what is asked for.

    The device is CUDA where ONNX Runtime has it, else the CPU. The CPU runs OpenVINO, in bf16 where it has
    that in hardware (about 1.7 times as fast as f32 with AVX512-BF16, more with AMX), else in f32. What bf16
    changes is small: face embeddings move by 0.01, and poses, the most sensitive, as much as they do when the
    picture is shifted by one pixel.

    Raises:
        DeviceError: it is not there; says what brings it.
    """
    if device == "auto":
        device = "cuda" if runtime != "openvino" and _CUDA in _providers() else "cpu"
    if runtime == "auto":
        runtime = "onnxruntime" if device == "cuda" else "openvino"
    if device == "cuda" and runtime == "openvino":
        raise DeviceError("OpenVINO does not run on CUDA; choose runtime onnxruntime, or auto")
    if device == "cuda" and _CUDA not in _providers():
        raise DeviceError(
            "ONNX Runtime has no CUDA here; pip uninstall onnxruntime && pip install onnxruntime-gpu, "
            "or choose device cpu"
        )
    offers = [o for o in available_engines() if (o.runtime, o.device) == (runtime, device)]
    if not offers:
        raise DeviceError(f"no engine {runtime} on {device}; known: openvino, onnxruntime on cpu, cuda")
    if precision == "auto":
        precision = offers[0].precisions[0]
    for known in offers[0].precisions:
        if precision == known:
            return Engine(offers[0].runtime, offers[0].device, known, batch_size, _streams())
    raise DeviceError(
        f"no precision {precision} with {runtime} on {device}; there is {', '.join(offers[0].precisions)}"
    )


def available_engines() -> list[Offer]:
    """The runtimes and devices of this machine; of each, the precision that `auto` takes first."""
    import onnxruntime

    name = str(openvino_core().get_property("CPU", "FULL_DEVICE_NAME"))
    offers = [Offer("openvino", ov.__version__.partition("-")[0], "cpu", name, _openvino_precisions())]
    offers.append(Offer("onnxruntime", onnxruntime.__version__, "cpu", name, ("f32",)))
    if _CUDA in _providers():
        offers.append(Offer("onnxruntime", onnxruntime.__version__, "cuda", "NVIDIA", ("f32",)))
    return offers


def _openvino_precisions() -> tuple[Precision, ...]:
    """OpenVINO's own default is a 16-bit format only where the CPU computes in it."""
    core = openvino_core()
    default: Any = core.get_property("CPU", "INFERENCE_PRECISION_HINT")
    if "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        return ("f32",)
    return ("f32", "bf16") if default == ov.Type.f32 else ("bf16", "f32")


@functools.cache
def _providers() -> tuple[str, ...]:
    if importlib.util.find_spec("onnxruntime") is None:
        return ()
    import onnxruntime

    return tuple(onnxruntime.get_available_providers())


def _streams() -> int:
    return min(usable_cores(), _MAX_STREAMS)
