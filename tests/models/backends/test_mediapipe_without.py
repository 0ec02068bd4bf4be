"""What can be said of MediaPipe's models without MediaPipe."""

import subprocess
import sys
import zipfile

import pytest

from models import backends, catalog
from models.backends import mediapipe
from models.errors import BackendMissingError, BrokenModelError, UnknownModelError

OFFERED = catalog.remotes("mediapipe")


def test_every_file_of_google_s_is_pinned() -> None:
    assert OFFERED
    for name, remote in OFFERED.items():
        assert remote.sha256, name
        assert remote.url.endswith(f"/1/{name}"), name  # not /latest/, which changes
        assert remote.task in backends.BACKENDS["mediapipe"].tasks


@pytest.mark.parametrize("name", OFFERED)
def test_a_file_that_is_not_here_yet_is_known_by_its_pin(name, tmp_path) -> None:
    assert mediapipe.identity(OFFERED[name].task, name, tmp_path) == OFFERED[name].sha256
    other = "pose-detector" if OFFERED[name].task == "face-detector" else "face-detector"
    with pytest.raises(UnknownModelError, match=f"not a {other}"):
        mediapipe.identity(other, name, tmp_path)


def test_a_name_that_there_is_not_gets_the_nearest(tmp_path) -> None:
    with pytest.raises(UnknownModelError, match=r"did you mean .*pose_landmarker_lite\.task"):
        mediapipe.identity("pose-detector", "pose_landmarker_light.task", tmp_path)


def test_files_are_told_apart_by_what_they_hold(tmp_path) -> None:
    hand, text = tmp_path / "face_landmarker.task", tmp_path / "pose.task"
    with zipfile.ZipFile(hand, "w") as bundle:
        bundle.writestr("hand_detector.tflite", b"")
    text.write_text("not a model")
    with pytest.raises(UnknownModelError, match=r"it holds hand_detector\.tflite"):
        mediapipe.identity("face-detector", str(hand), tmp_path)
    with pytest.raises(BrokenModelError, match=r"pose\.task is neither a \.task nor a \.tflite file"):
        mediapipe.identity("pose-detector", str(text), tmp_path)


def test_files_that_are_here_are_listed(tmp_path) -> None:
    (tmp_path / "models").mkdir()
    for name in ("blaze_face_full_range.tflite", "mine.task", "other.onnx"):
        (tmp_path / "models" / name).write_bytes(b"12345")
    found = {file.name: file for file in mediapipe.cached(tmp_path)}
    assert set(found) == {"blaze_face_full_range.tflite", "mine.task"}
    assert found["blaze_face_full_range.tflite"].licence == "Apache-2.0"
    assert found["mine.task"].size == 5


def test_without_mediapipe_the_way_to_it_is_named(tmp_path) -> None:
    if backends.installed("mediapipe") is not None:
        pytest.skip("it is installed")
    with pytest.raises(BackendMissingError, match=r"pip install 'marquee\[mediapipe\]'"):
        backends.identity("face-detector", "mediapipe:face_landmarker.task", tmp_path)


def test_the_backend_imports_neither_mediapipe_nor_tensorflow() -> None:
    code = "import sys, models.backends.mediapipe; print(*{'mediapipe', 'tensorflow'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
