"""Any ONNX file: what it is is found in it, and it runs like the embedded networks."""

import dataclasses
import shutil
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest

from analyzer.detect.trial import try_out
from models import backends, own
from models.backends import Setup
from models.bodies import Poses
from models.boxes import iou
from models.dlib_resnet import DlibResNet
from models.engines import resolve_engine
from models.errors import BrokenModelError, ModelError, UnknownModelError, WeightsCorruptError
from models.heads import Asked, yolo
from models.own import description, looking
from models.own.description import Description
from models.yolo import Yolo
from tests.contracts.tasks import (
    ClassifierContract,
    EmbedderContract,
    ExtractorContract,
    FaceDetectorContract,
    ObjectDetectorContract,
    PoseDetectorContract,
)
from tests.models.backends import onnx_networks as made

BLACK, WHITE = 20, 240


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("onnx")


@pytest.fixture(scope="module")
def setup(folder):
    return Setup(folder, resolve_engine("openvino", "cpu", "f32"), "cpu", min_score=0.3)


def spots() -> list[np.ndarray]:
    """Two pictures with a bright square of 34 pixels each."""
    images = []
    for x, y in ((60, 90), (150, 30)):
        image = np.full((256, 256, 3), BLACK, np.uint8)
        image[y : y + 34, x : x + 34] = WHITE
        images.append(image)
    return images


class OfSpots:
    @pytest.fixture
    def shown(self):
        return spots()


@pytest.fixture(scope="module")
def nudenet_file(weights, folder):
    return Path(shutil.copy(weights.path("nudenet"), folder / "320n.onnx"))


class TestYolo(ObjectDetectorContract):
    @pytest.fixture(scope="class")
    @classmethod
    def model(cls, nudenet_file, setup):
        return backends.open_model("object-detector", f"onnx:{nudenet_file}", setup)

    def test_finds_what_the_embedded_one_does(self, model, load, portraits):
        embedded, _ = Yolo(load("nudenet"), min_score=0.3).detect(portraits)
        for mine, theirs in zip(model.detect(portraits), embedded, strict=True):
            assert len(mine) == len(theirs) == 1
            assert iou(mine.boxes[0], theirs.boxes)[0] > 0.8
            assert mine.labels == ("FACE_FEMALE",)


class TestYoloWithObjectness(ObjectDetectorContract):
    @pytest.fixture(scope="class")
    @classmethod
    def model(cls, nudenet_file, folder, setup):
        path = made.with_objectness(nudenet_file, folder / "v5.onnx")
        assert looking.describe(path).head == "yolo-objectness"
        return backends.open_model("object-detector", f"onnx:{path}", setup)

    def test_finds_what_the_other_layout_does(self, model, nudenet_file, setup, portraits):
        other = backends.open_model("object-detector", f"onnx:{nudenet_file}", setup)
        for mine, theirs in zip(model.detect(portraits), other.detect(portraits), strict=True):
            np.testing.assert_allclose(mine.boxes, theirs.boxes, atol=0.1)
            assert mine.labels == theirs.labels


class TestScrfd(OfSpots, FaceDetectorContract):
    @pytest.fixture(scope="class")
    @classmethod
    def model(cls, folder, setup):
        path = made.bright_spots(folder / "scrfd.onnx", points=5)
        about = looking.describe(path)
        assert (about.task, about.head, about.points, about.batch) == ("face-detector", "scrfd", 5, "one")
        assert about.mean[0] == 127.5
        about = about.model_copy(update={"mean": (0, 0, 0), "scale": (1 / 255,) * 3})
        description.write(about, path)
        return backends.open_model("face-detector", f"onnx:{path}", setup)

    def test_boxes_follow_the_picture(self, model):
        """Their size is fixed in pixels of the network, so only their middle follows."""
        image = spots()[0]
        framed = cv2.copyMakeBorder(image, 40, 20, 60, 30, cv2.BORDER_REPLICATE)
        plain, moved = (model.detect([shown])[0].boxes[0] for shown in (image, framed))
        assert np.abs((plain[:2] + plain[2:]) / 2 + [60, 40] - (moved[:2] + moved[2:]) / 2).max() < 16

    def test_the_bright_square_is_found_with_its_points(self, model):
        for image, found in zip(spots(), model.detect(spots()), strict=True):
            y, x = np.argwhere(image[..., 0] == WHITE).mean(axis=0)
            centre = (found.boxes[0, :2] + found.boxes[0, 2:]) / 2
            assert np.abs(centre - [x, y]).max() < 12
            assert found.points.shape[1:] == (5, 2)
            np.testing.assert_allclose(found.points[0, 2], centre, atol=0.5)


class TestEndToEnd(OfSpots, ObjectDetectorContract):
    @pytest.fixture(scope="class")
    @classmethod
    def model(cls, folder, setup):
        path = made.sorted_out(folder / "sorted.onnx")
        assert looking.describe(path).head == "end-to-end"
        return backends.open_model("object-detector", f"onnx:{path}", setup)


class TestPoses(OfSpots, PoseDetectorContract):
    @pytest.fixture(scope="class")
    @classmethod
    def model(cls, folder, setup):
        path = made.sorted_out(folder / "poses.onnx", points=17)
        assert looking.describe(path).task == "pose-detector"
        return backends.open_model("pose-detector", f"onnx:{path}", setup)

    def test_points_lie_where_coco_has_them(self, model):
        (poses,) = model.detect(spots()[:1])
        assert isinstance(poses, Poses)
        known = np.flatnonzero(poses.visibility[0])
        assert known.tolist() == [0, 2, 5, 7, 8, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28]
        assert not poses.points[0, 1].any()


class TestDlibAsOnesOwn(EmbedderContract):
    """Float planes in BGR, scaled by the description: the numbers are those of the embedded network."""

    @pytest.fixture(scope="class")
    @classmethod
    def model(cls, weights, folder, setup):
        path = made.bare_dlib(weights.onnx("dlib"), folder / "face.onnx")
        entry = weights.entry("dlib")
        known = {"task": "face-embedder", "template": "dlib", "colour": "bgr", "mean": entry.mean[::-1]}
        known |= {"scale": (entry.scale,) * 3, "threshold": 0.07}
        description.write(looking.describe(path, known), path)
        return backends.open_model("face-embedder", f"onnx:{path}", setup)

    def test_equals_the_embedded_one(self, model, load):
        chips = self.chips(model, 4)
        assert model.template.width == 150
        np.testing.assert_allclose(model.embed(chips), DlibResNet(load("dlib")).embed(chips), atol=1e-4)

    def test_its_threshold_is_its_likeness(self, model, folder):
        label = backends.label("face-embedder", f"onnx:{folder / 'face.onnx'}", folder)
        assert label.startswith("onnx:face.onnx@")
        prior = backends.likeness_of(f"onnx:{folder / 'face.onnx'}", folder)
        assert prior is not None
        assert prior.strangers < 0.93 < (prior.same or 0) + 0.04


class TestClassifier(ClassifierContract):
    @pytest.fixture(scope="class", params=[True, False], ids=["scores", "logits"])
    @classmethod
    def model(cls, folder, setup, request):
        path = made.colours(folder / f"colours{request.param}.onnx", request.param)
        labels = ("red", "green", "blue")
        about = looking.describe(path, {"task": "classifier", "labels": labels, "mean": (0, 0, 0)})
        assert about.head == ("scores" if request.param else "logits")
        assert about.layout == "nhwc"
        description.write(about, path)
        return backends.open_model("classifier", f"onnx:{path}", setup)

    def test_red_is_red(self, model):
        for i, label in enumerate(model.labels):
            image = np.zeros((50, 70, 3), np.uint8)
            image[..., i] = 255
            scores = model.classify([image])[0]
            assert model.labels[int(scores.argmax())] == label
            assert scores.sum() == pytest.approx(1, abs=1e-3)


class TestFeatures(ExtractorContract):
    @pytest.fixture(scope="class")
    @classmethod
    def model(cls, folder, setup):
        path = made.colours(folder / "features.onnx", softmax=False)
        description.write(looking.describe(path, {"task": "image-feature"}), path)
        return backends.open_model("image-feature", f"onnx:{path}", setup)


@pytest.mark.parametrize("runtime", ["openvino", "onnxruntime"])
def test_engines_agree_on_a_network_of_one_row(folder, setup, runtime):
    path = made.bright_spots(folder / "one.onnx")
    other = dataclasses.replace(setup, engine=resolve_engine(runtime, "cpu", "f32"))
    model = backends.open_model("face-detector", f"onnx:{path}", other)
    assert len(model.detect(spots() * 3)) == 6


def test_a_kept_model_is_found_tried_and_removed(tmp_path, nudenet_file):
    said = []
    about = own.add(
        tmp_path, "mine", file=nudenet_file, check=lambda path: said.append(try_out(about_of(path), path))
    )
    assert said == ["1 FACE_FEMALE; 1 FACE_FEMALE"]
    assert about.task == "object-detector"
    assert own.find("mine", tmp_path).name == "mine.onnx"
    assert [path.name for path in own.kept(tmp_path)] == ["mine.onnx"]
    known = backends.identity("object-detector", "onnx:mine", tmp_path)
    path = description.path_of(own.find("mine", tmp_path))
    path.write_text(path.read_text().replace('note = ""', "") + "\nnote = 'tried'\n")
    assert backends.identity("object-detector", "onnx:mine", tmp_path) == known
    path.write_text(path.read_text() + "\ncolour = 'bgr'\n")
    assert backends.identity("object-detector", "onnx:mine", tmp_path) != known
    with pytest.raises(UnknownModelError, match="onnx:mine is for object-detector, not for pose-detector"):
        backends.identity("pose-detector", "onnx:mine", tmp_path)
    with pytest.raises(UnknownModelError, match="did you mean mine"):
        own.find("mini", tmp_path)
    own.remove(tmp_path, "mine")
    assert list((tmp_path / "models").iterdir()) == []
    with pytest.raises(UnknownModelError, match="no such model"):
        own.remove(tmp_path, "mine")


def about_of(path):
    about = description.read(path, Description)
    assert about is not None
    return about


def test_an_embedder_that_cannot_tell_people_apart_is_not_kept(tmp_path):
    path = made.save(
        [
            made.node("ReduceMean", "x", "means", axes=[1, 2], keepdims=0),
            made.node("Mul", "means zero", "nothing"),
            made.node("Add", "nothing one", "vector"),
        ],
        [("x", onnx.TensorProto.FLOAT, ["N", 3, 112, 112])],
        [("vector", ["N", 112])],
        {"zero": np.float32(0), "one": np.float32(1)},
        tmp_path / "same.onnx",
    )
    with pytest.raises(BrokenModelError, match=r"two people are more alike to it \(cosine 1\.00\)"):
        own.add(tmp_path / "home", "same", file=path, check=lambda part: try_out(about_of(part), part))
    assert list((tmp_path / "home" / "models").iterdir()) == []


def test_another_file_of_the_name_is_refused(tmp_path, nudenet_file):
    own.add(tmp_path, "mine", file=nudenet_file)
    made.colours(tmp_path / "models" / "mine.onnx", softmax=True)
    with pytest.raises(ModelError, match=r"is not the file that mine\.toml describes"):
        backends.identity("object-detector", "onnx:mine", tmp_path)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("colour = 'blue'", "colour: Input should be 'rgb' or 'bgr'"),
        ("colours = 'rgb'", "colours: Extra inputs are not permitted"),
        ("width = 1", "width: Input should be greater than or equal to 8"),
        ("width =", "cannot be read"),
    ],
)
def test_a_description_that_is_wrong_is_named(tmp_path, nudenet_file, line, message):
    own.add(tmp_path, "mine", file=nudenet_file)
    path = tmp_path / "models" / "mine.toml"
    key = line.split()[0]
    kept = [row for row in path.read_text().splitlines() if not row.startswith(f"{key} ")]
    path.write_text("\n".join([*kept, line]))
    with pytest.raises(ModelError, match=message) as caught:
        own.described(tmp_path / "models" / "mine.onnx")
    assert "\n" not in str(caught.value)


def test_what_is_no_picture_network_is_refused_in_one_line(tmp_path):
    (tmp_path / "text.onnx").write_text("no network")
    cases = {"text.onnx": "is not an ONNX network"}
    made.save(
        [made.node("Add", "a b", "c")],
        [("a", onnx.TensorProto.FLOAT, [1, 3, 8, 8]), ("b", onnx.TensorProto.FLOAT, [1, 3, 8, 8])],
        [("c", [1, 3, 8, 8])],
        {},
        tmp_path / "two.onnx",
    )
    cases["two.onnx"] = "takes 2 inputs, not one picture"
    made.save(
        [made.node("Identity", "a", "c")],
        [("a", onnx.TensorProto.FLOAT, [1, 5, 8, 8])],
        [("c", [1, 5, 8, 8])],
        {},
        tmp_path / "five.onnx",
    )
    cases["five.onnx"] = r"takes \(1, 5, 8, 8\), not a picture of three colours"
    made.save(
        [made.node("Identity", "a", "c")],
        [("a", onnx.TensorProto.FLOAT, [1, 3, 8, 8])],
        [("c", [1, 3, 8, 8])],
        {},
        tmp_path / "same.onnx",
    )
    cases["same.onnx"] = "cannot tell what its outputs"
    network = onnx.load(tmp_path / "same.onnx")
    network.graph.initializer.append(onnx.numpy_helper.from_array(np.zeros(4096, np.float32), "weights"))
    onnx.save(network, tmp_path / "parts.onnx", save_as_external_data=True, location="parts.data")
    cases["parts.onnx"] = r"mine\.onnx has weights in other files"
    made.save(
        [made.node("ReduceSum", "a", "c", keepdims=0)],
        [("a", onnx.TensorProto.FLOAT, [1, 3, 8, 8])],
        [("c", [])],
        {},
        tmp_path / "sum.onnx",
    )
    cases["sum.onnx"] = "cannot tell what its outputs"
    made.colours(tmp_path / "colours.onnx", softmax=True)
    cases["colours.onnx"] = "say what they are with --task"
    for name, message in cases.items():
        with pytest.raises(ModelError, match=message) as caught:
            own.add(tmp_path / "home", "mine", file=tmp_path / name)
        assert "\n" not in str(caught.value)
        assert not own.kept(tmp_path / "home")


@pytest.mark.parametrize("location", ["weights.bin", "../weights.bin", "/etc/passwd"])
def test_weights_in_another_file_are_never_read(tmp_path, location):
    (tmp_path / "weights.bin").write_bytes(bytes(4))
    model = onnx.load(made.colours(tmp_path / "colours.onnx", softmax=True))
    (ten,) = model.graph.initializer
    outside = onnx.TensorProto(name="ten", data_type=ten.data_type, data_location=onnx.TensorProto.EXTERNAL)
    outside.external_data.add(key="location", value=location)
    ten.CopyFrom(outside)
    (tmp_path / "colours.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(BrokenModelError, match=r"colours\.onnx has weights in other files"):
        own.described(tmp_path / "colours.onnx")


def test_metadata_that_is_nonsense_is_as_none(tmp_path):
    path = made.colours(tmp_path / "colours.onnx", softmax=True)
    model = onnx.load(path)
    onnx.helper.set_model_props(
        model, {"names": "{0: 'a', 'b': 'c'}", "imgsz": "['a', 'b']", "kpt_shape": "[None]"}
    )
    onnx.save(model, path)
    assert looking.describe(path, {"task": "classifier"}).labels == ("class_0", "class_1", "class_2")


def test_only_what_was_added_is_removed(tmp_path, nudenet_file):
    own.add(tmp_path / "home", "mine", file=nudenet_file)
    shutil.copy(nudenet_file, tmp_path / "home" / "other.onnx")
    with pytest.raises(ModelError, match="other"):
        own.remove(tmp_path / "home", "../other")
    assert (tmp_path / "home" / "other.onnx").is_file()
    assert [path.stem for path in own.kept(tmp_path / "home")] == ["mine"]


def test_of_very_many_boxes_the_likeliest_are_compared():
    scores = np.linspace(0.5, 1, 100_000, dtype=np.float32)
    places = np.arange(100_000, dtype=np.float32)
    rows = np.stack([places % 1000, places // 1000, places * 0 + 0.5, places * 0 + 0.5, scores])
    found = yolo([rows], Asked((1000, 1000), 0, 0.3))
    assert found.scores.tolist() == scores[:-5001:-1].tolist()


@pytest.mark.parametrize("task", ["pose-detector", "face-attributes"])
def test_a_task_must_fit_what_comes_out(tmp_path, task):
    path = made.colours(tmp_path / "colours.onnx", softmax=True)
    with pytest.raises(ModelError, match=f"'vectors' is not what a {task} gives"):
        own.add(tmp_path, "mine", file=path, known={"task": task})


@pytest.mark.parametrize(("key", "value"), [("points", 900), ("head", "scrfd"), ("head", "end-to-end")])
def test_outputs_that_are_not_as_described_are_told_in_one_line(tmp_path, nudenet_file, key, value):
    own.add(tmp_path, "mine", file=nudenet_file)
    path = own.find("mine", tmp_path)
    description.write(about_of(path).model_copy(update={key: value}), path)
    engine = resolve_engine("onnxruntime", "cpu", "f32")
    model = backends.open_model("object-detector", "onnx:mine", Setup(tmp_path, engine, "cpu", 0.0))
    with pytest.raises(BrokenModelError, match=r"onnx:mine does not give what its description says"):
        model.detect(spots())


def test_a_size_must_fit(tmp_path):
    path = made.bright_spots(tmp_path / "spots.onnx")
    with pytest.raises(ModelError, match=r"takes pictures of 256x256 and no others"):
        own.add(tmp_path, "mine", file=path, known={"width": 320, "height": 320})


def test_labels_must_fit(tmp_path, nudenet_file):
    with pytest.raises(ModelError, match="2 labels do not fit"):
        own.add(tmp_path, "mine", file=nudenet_file, known={"labels": ("a", "b")})
    path = made.colours(tmp_path / "colours.onnx", softmax=True)
    with pytest.raises(ModelError, match="2 labels do not fit its 3 outputs"):
        own.add(tmp_path, "mine", file=path, known={"task": "classifier", "labels": ("a", "b")})


def test_results_hang_on_the_labels_but_not_on_what_is_for_people(tmp_path):
    path = made.colours(tmp_path / "colours.onnx", softmax=True)
    spec, found = f"onnx:{path}", {"task": "classifier", "labels": ("red", "green", "blue")}
    about = looking.describe(path, found)
    changes = (
        {},
        {"note": "mine", "licence": "MIT"},
        {"labels": ("rot", "green", "blue")},
        {"colour": "bgr"},
    )
    sums = []
    for change in changes:
        description.write(about.model_copy(update=change), path)
        sums.append(backends.identity("classifier", spec, tmp_path))
    assert sums[0] == sums[1]
    assert len(set(sums)) == 3


def test_what_was_computed_before_there_were_multi_label_classes_is_not_stale():
    """Libraries of people hang on this checksum."""
    about = Description(task="classifier", width=8, height=8, head="logits")
    before = "c547d839495567621d827bd20b2b55626d61a7bf837c30dd74f47e75af41ccc8"
    assert about.fingerprint("y") == before
    assert about.model_copy(update={"multi_label": True}).fingerprint("y") != before


def test_a_file_that_is_another_backends_is_listed_and_left_alone(tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models/yunet.onnx").write_bytes(b"of which nothing can be told")
    made.colours(tmp_path / "models/damaged.onnx", softmax=True)
    (tmp_path / "models/damaged.toml").write_text("task = 'nothing'")
    damaged, foreign = backends.backend("onnx").cached(tmp_path)
    assert (foreign.name, foreign.licence) == ("yunet", "unknown")
    assert "damaged.toml: task: " in damaged.licence
    assert [path.stem for path in own.kept(tmp_path)] == ["damaged"]


def test_a_file_may_be_called_as_an_embedded_network_is(tmp_path, setup):
    path = made.colours(tmp_path / "nudenet.onnx", softmax=True)
    description.write(looking.describe(path, {"task": "classifier"}), path)
    model = backends.open_model("classifier", f"onnx:{path}", setup)
    assert model.classify(spots()).shape == (2, 3)


def test_a_pinned_file_must_be_the_pinned_one(tmp_path, nudenet_file):
    with pytest.raises(WeightsCorruptError, match="has sha256"):
        own.add(tmp_path, "mine", file=nudenet_file, sha256="0" * 64)


def test_an_arcface_like_template_puts_the_eyes_where_it_says(portraits):
    from models.alignment import ARCFACE

    landmarks = np.array([[90, 60], [70, 60], [30, 60], [50, 60], [60, 85], [60, 80], [75, 100], [45, 100]])
    image = np.zeros((160, 160, 3), np.uint8)
    cv2.circle(image, (40, 60), 3, (255, 255, 255), -1)
    chip = ARCFACE.cut(image, landmarks.astype(np.float32))
    y, x = np.argwhere(chip[..., 0] > 128).mean(axis=0)
    assert np.abs(np.array([x, y]) - ARCFACE.places[0]).max() < 3
