"""What each built-in network computes for a fixed picture, recorded in checks.toml.

A broken device or precision gives zeros, NaN or nonsense without an error; a session is believed only after
it has computed this once. `python -m models.record_checks` records anew, from ONNX Runtime in f32.
"""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from models.errors import BrokenModelError

SAMPLES = 16
TOLERANCE = {"f32": 0.02, "bf16": 0.4}
"""Largest root mean square deviation of the samples, as a share of their own.

Measured: 3e-6 in f32; in bf16 0.19 for boxes of the BlazePose detector where it sees nobody, else below 0.13.
"""


def probe(shape: tuple[int, ...], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """One row of a fixed input: integer arithmetic only, so that it is the same on every machine."""
    i = np.arange(int(np.prod(shape)), dtype=np.int64)
    width = 3 * shape[-2] if len(shape) > 1 else 1
    x, y, colour = i % width // 3, i // width, i % 3
    pixels = (x * (y + 40) // 24 + 3 * y + 70 * colour) % 256
    scaled = pixels if np.dtype(dtype) == np.uint8 else pixels / 255
    return scaled.astype(dtype).reshape(1, *shape)


def sample(output: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """A few values of an output, evenly spread, always the same ones."""
    flat = output.ravel()
    places = np.linspace(0, flat.size - 1, min(SAMPLES, flat.size)).astype(int)
    return np.asarray(flat[places], np.float64)


@functools.cache
def recorded() -> dict[str, list[list[float]]]:
    """Samples of every output of every network."""
    table = tomllib.loads(resources.files("models").joinpath("checks.toml").read_text("utf-8"))
    return {name: entry["outputs"] for name, entry in table.items()}


def verify(
    name: str, outputs: tuple[npt.NDArray[np.float32], ...], precision: str, sparse: bool = False
) -> None:
    """Compare what a network computed for `probe` with what is recorded; a user's own only for sanity.

    Outputs of all zeros are right if they are `sparse`.

    Raises:
        BrokenModelError: NaN, infinity, all zeros, or too far from the record.
    """
    for i, output in enumerate(outputs):
        if not np.isfinite(output).all() or not (sparse or output.any()):
            raise BrokenModelError(f"{name} computes only zeros, NaN or infinity here in {precision}")
        if name in recorded():
            want = np.asarray(recorded()[name][i])
            error = deviation(sample(output), want)
            if error > TOLERANCE[precision]:
                raise BrokenModelError(
                    f"{name} computes something else than it should in {precision} "
                    f"(output {i} is off by {error:.0%}); try another engine or precision"
                )


def deviation(got: npt.NDArray[np.float64], want: npt.NDArray[np.float64]) -> float:
    """Root mean square of the difference, as a share of that of what is wanted."""
    return float(np.sqrt(np.mean((got - want) ** 2) / np.mean(want**2)))
