"""Face models side by side: real models, on pictures whose truth is known."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from analyzer.comparing.judging import judge
from analyzer.comparing.measured import Measured
from analyzer.comparing.setups import setups
from analyzer.demo import PEOPLE, pictures
from analyzer.errors import UsageError
from analyzer.paths import marquee_home
from analyzer.progress import silent
from analyzer.worker import Worker
from models import own
from models.errors import UnknownModelError
from models.own import description, looking
from models.weights import Weights
from tests.conftest import Demo
from tests.models.backends.onnx_networks import bare_dlib


@pytest.fixture(scope="module")
def weights_of_tests() -> Weights:
    return Weights(marquee_home())


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three pictures each of two people, in a folder each, and something that is no picture."""
    root = tmp_path_factory.mktemp("people")
    for name, image in zip(PEOPLE, pictures().values(), strict=True):
        (root / name).mkdir()
        bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
        for i, variant in enumerate((bgr, bgr[:, ::-1], cv2.convertScaleAbs(bgr, alpha=0.7))):
            cv2.imwrite(str(root / name / f"{i}.png"), variant)
    (root / PEOPLE[0] / "9.jpg").write_text("no picture")
    return root


def measured(names: str, files: list[Path]) -> list[Measured]:
    found = []
    for setup in setups(names.split(","), ["keyframes.repeat_bits=0"]):
        with Worker(setup.settings) as worker:
            found.append(worker.measure(files, silent))
    return found


def test_a_model_on_labelled_folders(folders: Path) -> None:
    files = sorted(folders.rglob("*.*"))
    found = measured("dlib", files)
    (verdict,) = judge(found)
    assert verdict.faces == 6
    assert len(found[0].frames) == 6
    assert len(found[0].unread) == 1
    assert "9.jpg" in found[0].unread[0]
    assert (verdict.shared, verdict.same_pairs) == (1, 1)
    assert (verdict.recognised, verdict.at_one_per_cent) == (1, 1)
    assert verdict.mixed_up is not None
    assert verdict.mixed_up < 0.5
    assert verdict.picture_ms is not None
    assert verdict.picture_ms > 0


def test_what_one_misses_is_not_shared(folders: Path) -> None:
    whole = measured("dlib", sorted(folders.rglob("*.png")))[0]
    part = whole.model_copy(update={"faces": whole.faces[:4]})
    assert judge([whole, part])[1].shared == pytest.approx(4 / 6)
    none = whole.model_copy(update={"faces": ()})
    verdict = judge([whole, none])[1]
    assert (verdict.faces, verdict.shared, verdict.face_ms, verdict.recognised) == (0, 0, None, None)


def test_vectors_of_nobody_in_particular_are_found_out(folders: Path) -> None:
    """Random vectors: nobody is recognised, and the verdicts on pairs differ from those of the first."""
    whole = measured("dlib", sorted(folders.rglob("*.png")))[0]
    rng = np.random.default_rng(4)
    faces = [
        face.model_copy(
            update={
                "embedding": face.embedding.model_copy(
                    update={"vector": rng.standard_normal(128).astype(np.float16)}
                )
            }
        )
        for face in whole.faces
        if face.embedding
    ]
    verdict = judge([whole, whole.model_copy(update={"faces": tuple(faces)})])[1]
    assert verdict.recognised == 0
    assert verdict.same_pairs is not None
    assert verdict.same_pairs <= 9 / 15


def test_a_file_named_by_its_path_has_the_threshold_of_its_description(
    folders: Path, weights_of_tests: Weights, tmp_path: Path
) -> None:
    path = bare_dlib(weights_of_tests.onnx("dlib"), tmp_path / "face.onnx")
    known = {"task": "face-embedder", "template": "dlib", "threshold": 0.07}
    description.write(looking.describe(path, known), path)
    (verdict,) = judge(measured(f"onnx:{path}", sorted(folders.rglob("*.png"))))
    assert verdict.recognised is not None


def test_frames_of_a_video_are_looked_at(demo: Demo) -> None:
    settings, told = setups(["dlib"])[0].settings, list[float]()
    with Worker(settings) as worker:
        found = worker.measure([demo.video], lambda done, _: told.append(done))
    assert len(found.frames) > 5
    assert len(told) >= 2, "a film that takes long is not taken for one that stands still"
    assert all("#" in name for name in found.frames)
    (verdict,) = judge([found])
    assert verdict.recognised is None


@pytest.mark.parametrize(
    ("names", "error", "message"),
    [
        (["dlib", "dlib"], UsageError, "two of these are the same"),
        (["blazeface", "dlib"], UsageError, "two of these are the same"),
        (["arcface"], UsageError, "'arcface' is no face model: blazeface, dlib, or backend:model"),
        (["dlib+dlib"], UsageError, "a plus joins one detector and one embedder"),
        (["onnx:nothing"], UnknownModelError, "onnx:nothing: there is no such model"),
        (["depface:ArcFace"], UnknownModelError, "did you mean deepface:"),
    ],
)
def test_contestants_that_are_none(names: list[str], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        setups(names)


def test_the_command_shows_models_side_by_side(folders: Path, weights_of_tests: Weights) -> None:
    home = marquee_home()
    bare_dlib(weights_of_tests.onnx("dlib"), home / "face.onnx")
    entry = weights_of_tests.entry("dlib")
    known = {"task": "face-embedder", "template": "dlib", "colour": "bgr", "mean": entry.mean[::-1]}
    known |= {"scale": (entry.scale,) * 3, "threshold": 0.07}
    own.add(home, "face", file=home / "face.onnx", known=known)
    command = [sys.executable, "-m", "analyzer", "models", "compare", "--json", "--faces", "dlib,onnx:face"]
    done = subprocess.run([*command, str(folders)], capture_output=True, text=True, check=True)
    assert "9.jpg" in done.stderr
    first, second = json.loads(done.stdout)
    assert (first["name"], second["name"]) == ("dlib", "onnx:face")
    assert second["faces"] == 6
    assert (second["shared"], second["recognised"], second["at_one_per_cent"]) == (1, 1, 1)
    assert second["same_pairs"] >= 0.8
    own.remove(home, "face")


def test_files_that_cannot_be_read_are_no_result(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("no picture")
    command = [sys.executable, "-m", "analyzer", "models", "compare", "--faces", "blazeface,opencv:"]
    haar = "haarcascade_frontalface_default.xml"
    done = subprocess.run(
        [*command[:-1], command[-1] + haar, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 4
    assert done.stdout == ""
    assert "none of the files can be compared" in done.stderr


def test_the_command_needs_two() -> None:
    command = [sys.executable, "-m", "analyzer", "models", "compare", "--faces", "dlib", "."]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "marquee: --faces dlib: name at least two, with a comma between them\n"
