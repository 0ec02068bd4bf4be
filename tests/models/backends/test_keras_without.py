"""What the Keras backend does without Keras: names, refusals, descriptions."""

import hashlib
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from models import backends, files, locks
from models.backends import keras
from models.backends.keras.applications import CLASSES, NETWORKS, is_here, labels
from models.backends.keras.archive import danger
from models.errors import (
    BackendMissingError,
    BrokenModelError,
    ModelError,
    UnknownModelError,
    UntrustedModelError,
    WeightsCorruptError,
)
from models.own.description import View, read

DENSE = {"module": "keras.layers", "class_name": "Dense", "config": {"units": 2}}


def layer(name: str, module: str | None = "keras.layers", **config: Any) -> dict[str, Any]:
    return {"module": module, "class_name": name, "config": config}


def write(path: Path, *layers: Any, **members: bytes | str) -> Path:
    """A .keras file of these layers, without weights; `members` come on top."""
    config = {"module": "keras", "class_name": "Sequential", "config": {"layers": [DENSE, *layers]}}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("metadata.json", "{}")
        if "config.json" not in members:
            archive.writestr("config.json", json.dumps(config))
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keras' own folder of weights."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    (tmp_path / "keras" / "models").mkdir(parents=True)
    return tmp_path / "keras" / "models"


def test_weights_are_found_without_keras(tmp_path: Path, cache: Path) -> None:
    """In Keras' folder, which are known by their name, or where the user has put some, which go before."""
    names = [
        "resnet101_weights_tf_dim_ordering_tf_kernels_notop.h5",
        "resnet101_weights_tf_dim_ordering_tf_kernels.h5",
    ]
    for task, name in zip(("image-feature", "classifier"), names, strict=True):
        assert keras.identity(task, "resnet101", tmp_path) == name
        (cache / name).write_bytes(b"from Keras")
        assert (
            keras.identity(task, "resnet101", tmp_path) == name
        )  # records do not age as weights come and go
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / names[0]).write_bytes(b"my own")
    assert keras.identity("image-feature", "resnet101", tmp_path) == hashlib.sha256(b"my own").hexdigest()
    assert [(c.name, c.path.name) for c in keras.cached(tmp_path)] == [("resnet101", n) for n in names]


def test_a_download_by_another_process_is_waited_for(tmp_path: Path, cache: Path) -> None:
    """Keras writes it under its own name from the first byte on."""
    lock, weights = cache / f".{CLASSES}.lock", cache / CLASSES
    with ThreadPoolExecutor() as pool:
        with locks.held(lock):
            weights.write_text("half of")
            answer = pool.submit(is_here, CLASSES, tmp_path)
            with pytest.raises(TimeoutError):
                answer.result(timeout=0.3)
            weights.unlink()
        assert answer.result() is False


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("resnet100", "did you mean resnet101"),
        ("ResNet101", "did you mean resnet101"),
        ("a.keras", "neither such a file"),
        ("tests/colours.py", "such end in .keras"),
    ],
)
def test_what_is_no_model_is_told(tmp_path: Path, name: str, message: str) -> None:
    for ask in (keras.identity, lambda *args: keras.fetch(*args, print)):
        with pytest.raises(UnknownModelError, match=message):
            ask("classifier", name, tmp_path)


def test_all_of_one_name_have_files_of_their_own() -> None:
    found = {network.file_name(classes) for network in NETWORKS.values() for classes in (False, True)}
    assert len(found) == 2 * len(NETWORKS)


def test_without_tensorflow_it_says_what_brings_it(tmp_path: Path) -> None:
    if backends.installed("keras"):
        pytest.skip("TensorFlow is installed")
    with pytest.raises(BackendMissingError, match=r"pip install 'marquee\[keras\]'"):
        backends.fetch("image-feature", "keras:resnet101", tmp_path, print)


@pytest.mark.parametrize(
    "odd",
    [
        layer("Lambda", function={"class_name": "__lambda__", "config": {"value": "4wEA"}}),
        layer("Bidirectional", layer=layer("Lambda")),
        layer("Dense", activation={"class_name": "__lambda__", "config": {"value": "4wEA"}}),
        layer("Dense", activation={"module": "keras.layers", "class_name": "function", "config": "Lambda"}),
        layer("TFSMLayer", filepath="/tmp/model"),
        layer("TorchModuleWrapper", module="gASV"),
        layer("StringLookup", vocabulary="/etc/passwd"),
        layer("get_file", "keras.utils"),
        layer("enable_unsafe_deserialization", "keras.config"),
        layer("system", "os"),
        layer("Mine", "my.package"),
        layer("Layer", "keras_of_mine"),
        layer("Conv2D", None),
        {"class_name": "Conv2D", "config": {}},
        {"class_name": ["Conv2D"], "module": "keras.layers", "config": {}},
        [[{"class_name": "__typespec__", "config": {}}]],
    ],
    ids=json.dumps,
)
def test_what_could_run_code_is_refused(tmp_path: Path, odd: Any) -> None:
    path = write(tmp_path / "a.keras", odd)
    with pytest.raises(UntrustedModelError, match=r"^[^\n]*could run code[^\n]*models trust [^\n]*a\.keras$"):
        keras.fetch("classifier", str(path), tmp_path, print)
    files.trust(path, tmp_path)
    keras.fetch("classifier", str(path), tmp_path, print)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"../../evil.py": b"x"}, "more than a config and weights"),
        ({"assets/words.txt": b"x"}, "more than a config and weights"),
        ({"config.json": b" " * (40 << 20)}, "config of over"),
        ({"model.weights.h5": b"\0" * (4 << 20)}, "swell"),
    ],
)
def test_what_a_model_has_no_need_of_is_refused(tmp_path: Path, members: Any, message: str) -> None:
    path = write(tmp_path / "a.keras", **members)
    with pytest.raises(UntrustedModelError, match=message):
        keras.fetch("classifier", str(path), tmp_path, print)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_second_config_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.keras", "w") as file:
        for _ in range(4):
            file.writestr("config.json", "{}")
    assert "more than" in str(danger(tmp_path / "a.keras"))


def test_old_files_are_refused_unless_trusted(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    path.write_bytes(b"x")
    with pytest.raises(UntrustedModelError, match="older format"):
        keras.fetch("classifier", str(path), tmp_path, print)


def test_what_only_computes_is_let_through(tmp_path: Path) -> None:
    """Also where the way it was trained is the user's own: that is not loaded."""
    plain = layer("Conv2D", kernel_initializer=layer("GlorotUniform", "keras.initializers"))
    added = layer("Add", "keras.src.ops.numpy")
    scaled = layer("LayerScale", "keras.src.applications.convnext")
    assert danger(write(tmp_path / "a.keras", plain, added, scaled)) is None
    config = {**layer("Functional", "keras.src.models.functional"), "compile_config": layer("Loss", "mine")}
    assert danger(write(tmp_path / "b.keras", **{"config.json": json.dumps(config)})) is None


@pytest.mark.parametrize("content", [b"", b"x" * 99, b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_zip_is_told_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.keras"
    path.write_bytes(content)
    with pytest.raises(BrokenModelError, match=r"^[^\n]*a\.keras is not a sound \.keras file[^\n]*$"):
        keras.fetch("classifier", str(path), tmp_path, print)


def test_a_damaged_zip_is_told_in_one_line(tmp_path: Path) -> None:
    path = write(tmp_path / "a.keras")
    content = bytearray(path.read_bytes())
    start = content.index(b"config.json") + len(b"config.json")
    content[start : start + 9] = b"\xff" * 9
    path.write_bytes(content)
    with pytest.raises(BrokenModelError, match=r"^[^\n]*a\.keras is not a sound \.keras file[^\n]*$"):
        danger(path)


@pytest.mark.parametrize("config", ["", "{", "[" * 90_000, "\udcff"])
def test_a_damaged_config_is_told_in_one_line(tmp_path: Path, config: str) -> None:
    path = write(tmp_path / "a.keras", **{"config.json": config.encode("utf-8", "surrogateescape")})
    with pytest.raises(BrokenModelError, match=r"^[^\n]*a\.keras is not a sound \.keras file[^\n]*$"):
        danger(path)


def test_results_hang_on_the_description_too(tmp_path: Path) -> None:
    path = write(tmp_path / "a.keras")
    bare = keras.identity("classifier", str(path), tmp_path)
    assert bare == hashlib.sha256(path.read_bytes()).hexdigest()
    (tmp_path / "words.txt").write_text("cat\n\nsea lion\r\n")
    path.with_suffix(".toml").write_text('labels_file = "words.txt"\nscale = [2, 1, 1]')
    assert read(path, View).labels == ("cat", "sea lion")
    first = keras.identity("classifier", str(path), tmp_path)
    (tmp_path / "words.txt").write_text("dog\nsea lion")
    assert len({bare, first, keras.identity("classifier", str(path), tmp_path)}) == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lables = []", "lables: Extra inputs"),
        ("mean = [1, 2]", "mean.2: Field required"),
        ("mean = [inf, 0, 0]", "mean.0: Input should be a finite"),
        ('colour = "grey"', "colour: Input should be 'rgb' or 'bgr'"),
        ('labels = ["a", "a"]', "a label is there twice"),
        ('labels_file = "../a.txt"', "cannot be read"),
        ('labels_file = "missing.txt"', "missing.txt cannot be read: No such file"),
        ("labels = [", "cannot be read"),
    ],
)
def test_a_wrong_description_is_told_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path / "a.keras")
    path.with_suffix(".toml").write_text(text)
    with pytest.raises(ModelError, match=rf"^[^\n]*a\.toml[^\n]*{message}[^\n]*$"):
        keras.identity("classifier", str(path), tmp_path)


def test_classes_of_imagenet_have_words_of_their_own(tmp_path: Path, cache: Path) -> None:
    table = {"0": ["n1", "sea_lion"], "1": ["n2", "crane"], "2": ["n3", "crane"]}
    (cache / CLASSES).write_text(json.dumps(table))
    assert labels(tmp_path) == ("sea lion", "crane (n2)", "crane (n3)")
    (cache / CLASSES).write_text('{"1": ["n1", "cat"]}')
    with pytest.raises(WeightsCorruptError, match="not Keras' list of classes"):
        labels(tmp_path)
