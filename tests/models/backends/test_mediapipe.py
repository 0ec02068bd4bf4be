"""MediaPipe Tasks, for real: on files made from the networks that the catalog holds."""

import os
import platform
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from analyzer import analyze
from analyzer.paths import marquee_home
from analyzer.settings import load as load_settings
from models import backends
from models.backends import Setup
from models.blazeface import BlazeFace
from models.blazepose import BlazePose
from models.boxes import iou
from models.errors import BrokenModelError, UnknownModelError
from models.facemesh import FaceMesh, landmarks_of, rois_from_detections
from tests.conftest import Demo
from tests.contracts.tasks import FaceDetectorContract, PoseDetectorContract

if backends.installed("mediapipe") is None:
    pytest.skip("pip install 'marquee[mediapipe]'", allow_module_level=True)

from tests.models.backends import mediapipe_bundles as bundles

pytestmark = pytest.mark.extras

FEW = 40


@pytest.fixture(scope="session")
def setup(home, engine):
    return Setup(home, engine, "auto", 0.5)


@pytest.fixture(scope="session")
def made(weights, tmp_path_factory):
    """A folder with one file of each kind."""
    folder = tmp_path_factory.mktemp("mediapipe")
    bundles.face_detector(weights, folder)
    bundles.face_landmarker(weights, folder)
    bundles.pose_landmarker(weights, folder)
    return folder


@pytest.fixture(scope="session")
def opened(made, setup):
    def model(task: str, name: str):
        return backends.open_model(task, f"mediapipe:{made / name}", setup)

    return model


@pytest.fixture(scope="session")
def detector(opened):
    return opened("face-detector", "blazeface-full.tflite")


@pytest.fixture(scope="session")
def landmarker(opened):
    return opened("face-detector", "face_landmarker.task")


@pytest.fixture(scope="session")
def poses(opened):
    return opened("pose-detector", "pose_landmarker_full.task")


class TestFaceDetector(FaceDetectorContract):
    @pytest.fixture
    def model(self, detector):
        return detector


class TestFaceLandmarker(FaceDetectorContract):
    @pytest.fixture
    def model(self, landmarker):
        return landmarker


class TestPoseLandmarker(PoseDetectorContract):
    @pytest.fixture
    def model(self, poses):
        return poses


@pytest.fixture(scope="session")
def photos(shared):
    """Some photos of real people, no side over 1000 pixels."""
    paths = sorted((shared / "faces" / "deepface").glob("img*.jpg"))[:FEW]
    images = [cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB) for path in paths]
    scales = [min(1.0, 1000 / max(image.shape)) for image in images]
    return [cv2.resize(image, None, fx=s, fy=s) for image, s in zip(images, scales, strict=True)]


def overlaps(ours, theirs) -> np.ndarray:
    """For each thing that ours finds, how well the nearest of theirs covers it (IoU)."""
    return np.array(
        [iou(box, b.boxes).max(initial=0) for a, b in zip(ours, theirs, strict=True) for box in a.boxes]
    )


def test_it_finds_the_faces_that_ours_finds(detector, load, photos) -> None:
    ours = BlazeFace(load("blazeface-full"), "full", 0.7).detect(photos)
    covered = overlaps(ours, detector.detect(photos))
    assert len(covered) > 30
    assert np.median(covered) > 0.95
    assert np.mean(covered > 0.8) > 0.95


def test_its_meshes_lie_where_facemesh_has_them(landmarker, load, portraits) -> None:
    faces = BlazeFace(load("blazeface-short"), "short", 0.5).detect(portraits)
    rois = [rois_from_detections(found.boxes[:1], found.points[:1]) for found in faces]
    ours = FaceMesh(load("facemesh")).landmarks(portraits, rois)
    for (points, _), found in zip(ours, landmarker.detect(portraits), strict=True):
        assert found.points.shape == (1, 478, 3)
        assert list(found.scores) == [1.0]
        width = np.ptp(points[0, :, 0])
        assert np.abs(found.points[0, :468] - points[0]).max() < 0.06 * width
        assert np.abs(landmarks_of(found.points)[0] - landmarks_of(points)[0]).max() < 0.03 * width


def test_it_finds_the_people_that_ours_finds(poses, load, portraits, photos) -> None:
    ours = BlazePose(load("blazepose-detector"), load("blazepose-landmarks"), 0.5)
    theirs = poses.detect([*portraits, *photos])
    covered = overlaps(theirs, ours.detect([*portraits, *photos]))
    assert len(covered) > 30
    assert np.median(covered) > 0.99


@pytest.mark.parametrize("name", ["blazeface-full.tflite", "face_landmarker.task"])
def test_a_picture_longer_than_mediapipe_can_take_is_looked_at(opened, name, portraits) -> None:
    model = opened("face-detector", name)
    long = np.zeros((2, 40_000, 3), np.uint8)
    nothing, found, alike = model.detect([long, portraits[0], long.swapaxes(0, 1)])
    assert [len(nothing), len(found), len(alike)] == [0, 1, 0]


@pytest.mark.parametrize(
    ("task", "name", "says"),
    [
        (
            "pose-detector",
            "face_landmarker.task",
            "it holds face_detector.tflite, face_",
        ),
        ("face-detector", "pose_landmarker_full.task", "is not a face-detector of MediaPipe's"),
        ("pose-detector", "blazeface-full.tflite", "is a single network"),
        ("face-detector", "hand_landmarker.task", "it holds hand_detector.tflite"),
    ],
)
def test_a_file_for_another_task_is_refused(made, home, task, name, says) -> None:
    with zipfile.ZipFile(made / "hand_landmarker.task", "w") as bundle:
        bundle.writestr("hand_detector.tflite", b"")
    with pytest.raises(UnknownModelError, match=says):
        backends.identity(task, f"mediapipe:{made / name}", home)


def broken(kind: str, weights, made: Path, folder: Path) -> Path:
    """A file that is none, in one way or another."""
    path = folder / ("broken.tflite" if kind.startswith("network") else "broken.task")
    task, network = made / "face_landmarker.task", weights.path("facemesh")
    if kind == "text":
        path.write_text("not a model")
    elif kind == "empty":
        path.touch()
    elif kind == "cut":
        path.write_bytes(task.read_bytes()[:500_000])
    elif kind == "compressed":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
            for name in ("face_detector.tflite", "face_landmarks_detector.tflite"):
                bundle.write(network, name)
    elif kind == "of other networks":
        pose = weights.path("blazepose-detector").read_bytes()
        bundles.bundle(path, dict.fromkeys(("face_detector.tflite", "face_landmarks_detector.tflite"), pose))
    elif kind == "network cut":
        path.write_bytes(network.read_bytes()[:100_000])
    elif kind == "network for something else":
        shutil.copy(network, path)
    return path


@pytest.mark.parametrize(
    "kind",
    ["text", "empty", "cut", "compressed", "of other networks", "network cut", "network for something else"],
)
def test_a_broken_file_is_named_in_one_line(kind, weights, made, tmp_path, setup) -> None:
    path = broken(kind, weights, made, tmp_path)
    with pytest.raises(BrokenModelError, match=path.name) as raised:
        backends.open_model("face-detector", f"mediapipe:{path}", setup)
    assert len(str(raised.value).splitlines()) == 1


def test_the_preset_runs_from_a_film_to_its_record(made, demo: Demo, tmp_path, monkeypatch) -> None:
    """The official names, with our files in their place."""
    home = tmp_path / "home"
    shutil.copytree(made, home / "models")
    for name in ("weights", "converted", "compiled", "wheels"):
        (home / name).symlink_to(marquee_home() / name)
    monkeypatch.setenv("MARQUEE_HOME", str(home))
    movie = analyze(demo.video, load_settings("mediapipe"))
    assert len(movie.faces) >= len(demo.movie.faces) * 0.9
    assert len(movie.poses) >= len(demo.movie.poses) / 2
    assert [person.role for person in movie.people] == [person.role for person in demo.movie.people]
    assert any(name.startswith("mediapipe:face_landmarker.task") for name in movie.manifest["faces"].models)


ALONE = """
import ctypes, os, socket, struct, sys

def without_network():
    # seccomp: the kernel ends the process at connect, sendto, sendmsg and sendmmsg, whatever language asks
    kill, allow, calls = 0x80000000, 0x7FFF0000, (42, 44, 46, 307)
    lines = [(0x20, 0, 0, 0), *((0x15, len(calls) - i, 0, n) for i, n in enumerate(calls))]
    code = b"".join(struct.pack("HBBI", *line) for line in [*lines, (0x06, 0, 0, allow), (0x06, 0, 0, kill)])
    program = ctypes.create_string_buffer(code)
    filter = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(program))
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(38, 1, 0, 0, 0) == 0
    assert libc.prctl(22, 2, filter, 0, 0) == 0, ctypes.get_errno()

what, path = sys.argv[1:]
without_network()
if what == "a socket":
    socket.create_connection(("127.0.0.1", 9))
if what == "talking":
    os.putenv = lambda name, value: None
from models.backends.mediapipe.tasks import framework
task = framework().tasks.vision.FaceLandmarker.create_from_model_path(path)
task.close()
"""


@pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"), reason="by the kernel's own means"
)
def test_it_sends_nothing(made) -> None:
    """MediaPipe's own code does not ask Python for sockets; left alone it would post statistics to Google."""

    def run(what: str) -> int:
        command = [sys.executable, "-c", ALONE, what, str(made / "face_landmarker.task")]
        return subprocess.run(command, capture_output=True, env=os.environ, text=True).returncode

    assert run("a socket") == -signal.SIGSYS
    assert run("talking") == -signal.SIGSYS
    assert run("silent") == 0
