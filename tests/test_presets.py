"""The presets on real clips, by the command line, with stand-ins for weights that only their makers have."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analyzer.paths import marquee_home
from analyzer.records import Movie
from analyzer.stores import sidecar
from models import backends, files
from models.weights import Weights

pytestmark = [
    pytest.mark.extras,
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        any(backends.installed(name) is None for name in backends.BACKENDS),
        reason="not all extras are installed",
    ),
]

BUILD_YOLO = (
    "import sys; from ultralytics import YOLO; [YOLO(f'{n}.yaml').save(f'{n}.pt') for n in sys.argv[1:]]"
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A MARQUEE_HOME with the embedded networks and nothing else."""
    home = tmp_path / "home"
    (home / "models").mkdir(parents=True)
    for name in ("weights", "converted", "compiled", "wheels"):
        (home / name).symlink_to(marquee_home() / name)
    return home


def run(preset: str, video: Path, home: Path, *options: str) -> Movie:
    """Analyze a copy of a clip with a preset; its record."""
    copy = Path(shutil.copy(video, home))
    command = [
        sys.executable,
        "-m",
        "analyzer",
        "analyze",
        "--preset",
        preset,
        "--effort",
        "fast",
        *options,
        copy,
    ]
    environment = os.environ | {"MARQUEE_HOME": str(home), "DEEPFACE_HOME": str(home)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    movie = sidecar.read(sidecar.sidecar_path(copy))
    assert movie is not None
    again = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "1 up to date" in again.stderr
    return movie


def test_deepface(home: Path, shared: Path) -> None:
    """MTCNN for RetinaFace, and dlib's own weights for Facenet512: the cast of the reel is the true one."""
    folder = home / ".deepface" / "weights"
    folder.mkdir(parents=True)
    dlib = "dlib_face_recognition_resnet_model_v1.dat"
    shutil.copy(Weights(marquee_home()).path("dlib"), folder / dlib)
    chosen = ["--set", "faces.detector=deepface:mtcnn", "--set", "faces.embedder=deepface:Dlib"]
    movie = run("deepface", shared / "videos" / "GENERATED_lfw_cast_reel.mp4", home, *chosen)
    assert len(movie.people) == 13
    assert {face.embedding.model for face in movie.faces if face.embedding} == {"deepface:Dlib"}


def test_yolo(home: Path, shared: Path) -> None:
    """YOLO11's own architectures with random weights under the official names, which the user then trusts."""
    names = ["yolo11n", "yolo11n-pose"]
    folder = home / "models"
    settings = {"YOLO_OFFLINE": "1", "YOLO_CONFIG_DIR": str(home)}
    subprocess.run(
        [sys.executable, "-c", BUILD_YOLO, *names], cwd=folder, env=os.environ | settings, check=True
    )
    for name in names:
        files.trust(folder / f"{name}.pt", home)
    movie = run("yolo", shared / "videos" / "friday_his_girl.mp4", home)
    assert set(movie.manifest["objects"].models) == {"ultralytics:yolo11n.pt"}
    assert set(movie.manifest["poses"].models) == {"ultralytics:yolo11n-pose.pt"}
    assert movie.faces


def test_mediapipe(home: Path, shared: Path) -> None:
    """Bundles made of the catalog's own networks under the official names."""
    from tests.models.backends import mediapipe_bundles

    weights = Weights(marquee_home())
    made = [
        mediapipe_bundles.face_landmarker(weights, home),
        mediapipe_bundles.pose_landmarker(weights, home),
    ]
    for path, name in zip(made, ("face_landmarker.task", "pose_landmarker_full.task"), strict=True):
        path.rename(home / "models" / name)
    movie = run("mediapipe", shared / "videos" / "GENERATED_lfw_cast_reel.mp4", home)
    assert len(movie.people) in (12, 13)
    assert movie.poses
    assert all(face.points.any() for face in movie.faces)
