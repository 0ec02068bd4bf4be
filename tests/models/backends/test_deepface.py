"""DeepFace for real: detectors that come with packages, dlib's weights from the catalog, and the networks on
TensorFlow with random weights, which DeepFace's own downloader brings from a local server."""

import http.server
import shutil
import sys
import threading

import cv2
import numpy as np
import pytest

from analyzer import analyze
from analyzer.settings import load
from models import backends
from models.backends import Setup, deepface, tensorflow_setup
from models.backends.deepface import weights as deepface_weights
from models.backends.deepface.table import ATTRIBUTES, DETECTORS, EMBEDDERS
from models.dlib_resnet import DlibResNet
from models.engines import resolve_engine
from models.errors import BackendMissingError, ModelError, WeightsCorruptError, WeightsMissingError
from tests.contracts.tasks import EmbedderContract, FaceDetectorContract

pytestmark = pytest.mark.extras
pytest.importorskip("deepface")

BATCH = 4
DLIB = "dlib_face_recognition_resnet_model_v1.dat"


@pytest.fixture(scope="module", autouse=True)
def deepface_home(tmp_path_factory):
    """A DEEPFACE_HOME of its own."""
    home = tmp_path_factory.mktemp("deepface")
    (home / ".deepface" / "weights").mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEEPFACE_HOME", str(home))
        yield home / ".deepface" / "weights"


@pytest.fixture(scope="module")
def setup(home):
    return Setup(home, resolve_engine("openvino", "cpu", "f32", batch_size=BATCH), "cpu", 0.4)


@pytest.fixture(scope="module")
def modeling():
    return deepface_weights._modeling()


def random_weights(modeling, part, path):
    """Save random weights of the architecture that DeepFace builds."""
    tensorflow_setup.prepare("cpu")
    import tf_keras
    from deepface.commons import weight_utils

    def save(model, weight_file):
        model.save_weights(path)
        return model

    tf_keras.utils.set_random_seed(7)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weight_utils, "download_weights_if_necessary", lambda **names: "")
        patch.setattr(weight_utils, "load_model_weights", save)
        modeling.get_model_class(part.kind, part.name)()


@pytest.fixture(scope="module")
def served(tmp_path_factory, modeling):
    """What the server has: random weights of DeepID and of the emotions."""
    folder = tmp_path_factory.mktemp("served")
    for part in (EMBEDDERS["DeepID"], ATTRIBUTES["emotion"]):
        random_weights(modeling, part, folder / part.files[0])
    return folder


@pytest.fixture(scope="module")
def server(served):
    """/ is the folder `served`; of its files under /broken and /short only the beginning comes.

    /short does not say how long a file is. /gone has nothing.
    """

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=str(served))

        def do_HEAD(self):
            self.send_response(404 if self.path.startswith("/gone") else 200)
            self.end_headers()

        def do_GET(self):
            folder, _, name = self.path.rpartition("/")
            if not folder:
                return super().do_GET()
            content = (served / name).read_bytes()
            self.send_response(200)
            if folder == "/broken":
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2])
            return None

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


@pytest.fixture
def fresh(tmp_path, monkeypatch, modeling):
    """An empty DEEPFACE_HOME, and no model that DeepFace has built before."""
    monkeypatch.setenv("DEEPFACE_HOME", str(tmp_path))
    monkeypatch.setattr(
        modeling, "cached_models", {kind: {} for kind in modeling.AVAILABLE_MODELS}, raising=False
    )
    return tmp_path / ".deepface" / "weights"


def from_server(monkeypatch, part, url):
    """Point DeepFace's address of a part's weights at the server."""
    client = deepface_weights._modeling().get_model_class(part.kind, part.name)
    module = sys.modules[client.__module__]
    monkeypatch.setattr(module.load_model, "__defaults__", ([f"{url}/{part.files[0]}"],))


def test_the_table_is_deepfaces_own(modeling):
    from deepface.config.threshold import thresholds

    known = modeling.AVAILABLE_MODELS
    assert set(EMBEDDERS) == set(known["facial_recognition"])
    assert set(DETECTORS) == set(known["face_detector"])
    assert {part.name for part in ATTRIBUTES.values()} == set(known["facial_attribute"]) - {"Race"}
    assert {name: model.threshold for name, model in EMBEDDERS.items()} == {
        name: by_metric["cosine"] for name, by_metric in thresholds.items()
    }


class TestDownload:
    """DeepID from the local server."""

    part = EMBEDDERS["DeepID"]

    def fetch(self, home):
        lines = []
        deepface.fetch("face-embedder", "DeepID", home, lines.append)
        return lines

    def test_it_is_told_and_shown(self, fresh, server, served, monkeypatch, home, capfd):
        from_server(monkeypatch, self.part, server)
        assert self.fetch(home) == [f"DeepFace downloads deepid_keras_weights.h5 into {fresh}"]
        path = fresh / self.part.files[0]
        assert path.read_bytes() == (served / self.part.files[0]).read_bytes()
        assert self.fetch(home) == []
        shown = capfd.readouterr()
        assert "100%" in shown.err
        assert shown.out == ""
        assert [(here.name, here.path) for here in deepface.cached(home)] == [("DeepID", path)]

    def test_an_empty_file_is_not_believed(self, fresh, server, monkeypatch, home):
        from_server(monkeypatch, self.part, server)
        fresh.mkdir(parents=True)
        (fresh / self.part.files[0]).touch()
        assert len(self.fetch(home)) == 1
        assert (fresh / self.part.files[0]).stat().st_size

    @pytest.mark.parametrize(
        ("folder", "reason"), [("gone", "404"), ("broken", "incomplete"), ("short", "loading")]
    )
    def test_what_fails_leaves_nothing_and_says_what_to_bring(
        self, fresh, server, monkeypatch, home, folder, reason
    ):
        from_server(monkeypatch, self.part, f"{server}/{folder}")
        path = fresh / self.part.files[0]
        with pytest.raises(WeightsMissingError, match=rf"^deepface:DeepID: [^\n]*{path}[^\n]*$") as caught:
            self.fetch(home)
        assert reason in str(caught.value)
        assert folder == "short" or f"{server}/{folder}/" in str(caught.value)
        assert [each.name for each in fresh.iterdir()] == [".DeepID.lock"]

    def test_no_connection(self, fresh, monkeypatch, home):
        from_server(monkeypatch, self.part, "http://127.0.0.1:9")
        with pytest.raises(WeightsMissingError, match=rf"^[^\n]*http://127.0.0.1:9/[^\n]*{fresh}[^\n]*$"):
            self.fetch(home)

    def test_a_damaged_file_is_named(self, fresh, setup):
        fresh.mkdir(parents=True)
        path = fresh / self.part.files[0]
        path.write_bytes(b"x" * 1000)
        with pytest.raises(WeightsCorruptError, match=rf"^{path} cannot be loaded; delete it[^\n]*$"):
            deepface.open_model("face-embedder", "DeepID", setup)
        assert path.exists(), "it may be the user's only copy"

    def test_a_folder_that_cannot_be_made(self, tmp_path, monkeypatch, home):
        (tmp_path / ".deepface").write_text("a file")
        monkeypatch.setenv("DEEPFACE_HOME", str(tmp_path))
        with pytest.raises(ModelError, match=r"^[^\n]*weights cannot be written: [^\n]*$"):
            self.fetch(home)


class TestDlib(EmbedderContract):
    @pytest.fixture(scope="class")
    @classmethod
    def model(cls, setup, weights, deepface_home):
        (deepface_home / DLIB).symlink_to(weights.path("dlib"))
        return backends.open_model("face-embedder", "deepface:Dlib", setup)

    def test_it_equals_the_converted_network(self, model, portraits, load):
        faces = deepface.open_model("face-detector", "opencv", Setup(None, None, "cpu", 0.4)).detect(
            portraits
        )
        chips = np.stack(
            [
                cv2.resize(image[y0:y1, x0:x1], (150, 150))
                for image, found in zip(portraits, faces, strict=True)
                for x0, y0, x1, y1 in found.boxes[:1].astype(int)
            ]
            + list(self.chips(model, 3))
        )
        ours = DlibResNet(load("dlib")).embed(chips)
        np.testing.assert_allclose(model.embed(chips), ours, atol=1e-3)

    def test_every_level_of_grey_reaches_it(self, model):
        levels = np.arange(256, dtype=np.uint8)
        seen = (levels.astype(np.float32) / np.float32(255) * 255).astype(np.uint8)
        assert (seen == levels).all(), "DeepFace scales to 0..1 and back and cuts off the rest"


class TestDeepId(EmbedderContract):
    @pytest.fixture(scope="class")
    @classmethod
    def model(cls, setup, server):
        with pytest.MonkeyPatch.context() as patch:
            from_server(patch, EMBEDDERS["DeepID"], server)
            return backends.open_model("face-embedder", "deepface:DeepID", setup)

    def test_a_batch_is_one_forward_pass(self, model, monkeypatch):
        passes = []
        network = model._client.model
        original = network.predict_on_batch
        monkeypatch.setattr(network, "predict_on_batch", lambda x: passes.append(len(x)) or original(x))
        model.embed(self.chips(model, 2 * BATCH + 2))
        assert passes == [BATCH, BATCH, 2]

    def test_it_sees_what_deepface_shows_it(self, model):
        from deepface import DeepFace

        chips = self.chips(model, 2)
        theirs = DeepFace.represent(
            [np.ascontiguousarray(chip[..., ::-1]) for chip in chips],
            model_name="DeepID",
            detector_backend="skip",
            align=False,
        )
        np.testing.assert_allclose(model.embed(chips), [faces[0]["embedding"] for faces in theirs], atol=1e-4)


class TestAttributes:
    @pytest.fixture(scope="class")
    @classmethod
    def open_(cls, setup, modeling, server, deepface_home):
        for word in ("age", "sex"):
            random_weights(modeling, ATTRIBUTES[word], deepface_home / ATTRIBUTES[word].files[0])
        with pytest.MonkeyPatch.context() as patch:
            from_server(patch, ATTRIBUTES["emotion"], server)
            yield lambda names: backends.open_model("face-attributes", f"deepface:{names}", setup)
        for word in ("age", "sex"):
            (deepface_home / ATTRIBUTES[word].files[0]).unlink()

    def test_they_are_guessed(self, open_, portraits):
        model = open_("emotion, gender,age")
        template = model.template
        chips = np.stack([cv2.resize(image, (template.width, template.height)) for image in portraits])
        chips.setflags(write=False)
        together = model.guess(chips)
        for chip, found in zip(chips, together, strict=True):
            assert 0 <= found.age <= 100
            assert found.sex[0] in ("female", "male")
            assert 0.5 <= found.sex[1] <= 1
            assert found.emotion[0] in ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
            assert 1 / 7 <= found.emotion[1] <= 1
            (alone,) = model.guess(chip[None])
            assert alone.age == pytest.approx(found.age, abs=1e-2)
            assert alone.sex[1] == pytest.approx(found.sex[1], abs=1e-3)
            assert alone.emotion == (found.emotion[0], pytest.approx(found.emotion[1], abs=1e-3))
        assert model.guess(chips[:0]) == []

    def test_only_what_was_asked(self, open_):
        (found,) = open_("emotion").guess(np.zeros((1, 224, 224, 3), np.uint8))
        assert found.age is None
        assert found.sex is None
        assert found.emotion is not None


class _OfFaces(FaceDetectorContract):
    name = ""

    @pytest.fixture(scope="class")
    @classmethod
    def model(cls, setup):
        return backends.open_model("face-detector", f"deepface:{cls.name}", setup)

    def test_real_faces_are_found(self, model, shared):
        names = [f"img{i}.jpg" for i in (1, 2, 3, 4, 5, 6)]
        images = [cv2.imread(str(shared / "faces" / "deepface" / name))[..., ::-1] for name in names]
        assert all(len(found) for found in model.detect(images))


class TestOpenCv(_OfFaces):
    name = "opencv"


class TestMtcnn(_OfFaces):
    name = "mtcnn"


@pytest.mark.parametrize(
    ("name", "message"),
    [("fastmtcnn", "pip install facenet-pytorch"), ("mediapipe", "cannot be opened: [^\n]*solutions")],
)
def test_what_deepface_cannot_open_here(setup, name, message):
    with pytest.raises(ModelError, match=rf"^deepface:{name}[^\n]*{message}[^\n]*$"):
        deepface.open_model("face-detector", name, setup)


def test_a_package_that_an_embedder_needs(fresh, setup):
    with pytest.raises(BackendMissingError, match=r"^deepface:Buffalo_L: [^\n]*pip install insightface"):
        deepface.open_model("face-embedder", "Buffalo_L", setup)


def test_an_embedder_that_needs_an_older_tensorflow(fresh, setup):
    fresh.mkdir(parents=True)
    (fresh / EMBEDDERS["DeepFace"].files[0]).write_bytes(b"weights")
    with pytest.raises(ModelError, match=r"^deepface:DeepFace: [^\n]*LocallyConnected2D[^\n]*$") as caught:
        deepface.open_model("face-embedder", "DeepFace", setup)
    assert type(caught.value) is ModelError


def test_a_film_has_the_same_people(demo, weights, deepface_home):
    if not (deepface_home / DLIB).exists():
        shutil.copy(weights.path("dlib"), deepface_home / DLIB)
    chosen = ["faces.detector=deepface:mtcnn", "faces.embedder=deepface:Dlib"]
    movie = analyze(demo.video, load(assignments=chosen))
    assert [person.role for person in movie.people] == [person.role for person in demo.movie.people]
    assert {face.embedding.model for face in movie.faces if face.embedding} == {"deepface:Dlib"}
