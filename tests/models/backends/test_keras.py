"""Keras for real: a trained classifier in files of its own, and networks of keras.applications with weights
that Keras' own downloader brings from a server on this machine."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from models import backends, files
from models.backends import Setup, tensorflow_setup
from models.backends.keras.applications import CLASSES
from models.engines import resolve_engine
from models.errors import (
    BrokenModelError,
    ModelError,
    UnknownModelError,
    UntrustedModelError,
    WeightsCorruptError,
    WeightsMissingError,
)
from tests import colours
from tests.clips import nobody_clip
from tests.contracts.tasks import ClassifierContract, ExtractorContract

pytestmark = [
    pytest.mark.extras,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
]
if not backends.installed("keras"):
    pytest.skip("TensorFlow is not installed", allow_module_level=True)

tensorflow_setup.prepare("cpu")
import keras  # noqa: E402
from keras import layers  # noqa: E402

WEIGHTS = "resnet101_weights_tf_dim_ordering_tf_kernels_notop.h5"


@pytest.fixture(scope="module")
def setup(tmp_path_factory: pytest.TempPathFactory) -> Setup:
    home = tmp_path_factory.mktemp("keras-home")
    return Setup(home, resolve_engine("openvino", "cpu", "f32", 4), "cpu", 0.5)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return colours.save(tmp_path_factory.mktemp("trained"))


class TestClassifier(ClassifierContract):
    @pytest.fixture(scope="class")
    @classmethod
    def model(cls, trained: Path, setup: Setup) -> Any:
        return backends.open_model("classifier", f"keras:{trained}", setup)

    def test_it_tells_colours_apart(self, model: Any) -> None:
        images, numbers = colours.pictures(9, seed=1000)
        wide = [cv2.resize(image, (200, 90)) for image in images]
        assert model.labels == tuple(colours.COLOURS)
        assert (model.classify(wide).argmax(axis=1) == numbers).all()
        assert model.classify(wide).max(axis=1).min() > 0.9


class TestFeature(ExtractorContract):
    @pytest.fixture(scope="class")
    @classmethod
    def model(cls, trained: Path, setup: Setup) -> Any:
        return backends.open_model("image-feature", f"keras:{trained}", setup)

    def test_it_is_what_the_last_layer_is_given(self, model: Any, trained: Path) -> None:
        images, _ = colours.pictures(6)
        net = keras.models.load_model(trained)
        inner = keras.Sequential(net.layers[:-1])
        np.testing.assert_allclose(model.features(list(images)), inner.predict(images, verbose=0), atol=1e-4)


def opened(task: str, folder: Path, setup: Setup, *net: Any, toml: str = "") -> Any:
    """The layers as a file, opened by the backend."""
    path = folder / "a.keras"
    keras.Sequential(list(net)).save(path)
    path.with_suffix(".toml").write_text(toml)
    return backends.open_model(task, f"keras:{path}", setup)


def test_logits_become_scores(tmp_path: Path, setup: Setup) -> None:
    net = [layers.Input((None, None, 3)), layers.GlobalMaxPooling2D(), layers.Dense(3)]
    model = opened("classifier", tmp_path, setup, *net, toml="scale = [0.01, 0.01, 0.01]")
    images = [colours.picture(name, 1) for name in colours.COLOURS]
    assert model.labels == ("class_0", "class_1", "class_2")
    np.testing.assert_allclose(model.classify(images).sum(axis=1), 1, atol=1e-5)
    assert model.classify(images).max() < 1


def test_one_logit_becomes_one_score(tmp_path: Path, setup: Setup) -> None:
    net = [layers.Input((8, 8, 1)), layers.Flatten(), layers.Dense(1, "linear", False, "ones")]
    model = opened("classifier", tmp_path, setup, *net, toml='labels = ["bright"]')
    dark, bright = np.zeros((9, 9, 3), np.uint8), np.full((9, 9, 3), 255, np.uint8)
    np.testing.assert_allclose(model.classify([dark, bright]), [[0.5], [1.0]])


@pytest.mark.parametrize(
    ("last", "toml", "exclusive"),
    [
        ("softmax", "", True),
        ("sigmoid", "", False),
        ("linear", "", True),
        ("linear", "multi_label = true", False),
    ],
)
def test_classes_exclude_each_other_or_not(
    tmp_path: Path, setup: Setup, last: str, toml: str, exclusive: bool
) -> None:
    """On black, two sigmoids without a bias are a half each: what they add up to there says nothing."""
    net = [layers.Input((8, 6, 3)), layers.GlobalAveragePooling2D(), layers.Dense(2, last)]
    model = opened("classifier", tmp_path, setup, *net, toml=f"scale = [0.01, 0.01, 0.01]\n{toml}")
    kernel, _ = keras.models.load_model(tmp_path / "a.keras").layers[-1].get_weights()
    values = np.array([[2.0, 1.0, 0.5]]) @ kernel
    raised = np.exp(values)
    want = raised / raised.sum() if exclusive else raised / (1 + raised)
    image = np.full((16, 12, 3), (200, 100, 50), np.uint8)
    np.testing.assert_allclose(model.classify([image]), want, atol=1e-5)
    assert model.exclusive == exclusive
    assert model.size == (6, 8)


def test_one_score_of_two_classes_is_the_second_ones(tmp_path: Path, setup: Setup) -> None:
    net = [layers.Input((8, 8, 1)), layers.Flatten(), layers.Dense(1, "sigmoid", False, "ones")]
    model = opened("classifier", tmp_path, setup, *net, toml='labels = ["dark", "bright"]')
    dark, bright = np.zeros((9, 9, 3), np.uint8), np.full((9, 9, 3), 255, np.uint8)
    np.testing.assert_allclose(model.classify([dark, bright]), [[0.5, 0.5], [0, 1]])
    assert model.exclusive


def test_the_description_says_what_the_network_sees(tmp_path: Path, setup: Setup) -> None:
    """The picture's mean, as a network that only averages gives it back."""
    net = [layers.Input((4, 6, 3)), layers.Activation("linear")]
    image = np.full((40, 60, 3), (200, 100, 50), np.uint8)
    plain = opened("image-feature", tmp_path, setup, *net)
    np.testing.assert_allclose(plain.features([image]), [[200, 100, 50]])
    toml = 'colour = "bgr"\nmean = [50, 0, 100]\nscale = [1, 0.5, 0.01]'
    told = opened("image-feature", tmp_path, setup, *net, toml=toml)
    np.testing.assert_allclose(told.features([image]), [[0, 50, 1]], atol=1e-5)
    grey = opened("image-feature", tmp_path, setup, layers.Input((4, 6, 1)), *net[1:])
    assert grey.features([image]).item() == cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[0, 0]


def test_a_batch_is_compiled_once(tmp_path: Path, setup: Setup) -> None:
    class Counting(layers.Layer):
        seen: tuple[Any, ...] = ()

        def call(self, x: Any) -> Any:
            Counting.seen += (x.shape[0],)
            return x

    path = tmp_path / "a.keras"
    net = keras.Sequential([layers.Input((8, 8, 3)), Counting(), layers.GlobalAveragePooling2D()])
    net.save(path)
    files.trust(path, setup.home)
    with pytest.raises(
        BrokenModelError, match=r"^[^\n]*cannot be loaded \(Could not locate class 'Counting'"
    ):
        backends.open_model("image-feature", f"keras:{path}", setup)
    with keras.saving.custom_object_scope({"Counting": Counting}):
        model = backends.open_model("image-feature", f"keras:{path}", setup)
    before = Counting.seen
    for count in (1, 2, 3, 4, 5, 9):
        assert len(model.features([np.zeros((9, 9, 3), np.uint8)] * count)) == count
    assert Counting.seen == before
    assert 4 in before


def test_the_wrong_task_or_shape_is_told_in_one_line(tmp_path: Path, setup: Setup) -> None:
    picture, row = layers.Input((8, 8, 3)), layers.Input((8,))
    for task, net, toml, message in (
        ("classifier", [picture, layers.Conv2D(4, 3)], "", "is no classifier"),
        ("classifier", [picture, layers.GlobalAveragePooling2D()], "", "is no classifier"),
        ("classifier", [row, layers.Dense(4)], "", r"takes \(None, 8\), no pictures"),
        ("classifier", [layers.Input((3, 8, 8)), layers.Flatten(), layers.Dense(4)], "", "no pictures"),
        ("image-feature", [picture, layers.Reshape((64, 3))], "", "has no feature"),
        ("image-feature", [picture, layers.Conv2D(4, 3), layers.Softmax()], "", "no Dense layer"),
        (
            "classifier",
            [picture, layers.Flatten(), layers.Dense(4)],
            'labels = ["a", "b"]',
            "2 labels do not fit its 4 outputs",
        ),
        ("image-feature", [picture, layers.Rescaling(float("inf"))], "", "gives NaN or infinity"),
    ):
        with pytest.raises((BrokenModelError, UnknownModelError), match=rf"^[^\n]*{message}[^\n]*$"):
            opened(task, tmp_path, setup, *net, toml=toml)


def test_two_inputs_are_refused(tmp_path: Path, setup: Setup) -> None:
    both = [keras.Input((8, 8, 3)), keras.Input((8, 8, 3))]
    keras.Model(both, layers.Add()(both)).save(tmp_path / "a.keras")
    with pytest.raises(BrokenModelError, match="has 2 inputs and 1 outputs"):
        backends.open_model("image-feature", f"keras:{tmp_path / 'a.keras'}", setup)


def test_code_in_a_file_runs_only_when_it_is_trusted(tmp_path: Path, setup: Setup) -> None:
    proof, path = tmp_path / "proof", tmp_path / "evil.keras"
    to = str(proof)
    write = layers.Lambda(lambda x: (open(to, "w").close(), x)[1])  # noqa: PTH123
    net = [layers.Input((8, 8, 3)), write, layers.GlobalAveragePooling2D()]
    keras.Sequential(net).save(path)
    proof.unlink()
    for refuse in (
        lambda: backends.open_model("classifier", f"keras:{path}", setup),
        lambda: backends.fetch("image-feature", f"keras:{path}", setup.home, print),
        lambda: backends.open_model("image-feature", f"keras:{path}", setup),
    ):
        with pytest.raises(UntrustedModelError, match=r"^[^\n]*keras\.layers: Lambda[^\n]*$"):
            refuse()
    assert not proof.exists()
    files.trust(path, setup.home)
    backends.open_model("image-feature", f"keras:{path}", setup)
    assert proof.exists()


def test_old_files_are_opened_when_they_are_trusted(tmp_path: Path, trained: Path, setup: Setup) -> None:
    path = tmp_path / "old.h5"
    keras.models.load_model(trained).save(path)
    with pytest.raises(UntrustedModelError, match="older format"):
        backends.open_model("classifier", f"keras:{path}", setup)
    files.trust(path, setup.home)
    images = list(colours.pictures(3)[0])
    old = backends.open_model("classifier", f"keras:{path}", setup)
    new = backends.open_model("classifier", f"keras:{trained}", setup)
    np.testing.assert_allclose(old.classify(images), new.classify(images), atol=1e-5)


def test_damaged_weights_are_told_in_one_line(tmp_path: Path, trained: Path, setup: Setup) -> None:
    import zipfile

    path = tmp_path / "a.keras"
    with zipfile.ZipFile(trained) as good, zipfile.ZipFile(path, "w") as bad:
        for name in good.namelist():
            bad.writestr(name, good.read(name)[: 5000 if name.endswith(".h5") else None])
    with pytest.raises(BrokenModelError, match=r"^[^\n]*a\.keras cannot be loaded[^\n]*$"):
        backends.open_model("classifier", f"keras:{path}", setup)


@pytest.fixture
def resnet(tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A ResNet101 of random weights, as the file that Keras takes to be ImageNet's, on a server here."""
    net = keras.applications.ResNet101(
        weights=None, include_top=False, pooling="avg", input_shape=(224, 224, 3)
    )
    file = tmp_path / "served" / WEIGHTS
    net.save(file)
    sums = {"resnet101": ("", hashlib.md5(file.read_bytes()).hexdigest())}
    monkeypatch.setattr("keras.src.applications.resnet.WEIGHTS_HASHES", sums)
    monkeypatch.setattr("keras.src.applications.resnet.BASE_WEIGHTS_PATH", f"{server}/")
    return net


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of Keras' own, and no way to the internet."""
    folder = tmp_path / "keras"
    folder.mkdir()
    monkeypatch.setenv("KERAS_HOME", str(folder))
    monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", str(folder))
    for scheme in ("http", "https"):
        monkeypatch.setenv(f"{scheme}_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return folder / "models"


def test_keras_brings_weights_and_sees_as_it_was_trained(
    tmp_path: Path,
    resnet: Any,
    cache: Path,
    setup: Setup,
    portraits: list[np.ndarray],
    capfd: pytest.CaptureFixture[str],
) -> None:
    told: list[str] = []
    backends.fetch("image-feature", "keras:resnet101", setup.home, told.append)
    shown = capfd.readouterr()
    assert told == [f"Keras downloads {WEIGHTS} into {cache}"]
    assert "Downloading data from http://127" in shown.err
    assert shown.out == ""
    digest = files.sha256_of(tmp_path / "served" / WEIGHTS)
    assert files.sha256_of(cache / WEIGHTS) == digest
    assert backends.label("image-feature", "keras:resnet101", setup.home) == "keras:resnet101"

    (tmp_path / "served" / WEIGHTS).unlink()
    model = backends.open_model("image-feature", "keras:resnet101", setup)
    small = np.stack([cv2.resize(p, (224, 224), interpolation=cv2.INTER_AREA) for p in portraits])
    seen = keras.applications.resnet.preprocess_input(small.astype(np.float32))
    np.testing.assert_allclose(
        model.features(portraits), resnet.predict(seen, verbose=0), rtol=1e-3, atol=1e-4
    )
    assert model.features(portraits).shape == (2, 2048)


@pytest.mark.parametrize(
    ("fault", "error", "message"),
    [
        ("missing", WeightsMissingError, "URL fetch failure on http://127.*404"),
        ("broken", WeightsMissingError, "URL fetch failure on http://127"),
        ("wrong", WeightsCorruptError, "hash does not match"),
    ],
)
def test_a_download_that_fails_is_refused_and_keeps_nothing(
    tmp_path: Path,
    server: str,
    cache: Path,
    setup: Setup,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    error: type[ModelError],
    message: str,
) -> None:
    if fault == "wrong":
        (tmp_path / "served" / WEIGHTS).write_bytes(b"something else")
    address = f"{server}/broken" if fault == "broken" else f"{server}/"
    monkeypatch.setattr("keras.src.applications.resnet.BASE_WEIGHTS_PATH", address)
    for ask in (
        lambda: backends.fetch("image-feature", "keras:resnet101", setup.home, print),
        lambda: backends.open_model("image-feature", "keras:resnet101", setup),
    ):
        with pytest.raises(error, match=rf"^[^\n]*{message}[^\n]*put {WEIGHTS} into {cache}$"):
            ask()
    assert [path.name for path in cache.iterdir()] == [f".{WEIGHTS}.lock"]


def test_weights_of_another_network_are_refused(tmp_path: Path, setup: Setup) -> None:
    home = tmp_path / "home"
    (home / "models").mkdir(parents=True)
    small = keras.Sequential([layers.Input((8, 8, 3)), layers.Conv2D(4, 3)])
    small.save(home / "models" / WEIGHTS)
    mine = Setup(home, setup.engine, setup.device, setup.min_score)
    with pytest.raises(BrokenModelError, match=r"^[^\n]*no weights of ResNet101[^\n]*$"):
        backends.open_model("image-feature", "keras:resnet101", mine)
    (home / "models" / WEIGHTS).write_bytes((home / "models" / WEIGHTS).read_bytes()[:-100])
    with pytest.raises(BrokenModelError, match=r"^[^\n]*no weights of ResNet101[^\n]*$"):
        backends.open_model("image-feature", "keras:resnet101", mine)


def test_imagenet_classes_from_files_that_were_brought(
    tmp_path: Path, setup: Setup, portraits: list[np.ndarray]
) -> None:
    home = tmp_path / "home"
    (home / "models").mkdir(parents=True)
    net = keras.applications.MobileNetV3Small(weights=None)
    net.save(home / "models" / "weights_mobilenet_v3_small_224_1.0_float.h5")
    table = {str(i): [f"n{i}", f"thing_{i}"] for i in range(1000)}
    (home / "models" / CLASSES).write_text(json.dumps(table))
    mine = Setup(home, setup.engine, setup.device, setup.min_score)
    model = backends.open_model("classifier", "keras:mobilenetv3small", mine)
    assert model.labels[999] == "thing 999"
    np.testing.assert_allclose(model.classify(portraits).sum(axis=1), 1, atol=1e-4)


def test_without_weights_nothing_is_analyzed(tmp_path: Path) -> None:
    """Not with random ones either: the whole program, in a process of its own."""
    video = nobody_clip(tmp_path)
    command = [sys.executable, "-m", "analyzer", "analyze", "--only", "features", "--json"]
    done = subprocess.run(
        [*command, "--set", "features.model=keras:resnet101", video],
        env=os.environ,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 5
    (line,) = done.stdout.splitlines()
    assert json.loads(line)["error"].endswith(f"put {WEIGHTS} into {tmp_path / 'keras' / 'models'}")
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("*.marquee.json"))


def test_devices_are_named() -> None:
    from models.backends.keras import devices

    assert any(name.startswith("CPU:0") for name in devices())


@pytest.mark.parametrize("first", ["tensorflow", "torch"])
def test_it_gets_on_with_pytorch(first: str) -> None:
    """Their copies of LLVM end the process where TensorFlow's is loaded first: a worker may use both."""
    pytest.importorskip("torchvision")
    steps = ["from models.backends.tensorflow_setup import prepare; prepare('cpu')", "import torchvision"]
    code = "; ".join(steps if first == "tensorflow" else steps[::-1])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
