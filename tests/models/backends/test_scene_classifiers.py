"""Classifiers of scenes in every form that comes with Marquee: the same network gives the same scores."""

from pathlib import Path

import numpy as np
import openvino as ov
import pytest
from openvino import opset13

from models import backends
from models.backends import Setup
from models.backends.opencv.caffe_files import describe
from models.engines import resolve_engine
from models.errors import BrokenModelError, ModelError, UnknownModelError, WeightsMissingError
from tests.contracts.tasks import ClassifierContract
from tests.models.backends import onnx_networks
from tests.models.backends import scene_networks as made

CAFFE_VIEW = made.VIEW + 'mean_file = "mean.binaryproto"\n'
OTHERS_VIEW = made.VIEW + f"mean = {list(made.MEAN)}\n"
ONNX_VIEW = f'{OTHERS_VIEW}task = "classifier"\nwidth = {made.WIDTH}\nheight = {made.HEIGHT}\n'


@pytest.fixture
def setup(tmp_path):
    return Setup(tmp_path / "home", resolve_engine("openvino", "cpu", "f32", 4), "cpu", 0.3)


def spec(kind: str, folder: Path, last: str = "Softmax", view: str = "", *, old: bool = False) -> str:
    """A model of this kind in a folder, its TOML beside it."""
    if kind == "opencv":
        made.means(folder / "mean.binaryproto")
        path, toml = made.caffe(folder, last, old=old), CAFFE_VIEW
    elif kind == "openvino":
        path, toml = made.ir_form(folder / "scenes.xml", last), OTHERS_VIEW
    else:
        path = made.onnx_form(folder / "scenes.onnx", last)
        toml = ONNX_VIEW + f'head = "{"scores" if last else "logits"}"\n'
    path.with_suffix(".toml").write_text(toml + view)
    return f"{kind}:{path}"


def opened(setup, *args, **kwargs):
    return backends.open_model("classifier", spec(*args, **kwargs), setup)


@pytest.mark.parametrize("last", ["Softmax", "Sigmoid"])
@pytest.mark.parametrize("kind", ["onnx", "openvino", "opencv"])
class TestKinds(ClassifierContract):
    @pytest.fixture
    def model(self, setup, tmp_path, kind, last):
        return opened(setup, kind, tmp_path, last)

    def test_scores_are_those_of_the_network_itself(self, model, tmp_path, last):
        images = made.pictures()
        want = made.expected(images, tmp_path, last)
        mixed_up = made.expected([image[..., ::-1] for image in images], tmp_path, last)
        assert np.abs(want - mixed_up).max() > 0.1
        np.testing.assert_allclose(model.classify(images), want, atol=1e-3)
        assert model.labels == made.LABELS
        assert model.exclusive == (last == "Softmax")
        assert model.size == (made.WIDTH, made.HEIGHT)


@pytest.mark.parametrize("view", ["", "multi_label = true\n"])
@pytest.mark.parametrize("kind", ["onnx", "openvino", "opencv"])
def test_logits_become_scores(setup, tmp_path, kind, view):
    images = made.pictures()
    model = opened(setup, kind, tmp_path, "", view)
    want = made.expected(images, tmp_path, "Sigmoid" if view else "Softmax")
    np.testing.assert_allclose(model.classify(images), want, atol=1e-3)
    assert model.exclusive == (not view)


@pytest.mark.parametrize("last", ["Softmax", "Sigmoid"])
def test_caffe_files_of_the_older_kind_are_read(setup, tmp_path, last):
    images = made.pictures()
    model = opened(setup, "opencv", tmp_path, last, old=True)
    np.testing.assert_allclose(
        model.classify(images), made.expected(images, tmp_path, last, old=True), atol=1e-3
    )


def test_the_four_files_of_a_caffe_model_may_lie_anywhere(setup, tmp_path):
    for folder in ("a b", "c", "d"):
        (tmp_path / folder).mkdir()
    plain = made.caffe(tmp_path)
    mean = made.means(tmp_path / "c" / "m%ü😀\n.bin")
    weights = plain.rename(tmp_path / "a b" / "w.bin")
    prototxt = plain.with_suffix(".prototxt").rename(tmp_path / "c" / "net.txt")
    labels = tmp_path / "d" / "labels"
    labels.write_bytes("\r\n".join(made.LABELS).encode())
    target = tmp_path / "made" / "it.toml"
    describe(target, weights=weights, prototxt=prototxt, mean=mean, labels=labels)
    target.write_text(target.read_text() + f"scale = {list(made.SCALE)}\n")
    model = backends.open_model("classifier", f"opencv:{target}", setup)
    images = made.pictures()
    np.testing.assert_allclose(model.classify(images), made.expected(images, tmp_path, "Softmax"), atol=1e-3)
    assert model.labels == made.LABELS
    with pytest.raises(ModelError, match="is not UTF-8"):
        describe(target, weights=tmp_path / "\udcff", prototxt=prototxt)


def test_results_hang_on_what_the_files_hold_and_not_on_where_they_lie(setup, tmp_path):
    sums = []
    for number in range(2):
        folder = tmp_path / str(number)
        folder.mkdir()
        name = spec("opencv", folder)
        sums.append(backends.identity("classifier", name, setup.home))
    assert sums[0] == sums[1]
    made.means(folder / "mean.binaryproto", (1, 2, 3))
    sums.append(backends.identity("classifier", name, setup.home))
    (folder / "scenes.prototxt").write_text((folder / "scenes.prototxt").read_text() + "# another\n")
    sums.append(backends.identity("classifier", name, setup.home))
    assert len(set(sums)) == 3
    assert backends.tasks_of(name, setup.home) == ["classifier"]


def test_caffe_pictures_are_squeezed_as_opencv_does_it_by_itself(setup, tmp_path, portraits):
    import cv2

    model = opened(setup, "opencv", tmp_path)
    small = [cv2.resize(image, model.size) for image in portraits]
    np.testing.assert_allclose(model.classify(portraits), model.classify(small), atol=1e-6)


def test_an_odd_number_of_pictures_and_other_batches(setup, tmp_path):
    images = made.pictures(9)
    for kind in ("openvino", "opencv"):
        model = opened(setup, kind, tmp_path)
        np.testing.assert_allclose(
            model.classify(images), np.concatenate([model.classify([i]) for i in images]), atol=1e-5
        )


def test_a_network_of_one_row_and_another_engine(tmp_path):
    engine = resolve_engine("onnxruntime", "cpu", "f32", 4)
    path = made.ir_form(tmp_path / "one.xml", rows=1)
    path.with_suffix(".toml").write_text(OTHERS_VIEW)
    model = backends.open_model("classifier", f"openvino:{path}", Setup(tmp_path, engine, "cpu", 0.3))
    images = made.pictures()
    np.testing.assert_allclose(model.classify(images), made.expected(images, tmp_path, "Softmax"), atol=1e-3)


def cut(path: Path, share: float) -> None:
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])


def replaced(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def _nan(folder: Path) -> None:
    blobs = made.blobs()
    blobs["fc"][0][0, 0] = np.nan
    (folder / "scenes.caffemodel").write_bytes(made.weights(blobs))


def _without(layer: str, folder: Path) -> None:
    blobs = {name: arrays for name, arrays in made.blobs().items() if name != layer}
    (folder / "scenes.caffemodel").write_bytes(made.weights(blobs))


BROKEN_CAFFE = {
    "no weights": (lambda f: (f / "scenes.caffemodel").unlink(), r"no such file"),
    "no prototxt": (lambda f: (f / "scenes.prototxt").unlink(), r"needs .*scenes\.prototxt"),
    "no means": (lambda f: (f / "mean.binaryproto").unlink(), r"needs .*mean\.binaryproto"),
    "no size": (
        lambda f: replaced(f / "scenes.prototxt", made.HEAD, 'input: "data"\n'),
        r"does not say how large its pictures are",
    ),
    "another size": (
        lambda f: replaced(f / "scenes.toml", "labels", "width = 64\nlabels"),
        r"takes pictures of 28x20, not 64x20",
    ),
    "grey": (
        lambda f: replaced(f / "scenes.prototxt", "input_dim: 3", "input_dim: 1"),
        r"takes \(10, 1, 20, 28\), not pictures of three colours",
    ),
    "labels": (
        lambda f: replaced(f / "scenes.toml", "'talk'", "'talk', 'walk'"),
        "5 labels do not fit its 4 outputs",
    ),
    "means of one channel": (
        lambda f: made.means(f / "mean.binaryproto", (100.0,)),
        r"mean\.binaryproto has means of 1 channels, not of three",
    ),
    "means of text": (
        lambda f: (f / "mean.binaryproto").write_text("104 117 123"),
        r"mean\.binaryproto is not Caffe's file of means",
    ),
    "cut means": (lambda f: cut(f / "mean.binaryproto", 0.9), r"is not Caffe's file of means"),
    "empty means": (lambda f: cut(f / "mean.binaryproto", 0), r"is not Caffe's file of means"),
    "cut weights": (lambda f: cut(f / "scenes.caffemodel", 0.5), r"scenes\.caffemodel is damaged"),
    "empty weights": (lambda f: cut(f / "scenes.caffemodel", 0), r"does not fit .*scenes\.prototxt"),
    "another layer": (lambda f: _without("fc", f), r"does not fit .*scenes\.prototxt"),
    "another batch norm": (lambda f: _without("bn", f), r"does not fit .*scenes\.prototxt"),
    "more outputs": (
        lambda f: replaced(f / "scenes.prototxt", "num_output: 4", "num_output: 9"),
        r"does not fit .*scenes\.prototxt",
    ),
    "text as prototxt": (
        lambda f: (f / "scenes.prototxt").write_text("input_dim: 1 2"),
        r"not pictures of three colours",
    ),
    "cut prototxt": (lambda f: cut(f / "scenes.prototxt", 0.9), r"scenes\.prototxt is damaged"),
    "another program's layer": (
        lambda f: replaced(f / "scenes.prototxt", '"Dropout"', '"Python"'),
        r"layer \"drop\" of type \"Python\"",
    ),
    "NaN": (_nan, "gives NaN or infinity"),
    "no scores": (
        lambda f: (
            replaced(f / "scenes.prototxt", '"Softmax"', '"ReLU"')
            or replaced(f / "scenes.toml", "colour", 'head = "scores"\ncolour')
        ),
        "is its head 'logits'",
    ),
    "misspelt": (lambda f: replaced(f / "scenes.toml", "scale", "scales"), "scales: Extra inputs"),
    "empty labels": (
        lambda f: replaced(f / "scenes.toml", "labels", "labels_file = 'l.txt' #") or (f / "l.txt").touch(),
        r"l\.txt has no labels",
    ),
}


@pytest.mark.parametrize("fault", BROKEN_CAFFE)
def test_caffe_files_that_do_not_fit_are_told_in_one_line(setup, tmp_path, capfd, fault):
    name = spec("opencv", tmp_path)
    harm, message = BROKEN_CAFFE[fault]
    harm(tmp_path)
    with pytest.raises(ModelError, match=message) as caught:
        backends.open_model("classifier", name, setup)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr().err == ""


def test_a_detector_is_no_classifier_nor_the_other_way_round(setup, tmp_path):
    name = spec("opencv", tmp_path)
    with pytest.raises(UnknownModelError, match="has no DetectionOutput"):
        backends.identity("face-detector", name, setup.home)
    replaced(tmp_path / "scenes.prototxt", '"Dropout"', '"DetectionOutput"')
    with pytest.raises(UnknownModelError, match="is of a detector, not of a classifier"):
        backends.identity("classifier", name, setup.home)


def save_ir(path: Path, shape: list[int], kind: type, two: bool = False) -> None:
    source = opset13.parameter(shape, kind, name="x")
    sides = opset13.constant(list(range(2, len(shape))))
    mean = opset13.reduce_mean(opset13.convert(source, np.float32), sides, False)
    ov.save_model(ov.Model([mean] * (1 + two), [source]), path)


@pytest.mark.parametrize(
    ("shape", "kind", "message"),
    [
        ([1, 3, 8], np.float32, r"takes \[1,3,8\], not pictures"),
        ([1, 5, 8, 8], np.float32, r"takes \[1,5,8,8\], not pictures of three colours"),
        ([1, 3, 8, 8], np.int64, r"takes i64, not pixels"),
    ],
)
def test_ir_networks_of_something_else_are_refused(setup, tmp_path, shape, kind, message):
    path = tmp_path / "a.xml"
    save_ir(path, shape, kind)
    with pytest.raises(BrokenModelError, match=message):
        backends.open_model("classifier", f"openvino:{path}", setup)


BROKEN_IR = {
    "no weights": (
        lambda f: (f / "scenes.bin").unlink(),
        WeightsMissingError,
        r"needs its weights, scenes\.bin",
    ),
    "cut weights": (lambda f: cut(f / "scenes.bin", 0.5), BrokenModelError, "with the weights beside it"),
    "cut xml": (lambda f: cut(f / "scenes.xml", 0.5), BrokenModelError, "cannot be read"),
    "labels": (
        lambda f: replaced(f / "scenes.toml", "'talk'", "'talk', 'walk'"),
        BrokenModelError,
        "5 labels do not fit its 4 outputs",
    ),
    "another size": (
        lambda f: replaced(f / "scenes.toml", "labels", "height = 64\nlabels"),
        ModelError,
        "takes pictures of 28x20, not 28x64",
    ),
    "no scale": (
        lambda f: replaced(f / "scenes.toml", str(made.SCALE[0]), "0"),
        BrokenModelError,
        "cannot be run by openvino",
    ),
}


@pytest.mark.parametrize("fault", BROKEN_IR)
def test_ir_files_that_do_not_fit_are_told_in_one_line(setup, tmp_path, fault):
    name = spec("openvino", tmp_path)
    harm, error, message = BROKEN_IR[fault]
    harm(tmp_path)
    with pytest.raises(error, match=message) as caught:
        backends.open_model("classifier", name, setup)
    assert "\n" not in str(caught.value)


def test_an_open_size_is_said_in_the_toml(setup, tmp_path):
    source = opset13.parameter([-1, -1, -1, 3], np.float32, name="x")
    mean = opset13.reduce_mean(source, opset13.constant([1, 2]), False)
    ov.save_model(ov.Model([opset13.softmax(mean, 1)], [source]), tmp_path / "open.xml")
    with pytest.raises(ModelError, match="say width and height in its TOML"):
        backends.open_model("classifier", f"openvino:{tmp_path / 'open.xml'}", setup)
    (tmp_path / "open.toml").write_text("width = 9\nheight = 8\nscale = [0.01, 0.01, 0.01]")
    model = backends.open_model("classifier", f"openvino:{tmp_path / 'open.xml'}", setup)
    image = np.full((20, 30, 3), (0, 100, 200), np.uint8)
    np.testing.assert_allclose(
        model.classify([image])[0], np.exp([0, 1, 2]) / np.exp([0, 1, 2]).sum(), atol=1e-3
    )
    assert model.labels == ("class_0", "class_1", "class_2")
    assert model.size == (9, 8)


def test_what_ends_in_a_sigmoid_is_found_to_be_multi_label(tmp_path):
    from models.own import looking

    path = made.onnx_form(tmp_path / "a.onnx", "Sigmoid")
    about = looking.describe(path, {"task": "classifier"})
    assert (about.head, about.multi_label) == ("scores", True)
    about = looking.describe(made.onnx_form(path, "Softmax"), {"task": "classifier"})
    assert (about.head, about.multi_label) == ("scores", False)


def test_a_model_of_many_classes_and_its_synset_list(setup, tmp_path):
    """The words of a line stay as they are; the first is what somebody may choose by."""
    count = 1000
    lines = [f"n{2_000_000 + i:08} thing {i}, thingy" for i in range(count)]
    (tmp_path / "synset.txt").write_text("\n".join(lines) + "\n")
    nodes = [
        onnx_networks.node("ReduceMean", "x", "means", axes=[1, 2, 3], keepdims=0),
        onnx_networks.node("Unsqueeze", "means axis", "column"),
        onnx_networks.node("Mul", "column gains", "values"),
        onnx_networks.node("Softmax", "values", "scores", axis=1),
    ]
    path = onnx_networks.save(
        nodes,
        [("x", 1, ["N", 3, 8, 8])],
        [("scores", ["N", count])],
        {"axis": np.array([1]), "gains": np.linspace(-1, 1, count, dtype=np.float32)},
        tmp_path / "many.onnx",
    )
    toml = 'task = "classifier"\nwidth = 8\nheight = 8\nhead = "scores"\nlabels_file = "synset.txt"\n'
    path.with_suffix(".toml").write_text(toml)
    model = backends.open_model("classifier", f"onnx:{path}", setup)
    (scores,) = model.classify([np.full((9, 9, 3), 255, np.uint8)])
    assert model.labels[int(scores.argmax())] == "n02000999 thing 999, thingy"
    assert model.exclusive
