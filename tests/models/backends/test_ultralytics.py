"""Ultralytics for real: tiny models that it trains and exports here, and the catalog's 320n through it."""

import ast
import json
import os
import pickle
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import onnx
import psutil
import pytest

from analyzer.media.write import write_video
from analyzer.paths import marquee_home
from analyzer.stores import sidecar
from models import backends, files
from models.backends import Setup
from models.bodies import from_coco
from models.boxes import iou
from models.errors import BrokenModelError, DeviceError, UnknownModelError, UntrustedModelError
from models.yolo import NUDENET_LABELS, Yolo
from tests.cli.test_cli import marquee, one_line
from tests.contracts.tasks import (
    ClassifierContract,
    ExtractorContract,
    FaceDetectorContract,
    ObjectDetectorContract,
    PoseDetectorContract,
)
from tests.models.backends import drawings, ultralytics_training
from tests.models.test_files import hostile
from tests.test_offline import GUARD

pytestmark = [
    pytest.mark.extras,
    # Not imported to find out: that is for the backend to do, after it has told it where its settings are.
    pytest.mark.skipif(backends.installed("ultralytics") is None, reason="Ultralytics is not installed"),
    pytest.mark.timeout(900),  # the training takes a minute of two idle cores, and they may not be idle
]

SETTINGS = {
    "object-detector": "objects.detector",
    "face-detector": "faces.detector",
    "pose-detector": "poses.detector",
    "image-feature": "features.model",
    "classifier": "tags.model",
}


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """The folder of the trained and exported models; the user trusts what was made here."""
    folder = tmp_path_factory.mktemp("trained")
    offline = {"YOLO_OFFLINE": "1", "YOLO_AUTOINSTALL": "0", "YOLO_CONFIG_DIR": str(folder / "settings")}
    command = [sys.executable, "-m", ultralytics_training.__name__, str(folder)]
    done = subprocess.run(command, env=os.environ | offline, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for path in folder.glob("*.pt"):
        files.trust(path, marquee_home())
    return folder


@pytest.fixture(scope="session")
def opened(trained, engine):
    """opened(task, name of the file): each is loaded once."""
    setup = Setup(marquee_home(), engine, "auto", 0.3)
    return cache(lambda task, name: backends.open_model(task, f"ultralytics:{trained / name}", setup))


def shown_of(draw, seed):
    examples = drawings.examples(draw, seed, 2, (240, 320))
    for image, *_ in examples:
        image.setflags(write=False)
    return examples


CARDS, FIGURES, FACES = (shown_of(draw, 11) for draw in (drawings.card, drawings.figure, drawings.face))


def alike(one, other, least=0.9):
    """Whether two findings are of the same things."""
    assert len(one) == len(other) > 0
    for box, score, label in zip(one.boxes, one.scores, one.labels, strict=True):
        overlaps = iou(box, other.boxes)
        assert overlaps.max() > least
        assert abs(other.scores[overlaps.argmax()] - score) < 0.05
        assert other.labels[overlaps.argmax()] == label


class TestObjects(ObjectDetectorContract):
    @pytest.fixture(params=["detect.pt", "detect.onnx", "detect_openvino_model"])
    def model(self, request, opened):
        return opened("object-detector", request.param)

    @pytest.fixture
    def shown(self):
        return [image for image, *_ in CARDS]

    def test_what_was_learnt_is_found(self, model):
        examples = drawings.examples(drawings.card, 5, 12, (120, 160))
        for (_, number, box, _), found in zip(examples, model.detect([e[0] for e in examples]), strict=True):
            assert found.labels[0] == list(drawings.CARDS)[number]
            assert iou(found.boxes[0], box[None]) > 0.6


class TestFaces(FaceDetectorContract):
    @pytest.fixture
    def model(self, opened):
        return opened("face-detector", "face.pt")

    @pytest.fixture
    def shown(self):
        return [image for image, *_ in FACES]

    def test_five_points_are_where_they_were_drawn(self, model, shown):
        for found, (_, _, box, points) in zip(model.detect(shown), FACES, strict=True):
            assert np.abs(found.points[0] - points).max() < 0.15 * (box[2] - box[0])


class TestPoses(PoseDetectorContract):
    @pytest.fixture(params=["pose.pt", "pose.onnx"])
    def model(self, request, opened):
        return opened("pose-detector", request.param)

    @pytest.fixture
    def shown(self):
        return [image for image, *_ in FIGURES]

    def test_points_are_where_they_were_drawn(self, model, shown):
        for poses, (_, _, box, points) in zip(model.detect(shown), FIGURES, strict=True):
            truth = from_coco(box[None], np.ones(1), points[None], np.ones((1, 17)))
            assert ((poses.visibility[0] > 0) == (truth.visibility[0] > 0)).all()
            assert np.abs(poses.points[0] - truth.points[0]).max() < 0.15 * (box[2] - box[0])


class TestClasses(ClassifierContract):
    @pytest.fixture(params=["classify.pt", "classify.onnx"])
    def model(self, request, opened):
        return opened("classifier", request.param)

    def test_labels_are_those_of_the_model(self, model):
        assert sorted(model.labels) == sorted(drawings.CARDS)


UNTRAINED = """
import sys
from ultralytics import YOLO

yolo = YOLO("yolo11n-cls.yaml")
yolo.model.names = {number: "crane" if number in (134, 517) else f"thing {number}" for number in range(1000)}
yolo.save(sys.argv[1])
"""


def test_a_classifier_is_refused_until_it_is_trusted(tmp_path, engine):
    offline = {"YOLO_OFFLINE": "1", "YOLO_AUTOINSTALL": "0", "YOLO_CONFIG_DIR": str(tmp_path)}
    path, setup = tmp_path / "scenes-cls.pt", Setup(tmp_path, engine, "cpu", 0.3)
    command = [sys.executable, "-c", UNTRAINED, path]
    done = subprocess.run(command, env=os.environ | offline, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with pytest.raises(UntrustedModelError, match=r"^[^\n]*scenes-cls\.pt can run code[^\n]*$"):
        backends.open_model("classifier", f"ultralytics:{path}", setup)
    files.trust(path, tmp_path)
    model = backends.open_model("classifier", f"ultralytics:{path}", setup)
    assert [model.labels[number] for number in (133, 134, 517)] == ["thing 133", "crane (134)", "crane (517)"]
    scores = model.classify([CARDS[0][0], CARDS[1][0]])
    assert scores.shape == (2, 1000)
    np.testing.assert_allclose(scores.sum(axis=1), 1, atol=1e-3)
    assert model.exclusive
    assert model.size is None


class TestFeatures(ExtractorContract):
    @pytest.fixture(params=["classify.pt", "detect.pt"])
    def model(self, request, opened):
        return opened("image-feature", request.param)


@pytest.mark.parametrize("name", ["detect.onnx", "detect_openvino_model"])
def test_exports_find_what_the_original_finds(opened, name):
    images = [example[0] for example in drawings.examples(drawings.card, 5, 12, (160, 160))]
    original, export = (opened("object-detector", each).detect(images) for each in ("detect.pt", name))
    for one, other in zip(original, export, strict=True):
        alike(one, other)


def test_what_else_is_in_a_batch_does_not_matter(opened):
    model = opened("object-detector", "detect.pt")
    shapes = [
        (240, 320),
        (320, 240),
        (240, 320),
        (96, 96),
        (240, 320),
        (240, 320),
        (240, 320),
        (240, 320),
    ] * 2
    images = [drawings.examples(drawings.card, i, 1, shape)[0][0] for i, shape in enumerate(shapes)]
    for image, found in zip(images, model.detect(images), strict=True):
        (alone,) = model.detect([image])
        np.testing.assert_allclose(found.boxes, alone.boxes, atol=0.1)
        np.testing.assert_allclose(found.scores, alone.scores, atol=1e-3)


def test_memory_stays_flat(opened):
    model, images = opened("object-detector", "detect.pt"), [np.zeros((720, 1280, 3), np.uint8)] * 8
    used = []
    for _ in range(3):
        for _ in range(10):
            model.detect(images)
        used.append(psutil.Process().memory_info().rss)
    assert used[2] - used[1] < 50e6  # kept results would be 220 MB of pictures


def test_the_devices_are_told():
    assert backends.backend("ultralytics").devices()[0] == "cpu"


def test_a_pose_model_finds_objects_too(opened):
    (found,) = opened("object-detector", "pose.pt").detect([FIGURES[0][0]])
    assert found.labels == ("person",)


@pytest.mark.parametrize(
    ("task", "name", "message"),
    [
        ("pose-detector", "detect.pt", r"detect\.pt is for detect; a pose-detector is for pose$"),
        ("pose-detector", "face.pt", r"face\.pt has 5 key points, not COCO's 17$"),
        ("face-detector", "detect.onnx", r"detect\.onnx finds no faces but red card, blue card$"),
        ("classifier", "detect_openvino_model", "is for detect; a classifier is for classify$"),
        (
            "object-detector",
            "classify.onnx",
            "is for classify; a object-detector is for detect or segment or pose",
        ),
        ("image-feature", "detect.onnx", r"gives no features of pictures; only \.pt files do$"),
    ],
)
def test_another_task_is_refused_in_one_line(opened, task, name, message):
    with pytest.raises(UnknownModelError, match=message) as caught:
        opened(task, name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.pt", b""),
        ("noise.pt", b"noise" * 1000),
        ("number.pt", pickle.dumps(7)),
        ("empty.onnx", b""),
        ("noise.onnx", b"noise" * 1000),
    ],
)
def test_what_cannot_be_loaded_is_one_line(tmp_path, engine, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    files.trust(path, marquee_home())
    with pytest.raises(BrokenModelError) as caught:
        backends.open_model(
            "object-detector", f"ultralytics:{path}", Setup(marquee_home(), engine, "cpu", 0.3)
        )
    assert str(caught.value).startswith(f"{path} cannot be loaded: ")
    assert "\n" not in str(caught.value)


def test_an_empty_folder_is_no_model(tmp_path, engine):
    (tmp_path / "a_openvino_model").mkdir()
    spec = f"ultralytics:{tmp_path / 'a_openvino_model'}"
    with pytest.raises(BrokenModelError, match=r"a_openvino_model cannot be loaded: \S"):
        backends.open_model("object-detector", spec, Setup(marquee_home(), engine, "cpu", 0.3))


ALONE = """
import sys
from pathlib import Path
import cv2
import numpy as np
from models import files
from models.backends import Setup, open_model
from models.engines import resolve_engine
from models.errors import BrokenModelError

home, path = map(Path, sys.argv[1:])
before = cv2.getNumThreads(), np.get_printoptions()
files.trust(path, home)
try:
    open_model("object-detector", f"ultralytics:{path}", Setup(home, resolve_engine(), "cpu", 0.3))
except BrokenModelError as error:
    print(error)
assert "ultralytics" in sys.modules
assert (cv2.getNumThreads(), np.get_printoptions()) == before
"""
"""In a fresh process, where nobody else has imported the framework."""


def test_a_trusted_file_does_not_run_code_either(tmp_path):
    """The framework is told to make nothing but what its models consist of, and changes no other library."""
    (tmp_path / "evil.pt").write_bytes(hostile(tmp_path / "made"))
    command = [sys.executable, "-c", ALONE, tmp_path / "home", tmp_path / "evil.pt"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{tmp_path / 'evil.pt'} cannot be loaded: ")
    assert len(done.stdout.splitlines()) == 1
    assert not (tmp_path / "made").exists()


def test_names_that_ultralytics_would_take_for_others(tmp_path, trained, engine):
    """It drops quotes, and loads yolov5nu.pt for yolov5n.pt, whether that is trusted or not."""
    folder = tmp_path / "it's here"
    folder.mkdir()
    path = Path(shutil.copy(trained / "detect.pt", folder / "yolov5n.pt"))
    (folder / "yolov5nu.pt").write_bytes(b"another")
    setup = Setup(marquee_home(), engine, "cpu", 0.3)
    model = backends.open_model("object-detector", f"ultralytics:{path}", setup)
    assert len(model.detect([CARDS[0][0]])[0])


def test_without_a_gpu_one_line_says_so(tmp_path, trained, engine):
    if pytest.importorskip("torch").cuda.is_available():
        pytest.skip("there is a GPU")
    (tmp_path / "a.engine").write_bytes(b"engine")
    files.trust(tmp_path / "a.engine", marquee_home())
    for path, device in ((tmp_path / "a.engine", "auto"), (trained / "detect.pt", "cuda")):
        with pytest.raises(DeviceError, match=f"^{path}: torch finds no NVIDIA GPU here"):
            backends.open_model(
                "object-detector", f"ultralytics:{path}", Setup(marquee_home(), engine, device, 0.3)
            )


@pytest.mark.parametrize("task", SETTINGS)
def test_a_hostile_file_ends_the_command_before_it_is_opened(tmp_path, task):
    evil, made = tmp_path / "evil.pt", tmp_path / "made"
    evil.write_bytes(hostile(made))
    (tmp_path / "film.mp4").write_bytes(b"")
    result = marquee("analyze", "--set", f"{SETTINGS[task]}=ultralytics:{evil}", tmp_path / "film.mp4")
    assert result.returncode == 5
    assert (
        "can run code when it is loaded; if you know where it comes from: marquee models trust"
        in one_line(result)
    )
    assert not made.exists()


def film(folder):
    """A clip of a card, of a figure, and of nothing, which move."""
    shots = [CARDS[0][0], FIGURES[0][0], np.full((240, 320, 3), 90, np.uint8)]
    frames = (np.roll(shot, i // 5, axis=1) for shot in shots for i in range(50))
    write_video(folder / "film.mp4", frames, 25, options={"preset": "ultrafast"})
    return folder / "film.mp4"


def test_a_film_is_analyzed_and_nothing_else_is_touched(tmp_path, trained):
    """Every process refuses sockets; neither the current folder nor the user's own gets a file."""
    folders = {name: tmp_path / name for name in ("guard", "films", "here", "user")}
    for folder in folders.values():
        folder.mkdir()
    (folders["guard"] / "sitecustomize.py").write_text(GUARD)
    video, log = film(folders["films"]), tmp_path / "sockets.log"
    search = os.pathsep.join([str(folders["guard"]), *os.environ.get("PYTHONPATH", "").split(os.pathsep)])
    result = marquee(
        *("analyze", "--json", "--set", f"objects.detector=ultralytics:{trained / 'detect.pt'}"),
        *("--set", f"poses.detector=ultralytics:{trained / 'pose.onnx'}"),
        *("--set", f"tags.model=ultralytics:{trained / 'classify.pt'}", video),
        cwd=folders["here"],
        **{"PYTHONPATH": search, "SOCKET_LOG": str(log), "HOME": str(folders["user"])},
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["status"] == "done"
    assert not log.exists(), log.read_text()
    assert not list(folders["here"].rglob("*"))
    assert not list(folders["user"].rglob("*"))

    movie = sidecar.read(sidecar.sidecar_path(video))
    assert movie.objects
    assert {thing.label for thing in movie.objects} <= set(drawings.CARDS)
    assert movie.poses
    assert {tag.name for tag in movie.tags} <= set(drawings.CARDS)
    used = {name: digest for stage in movie.manifest.values() for name, digest in stage.models.items()}
    assert used[f"ultralytics:{trained / 'detect.pt'}"] == files.sha256_of(trained / "detect.pt")


def agree(ours, theirs, pictures, least, most):
    """How many things both found with the same label, boxes that overlap so much and scores as near."""
    names = ast.literal_eval(theirs[1])
    neutral = {name: NUDENET_LABELS[number] for number, name in names.items()}
    count = 0
    for picture, mine, found in zip(
        pictures, ours.detect(pictures)[0], theirs[0].detect(pictures), strict=True
    ):
        height, width = picture.shape[:2]
        boxes = mine.boxes.clip(0, [width, height, width, height]).astype(np.float32)  # as theirs are
        for box, score, label in zip(boxes, mine.scores, mine.labels, strict=True):
            same = [i for i, name in enumerate(found.labels) if neutral[name] == label]
            overlaps = iou(box, found.boxes[same])
            assert overlaps.max(initial=0) > least
            assert abs(found.scores[same[overlaps.argmax()]] - score) < most
            count += 1
    return count


def test_320n_through_ultralytics_is_320n(weights, load, engine, portraits, shared, tmp_path):
    """Of ready 320 x 320 pixels the very same; else each scales and pads in its own way."""
    path = Path(shutil.copy(weights.path("nudenet"), tmp_path / "320n.onnx"))
    facts = {entry.key: entry.value for entry in onnx.load(path).metadata_props}
    model = backends.open_model(
        "object-detector", f"ultralytics:{path}", Setup(tmp_path, engine, "cpu", 0.05)
    )
    ours, theirs = Yolo(load("nudenet"), min_score=0.25), (model, facts["names"])
    photos = [cv2.imread(str(file))[..., ::-1] for file in sorted(shared.glob("faces/**/*.jpg"))[::10]]
    pictures = [*portraits, *photos]
    square = [picture for picture in pictures if picture.shape[0] == picture.shape[1]]
    assert agree(ours, theirs, [cv2.resize(picture, (320, 320)) for picture in pictures], 0.999, 1e-3) > 40
    assert agree(ours, theirs, square, 0.95, 0.05) > 25
    assert agree(ours, theirs, pictures, 0.75, 0.25) > 40
