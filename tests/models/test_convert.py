"""Converted networks against the originals, run by others."""

import numpy as np
import openvino as ov
import pytest

from models import catalog, checks, convert
from models.convert.dlib import read_parameters
from models.errors import BrokenModelError

TFLITE = [name for name, entry in catalog.built_in().items() if entry.format == "tflite"]


@pytest.mark.parametrize("name", TFLITE)
def test_tflite_converted_equals_tflite_read_by_openvino(name, load, weights):
    entry = catalog.built_in()[name]
    original = ov.Core().compile_model(weights.path(name), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    session = load(name)
    images = np.concatenate([checks.probe(session.shape, np.uint8)[:, :, ::step] for step in (1, -1)])
    converted = session.run(images)
    for i, image in enumerate(images):
        scaled = ((image - np.asarray(entry.mean)) * entry.scale).astype(np.float32)
        expected = original(scaled[None])
        for output, got in zip(entry.outputs, converted, strict=True):
            want = expected[output][0]
            np.testing.assert_allclose(got[i], want, rtol=1e-3, atol=2e-5 * np.abs(want).max())


def test_the_dlib_file_holds_29_layers_and_a_linear_one(weights):
    sizes = [len(p) for p in read_parameters(weights.path("dlib").read_bytes())]
    assert len(sizes) == 2 * 29 + 1
    assert sizes[0] == 32 * 3 * 7 * 7 + 32
    assert sizes[-1] == 256 * 128


@pytest.mark.parametrize("name", ["dlib", "nudenet", "facemesh"])
def test_half_a_file_is_refused(name, weights, tmp_path):
    entry = catalog.built_in()[name]
    content = weights.path(name).read_bytes()
    half = tmp_path / f"half.{'tflite' if name == 'facemesh' else name}"
    half.write_bytes(content[: len(content) // 2])
    with pytest.raises(BrokenModelError, match=r"half\."):
        convert.convert(entry, half, tmp_path / "out.onnx")


def test_a_picture_is_not_converted(weights, tmp_path):
    with pytest.raises(BrokenModelError, match="astronaut is a png file"):
        convert.convert(catalog.built_in()["astronaut"], weights.path("astronaut"), tmp_path / "out.onnx")
