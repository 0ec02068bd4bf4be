"""One contract for every engine and network."""

import re
import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnx
import pytest

from models import checks
from models.convert.graph import Graph
from models.engines import Engine, available_engines, resolve_engine
from models.errors import BrokenModelError, DeviceError, ModelError, UnknownModelError
from models.sessions import Network, open_file, open_session
from models.weights import Weights
from tests.models.conftest import NETWORKS

ENGINES = [(o.runtime, o.device, p) for o in available_engines() for p in o.precisions]


@pytest.fixture(params=ENGINES, ids="-".join)
def any_engine(request):
    return resolve_engine(*request.param)


@pytest.fixture(params=NETWORKS)
def name(request):
    return request.param


def pictures_for(session, count):
    """Different rows: the probe, shifted."""
    probe = checks.probe(session.shape, session.dtype)[0]
    return np.stack([np.roll(probe, 11 * i, axis=1) for i in range(count)])


def test_rows_do_not_depend_on_their_batch(load, name, any_engine):
    session = load(name, any_engine)
    images = pictures_for(session, 5)
    together = session.run(images)
    for i in range(5):
        for whole, one in zip(together, session.run(images[i : i + 1]), strict=True):
            assert len(whole) == 5
            np.testing.assert_allclose(whole[i], one[0], rtol=1e-3, atol=1e-3 * np.abs(whole).max())


def test_no_rows_give_empty_arrays_of_the_right_shape(load, name, any_engine):
    session = load(name, any_engine)
    one, none = session.run(pictures_for(session, 1)), session.run(pictures_for(session, 1)[:0])
    assert [o.shape for o in none] == [(0, *o.shape[1:]) for o in one]
    assert {o.dtype for o in none} == {np.dtype(np.float32)}


def test_threads_do_not_mix_up_their_rows(load, name, any_engine):
    session = load(name, any_engine)
    images = pictures_for(session, 6)
    expected = [session.run(images[i : i + 2]) for i in range(5)]
    with ThreadPoolExecutor(5) as pool:
        results = list(pool.map(lambda i: session.run(images[i : i + 2]), range(5)))
    for want, got in zip(expected, results, strict=True):
        for a, b in zip(want, got, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4 * np.abs(a).max())


def test_results_are_the_callers_own(load, name, any_engine):
    session = load(name, any_engine)
    first = session.run(pictures_for(session, 2))
    kept = [output.copy() for output in first]
    session.run(pictures_for(session, 4)[2:])
    for a, b in zip(first, kept, strict=True):
        np.testing.assert_array_equal(a, b)


def test_engines_agree(load, name, weights, engine):
    images = pictures_for(load(name), 3)
    other = load(name, resolve_engine("onnxruntime", "cpu"))
    for a, b in zip(load(name).run(images), other.run(images), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-4 * np.abs(a).max())


def test_wrong_input_is_refused(load, name):
    session = load(name)
    with pytest.raises(ValueError, match=f"{name} takes uint8"):
        session.run(np.zeros((1, 7, 7, 3), np.uint8))
    with pytest.raises(ValueError, match="got float32"):
        session.run(np.zeros((1, *session.shape), np.float32))


def test_batch_size_bounds_the_rows(weights):
    session = open_session("blazeface-short", weights, Engine("openvino", "cpu", "f32", 1, 1))
    assert len(session.run(pictures_for(session, 3))[0]) == 3


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (("openvino", "cuda"), "OpenVINO does not run on CUDA"),
        (("tensorrt", "cpu"), "no engine tensorrt on cpu"),
        (("onnxruntime", "cpu", "bf16"), "no precision bf16"),
        (("openvino", "cpu", "int4"), "no precision int4"),
    ],
)
def test_an_engine_that_is_not_there_is_named(asked, message):
    with pytest.raises(DeviceError, match=message):
        resolve_engine(*asked)


@pytest.mark.skipif("cuda" in {o.device for o in available_engines()}, reason="this machine has CUDA")
def test_cuda_says_what_brings_it():
    with pytest.raises(DeviceError, match="pip install onnxruntime-gpu"):
        resolve_engine("auto", "cuda")


def test_pictures_and_unknown_names_are_no_networks(weights, engine):
    with pytest.raises(ModelError, match="a picture"):
        open_session("astronaut", weights, engine)
    with pytest.raises(UnknownModelError, match="did you mean blazeface"):
        open_session("blazeface", weights, engine)


def network(value):
    """A user's own network that gives `value` wherever it looks."""
    graph = Graph()
    x = graph.scaled_input((0, 0, 0), 1.0, "NHWC")
    zero = graph.add("Mul", x, graph.constant(0.0))
    return graph.model(8, [graph.add("Add", zero, graph.constant(value))])


def opened(value, folder, engine, sparse=False):
    onnx.save(network(value), folder / "mine.onnx")
    return open_file(Network("mine", folder / "mine.onnx", sparse=sparse), engine, folder / "compiled")


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf])
def test_nonsense_is_not_believed(tmp_path, engine, value):
    with pytest.raises(BrokenModelError, match="only zeros, NaN or infinity"):
        opened(value, tmp_path, engine)


def test_what_sorts_out_the_rest_may_find_nothing(tmp_path, engine):
    assert opened(0.0, tmp_path, engine, sparse=True).name == "mine"
    with pytest.raises(BrokenModelError, match="NaN"):
        opened(np.nan, tmp_path, engine, sparse=True)


def test_a_users_own_network_runs(tmp_path, engine):
    session = opened(3.0, tmp_path, engine)
    assert session.run(np.zeros((2, 8, 8, 3), np.uint8))[0] == pytest.approx(3.0)


def test_a_file_that_is_no_network_is_refused_in_one_line(tmp_path, engine):
    (tmp_path / "mine.onnx").write_bytes(b"not a network")
    for chosen in (engine, resolve_engine("onnxruntime", "cpu")):
        with pytest.raises(BrokenModelError, match=r"^mine cannot be run by [^\n]*$"):
            open_file(Network("mine", tmp_path / "mine.onnx"), chosen, tmp_path / "compiled")


def test_another_result_than_recorded_is_refused():
    outputs = tuple(np.ones((1, 896, n), np.float32) for n in (16, 1))
    with pytest.raises(BrokenModelError, match="blazeface-short computes something else"):
        checks.verify("blazeface-short", outputs, "f32")


def test_a_damaged_compiled_network_is_compiled_again(weights, tmp_path, engine):
    shutil.copytree(weights.home / "weights", tmp_path / "weights")
    mine = Weights(tmp_path)
    open_session("blazeface-short", mine, engine)
    (blob,) = (tmp_path / "compiled" / "blazeface-short").iterdir()
    content = bytearray(blob.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 20000] = bytes(20000)
    blob.chmod(0o600)
    blob.write_bytes(content)
    open_session("blazeface-short", mine, engine)


def test_precision_does_not_leak_through_the_cache(load, name):
    """OpenVINO keeps one compiled file for all precisions; each session must still compute in its own."""
    for precision in {p for _, _, p in ENGINES}:
        session = load(name, resolve_engine("openvino", "cpu", precision))
        outputs = session.run(checks.probe(session.shape, session.dtype))
        worst = max(
            checks.deviation(checks.sample(output), np.asarray(want))
            for output, want in zip(outputs, checks.recorded()[name], strict=True)
        )
        assert worst < 1e-4 if precision == "f32" else worst > 1e-4


def test_offers_name_versions():
    assert all(re.match(r"\d+\.\d+", offer.version) for offer in available_engines())
