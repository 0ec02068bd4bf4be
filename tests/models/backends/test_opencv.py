"""OpenCV's own models: its cascades for real, its networks on files that are made here."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from analyzer import analyze
from analyzer.settings import load as load_settings
from models import backends
from models.backends import Setup
from models.blazeface import BlazeFace
from models.boxes import iou
from models.errors import BrokenModelError, ModelError, UnknownModelError, WeightsMissingError
from tests.conftest import Demo
from tests.contracts.tasks import EmbedderContract, FaceDetectorContract, ObjectDetectorContract
from tests.models.backends import opencv_files

HAAR = "haarcascade_frontalface_default.xml"


@pytest.fixture(scope="session")
def setup(home, engine):
    return Setup(home, engine, "auto", 0.4)


@pytest.fixture(scope="session")
def opened(setup):
    def model(task: str, name: str | Path):
        return backends.open_model(task, f"opencv:{name}", setup)

    return model


class TestHaar(FaceDetectorContract):
    @pytest.fixture
    def model(self, opened):
        return opened("face-detector", HAAR)


class TestHaarOfObjects(ObjectDetectorContract):
    @pytest.fixture
    def model(self, opened):
        return opened("object-detector", HAAR)


class TestSFace(EmbedderContract):
    @pytest.fixture
    def model(self, opened, tmp_path):
        return opened("face-embedder", opencv_files.sface(tmp_path))


def test_a_cascade_finds_what_blazeface_finds(opened, load, portraits) -> None:
    ours = BlazeFace(load("blazeface-full"), "full", 0.5).detect(portraits)
    for one, other in zip(ours, opened("face-detector", HAAR).detect(portraits), strict=True):
        assert iou(one.boxes[0], other.boxes[:1]) > 0.4


def test_an_object_is_called_what_its_cascade_is_called(opened, portraits) -> None:
    (found, _) = opened("object-detector", HAAR).detect(portraits)
    assert set(found.labels) == {"haarcascade_frontalface_default"}


def test_a_higher_score_keeps_fewer_and_the_surest(home, engine, portraits) -> None:
    found = []
    for least in (0.2, 0.5, 0.8):
        model = backends.open_model("face-detector", f"opencv:{HAAR}", Setup(home, engine, "auto", least))
        found.append(model.detect(portraits[:1])[0])
        assert (found[-1].scores >= least).all()
    counts = [len(each) for each in found]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[2] >= 1


def test_the_cascade_of_drawn_faces_is_read_and_runs(opened, shared, portraits) -> None:
    """There is no drawn face to show it."""
    model = opened("face-detector", shared / "models/lbpcascade_animeface/lbpcascade_animeface.xml")
    blank, *_ = model.detect([np.zeros((200, 200, 3), np.uint8), *portraits])
    assert len(blank) == 0


@pytest.mark.parametrize("shape", [(96, 160), (320, 320), (200, 130)])
def test_yunet_finds_a_planted_face(opened, tmp_path, shape) -> None:
    image = np.zeros((*shape, 3), np.uint8)
    image[32:64, 64:96] = 255
    (found, nothing) = opened("face-detector", opencv_files.yunet(tmp_path)).detect([image, image * 0])
    assert len(nothing) == 0
    np.testing.assert_allclose(found.boxes, [[64, 32, 96, 64]], atol=0.1)
    assert found.scores[0] == pytest.approx(1, abs=1e-3)
    right, left = found.points[0, :2]
    assert right[0] < left[0]
    assert found.points.shape == (1, 5, 2)


@pytest.mark.parametrize("shape", [(1, 1), (1, 640), (640, 1), (37, 131)])
def test_networks_look_at_odd_shapes(opened, tmp_path, shape) -> None:
    image = np.full((*shape, 3), 200, np.uint8)
    for path in (opencv_files.yunet(tmp_path), opencv_files.caffe_squares(tmp_path)):
        (found,) = opened("face-detector", path).detect([image])
        assert np.isfinite(found.boxes).all()


def planted(colour: tuple[int, int, int]) -> np.ndarray:
    """A square in the third column of the second row of four by four, in a picture of 640 x 400."""
    image = np.zeros((400, 640, 3), np.uint8)
    image[100:200, 320:480] = colour
    return image


def test_a_caffe_detector_finds_a_planted_square(opened, tmp_path) -> None:
    path = opencv_files.caffe_squares(tmp_path)
    path.with_suffix(".toml").write_text("mean = [0, 0, 0]")
    images = [planted((255, 255, 255)), planted((0, 0, 0))]
    model = opened("face-detector", path)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: model.detect(images), range(8)))
    for found, nothing in answers:
        np.testing.assert_allclose(found.boxes, [[320, 100, 480, 200]], atol=0.5)
        assert found.scores[0] > 0.99
        assert len(nothing) == 0


def test_a_caffe_detector_sees_blue_first_and_names_its_classes(opened, tmp_path) -> None:
    path = opencv_files.caffe_squares(tmp_path, colours=(0, 2))
    path.with_suffix(".txt").write_text("background\nblue thing\nred thing\n")
    path.with_suffix(".toml").write_text(f"mean = [0, 0, 0]\nlabels_file = '{path.stem}.txt'\n")
    blue, red = opened("object-detector", path).detect([planted((0, 0, 255)), planted((255, 0, 0))])
    assert blue.labels == ("blue thing",)
    assert red.labels == ("red thing",)


def test_what_a_caffe_model_is_hangs_on_all_its_files(tmp_path, home) -> None:
    path = opencv_files.caffe_squares(tmp_path)
    spec = f"opencv:{path}"
    plain = backends.identity("face-detector", spec, home)
    path.with_suffix(".toml").write_text("scale = [0.5, 0.5, 0.5]")
    assert backends.identity("face-detector", spec, home) != plain


def test_faces_of_sface_are_told_apart_where_opencv_does(home) -> None:
    likeness = backends.likeness_of("opencv:face_recognition_sface_2021dec.onnx@0123456789ab", home)
    assert likeness is not None
    assert likeness.same is not None
    assert (likeness.strangers + likeness.same) / 2 == pytest.approx(0.363)
    assert backends.likeness_of(f"opencv:{HAAR}", home) is None


@pytest.mark.parametrize(
    ("task", "name", "error", "says"),
    [
        ("face-detector", "haarcascade_frontalfac.xml", UnknownModelError, "there is no such file"),
        ("face-embedder", HAAR, UnknownModelError, "is no face-embedder; for that OpenCV takes .onnx"),
        ("object-detector", "yunet.onnx", UnknownModelError, "takes .xml, .caffemodel"),
        ("face-detector", "model.pb", UnknownModelError, "takes .xml, .onnx, .caffemodel"),
        ("pose-detector", HAAR, UnknownModelError, "opencv has no pose-detector"),
    ],
)
def test_what_there_is_not_is_refused(home, task, name, error, says) -> None:
    with pytest.raises(error, match=says):
        backends.identity(task, f"opencv:{name}", home)


def test_an_onnx_file_is_for_what_it_gives(home, tmp_path) -> None:
    sface, yunet = opencv_files.sface(tmp_path), opencv_files.yunet(tmp_path)
    assert backends.tasks_of(f"opencv:{sface}", home) == ["face-embedder"]
    assert backends.tasks_of(f"opencv:{yunet}", home) == ["face-detector"]


def test_files_that_belong_to_a_caffe_model_are_asked_for(home, tmp_path) -> None:
    path = opencv_files.caffe_squares(tmp_path, colours=(0, 2))
    with pytest.raises(UnknownModelError, match="knows 2 classes"):
        backends.identity("face-detector", f"opencv:{path}", home)
    path.with_suffix(".toml").write_text("labels_file = 'squares.txt'\n")
    with pytest.raises(ModelError, match=r"squares\.txt cannot be read: No such file"):
        backends.identity("object-detector", f"opencv:{path}", home)
    path.with_suffix(".toml").write_text("labels = ['one']\n")
    with pytest.raises(BrokenModelError, match="must name 2 classes"):
        backends.identity("object-detector", f"opencv:{path}", home)
    path.with_suffix(".prototxt").unlink()
    with pytest.raises(WeightsMissingError, match=r"squares\.prototxt"):
        backends.identity("object-detector", f"opencv:{path}", home)


def broken(kind: str, folder: Path) -> Path:
    path = folder / f"broken.{kind.split()[-1]}"
    if kind == "other xml":
        path.write_text("<a><b>1</b></a>")
    elif kind.startswith("cut"):
        whole = opencv_files.caffe_squares(folder) if "caffe" in kind else opencv_files.yunet(folder)
        path.write_bytes(whole.read_bytes()[:2000])
        if "caffe" in kind:
            path.with_suffix(".prototxt").write_bytes(whole.with_suffix(".prototxt").read_bytes())
    elif kind == "embedder's onnx":
        path = opencv_files.sface(folder)
    elif kind == "misspelt caffemodel":
        path = opencv_files.caffe_squares(folder)
        path.with_suffix(".toml").write_text("means = [0, 0, 0]")
    else:
        path.write_text("not a model")
    return path


@pytest.mark.parametrize(
    "kind",
    [
        "a text as xml",
        "other xml",
        "a text as onnx",
        "cut onnx",
        "cut caffemodel",
        "embedder's onnx",
        "misspelt caffemodel",
    ],
)
def test_a_broken_file_is_named_in_one_line(opened, tmp_path, kind) -> None:
    path = broken(kind, tmp_path)
    with pytest.raises(ModelError, match=path.stem) as raised:
        opened("face-detector", path)
    assert len(str(raised.value).splitlines()) == 1


def test_a_film_is_analyzed_with_a_cascade(demo: Demo) -> None:
    movie = analyze(demo.video, load_settings(assignments=[f"faces.detector=opencv:{HAAR}"]))
    assert len(movie.faces) > len(demo.movie.faces) / 2
    assert movie.people[0].role == demo.movie.people[0].role
