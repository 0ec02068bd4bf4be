"""DeepFace's backend as far as it goes without DeepFace."""

import numpy as np
import pytest

from models import backends, catalog, files
from models.backends import Setup, deepface
from models.backends.deepface.models import detections
from models.backends.deepface.table import ATTRIBUTES, DETECTORS, EMBEDDERS, boxed
from models.engines import resolve_engine
from models.errors import BackendMissingError, UnknownModelError, UntrustedModelError


@pytest.fixture
def weights_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("DEEPFACE_HOME", str(tmp_path))
    folder = tmp_path / ".deepface" / "weights"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def setup(tmp_path):
    return Setup(tmp_path, resolve_engine("openvino", "cpu", "f32"), "cpu", 0.4)


@pytest.mark.parametrize(
    ("task", "model", "message"),
    [
        ("face-embedder", "arcface", "no face-embedder of that name; did you mean ArcFace"),
        ("face-embedder", "Facenet256", "did you mean Facenet"),
        ("face-embedder", "xyz", "it has VGG-Face, Facenet, "),
        ("face-detector", "RetinaFace", "did you mean retinaface?"),
        ("face-detector", "skip", "it has opencv, ssd, "),
        ("face-attributes", "age,gander", "deepface:gander: .* it has age, sex, emotion"),
        ("face-attributes", "age,emotions", "did you mean emotion?"),
        ("face-attributes", "age,", "it has age, sex, emotion"),
    ],
)
def test_unknown_names_suggest_the_nearest(tmp_path, setup, task, model, message):
    for ask in (
        lambda: deepface.identity(task, model, tmp_path),
        lambda: deepface.fetch(task, model, tmp_path, print),
        lambda: deepface.open_model(task, model, setup),
    ):
        with pytest.raises(UnknownModelError, match=rf"^[^\n]*{message}[^\n]*$"):
            ask()


@pytest.mark.skipif(bool(backends.installed("deepface")), reason="DeepFace is installed")
def test_how_to_install_it_is_said(tmp_path):
    with pytest.raises(BackendMissingError, match=r"pip install 'marquee\[deepface\]'$"):
        backends.identity("face-embedder", "deepface:ArcFace", tmp_path)


def test_what_is_here_needs_nothing(weights_folder, tmp_path):
    (weights_folder / "facenet_weights.h5").write_bytes(b"weights")
    lines = []
    deepface.fetch("face-embedder", "Facenet", tmp_path, lines.append)
    deepface.fetch("face-detector", "opencv", tmp_path, lines.append)
    assert lines == []
    (here,) = deepface.cached(tmp_path)
    assert here.path == weights_folder / "facenet_weights.h5"
    assert (here.backend, here.name, here.size, here.licence) == ("deepface", "Facenet", 7, "MIT")


def test_a_pickle_is_refused_until_it_is_trusted(weights_folder, setup):
    path = weights_folder / "yolov8n-face.pt"
    path.write_bytes(b"cos\nsystem\n")
    with pytest.raises(UntrustedModelError, match=rf"^{path} is a pickle.*marquee models trust {path}$"):
        deepface.open_model("face-detector", "yolov8n", setup)
    files.trust(path, setup.home)
    with pytest.raises(Exception, match=r"deepface|yolov8n") as caught:
        deepface.open_model("face-detector", "yolov8n", setup)
    assert not isinstance(caught.value, UntrustedModelError)


@pytest.mark.parametrize("name", ["pnet.lz4", "rnet.lz4", "onet.lz4"])
def test_mtcnn_does_not_load_pickles_that_lie_beside_the_films(tmp_path, monkeypatch, setup, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(b"cos\nsystem\n")
    with pytest.raises(UntrustedModelError, match=f"^{tmp_path / name} would be loaded by mtcnn"):
        deepface.open_model("face-detector", "mtcnn", setup)


@pytest.mark.parametrize("name", EMBEDDERS)
def test_a_published_threshold_makes_a_sound_prior(name, tmp_path):
    prior = catalog.likeness_at(EMBEDDERS[name].threshold)
    assert 0 <= prior.strangers < prior.same <= 1
    assert prior.spread > 0
    assert (prior.strangers + prior.same) / 2 == pytest.approx(1 - EMBEDDERS[name].threshold)
    known = backends.likeness_of(f"deepface:{name}", tmp_path)
    assert known == (catalog.built_in()["dlib"].likeness if name == "Dlib" else prior)


def test_priors_by_hand(tmp_path):
    facenet512 = catalog.likeness_at(0.30)
    assert facenet512.model_dump() == pytest.approx(
        {"strangers": 0.55, "same": 0.85, "spread": 0.0644}, rel=0.01
    )
    arcface = catalog.likeness_at(0.68)
    assert arcface.model_dump() == pytest.approx({"strangers": 0, "same": 0.64, "spread": 0.1373}, rel=0.01)
    assert backends.likeness_of("deepface:NoSuch", tmp_path) is None


def test_files_and_names_are_each_somebodys():
    parts = [*EMBEDDERS.values(), *DETECTORS.values(), *ATTRIBUTES.values()]
    names = [file for part in parts for file in part.files]
    assert len(names) == len(set(names))
    assert all(part.licence for part in parts)


def test_the_box_of_a_detector_fills_the_chip():
    template = boxed(224, 224)
    right, left = template.places[2:4].mean(0), template.places[:2].mean(0)
    assert right[0] < 112 < left[0]
    assert 70 < right[1] < 112, "eyes are above the middle, and the forehead is in it"
    assert template.places[4, 1] < 190


class Area:
    def __init__(self, x, confidence, eyes=True, w=10):
        self.x, self.y, self.w, self.h, self.confidence = x, 5, w, 20, confidence
        self.right_eye, self.left_eye = ((x + 2, 9), (x + 7, 9)) if eyes else (None, None)


def test_faces_are_sorted_and_filtered():
    found = detections([Area(1, 0.5), Area(2, 0.3), Area(3, 1.4), Area(4, 0.9, w=0)], 0.4)
    assert found.boxes.tolist() == [[3, 5, 13, 25], [1, 5, 11, 25]]
    assert found.scores.tolist() == [1, 0.5]
    assert found.points[0].tolist() == [[5, 9], [10, 9]]


def test_eyes_are_given_for_all_faces_or_none():
    assert detections([Area(1, 0.5), Area(2, 0.6, eyes=False)], 0.4).points.shape == (2, 0, 2)
    empty = detections([], 0.4)
    assert (empty.boxes.shape, len(empty), empty.points.shape) == ((0, 4), 0, (0, 0, 2))
    assert empty.boxes.dtype == np.float32
