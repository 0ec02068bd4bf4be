"""Networks that settings name as backend:model, from a video to its record. No extra is needed."""

from pathlib import Path

import numpy as np
import pytest

from analyzer import analyze
from analyzer.detect.table import ADAPTERS
from analyzer.errors import UsageError
from analyzer.manifest import expected
from analyzer.paths import marquee_home
from analyzer.people.likeness import prior_of, random_directions
from analyzer.settings import load
from models import backends
from models.backends import BACKENDS
from models.catalog import likeness_at
from models.errors import BackendMissingError, UnknownModelError
from models.own import description, looking
from models.weights import Weights
from tests.conftest import Demo
from tests.models.backends.onnx_networks import bare_dlib, colours


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Models as users have them: 320n, dlib with its own and with ArcFace's template, a classifier."""
    folder = tmp_path_factory.mktemp("models")
    weights = Weights(marquee_home())
    (folder / "n320.onnx").write_bytes(weights.path("nudenet").read_bytes())
    entry = weights.entry("dlib")
    known = {"task": "face-embedder", "colour": "bgr", "mean": entry.mean[::-1], "scale": (entry.scale,) * 3}
    for name, side in (("dlib", 150), ("arcface", 112)):
        path = bare_dlib(weights.onnx("dlib"), folder / f"{name}.onnx", side)
        description.write(looking.describe(path, known | {"template": name, "threshold": 0.07}), path)
    path = colours(folder / "colours.onnx", softmax=True)
    labels = {"task": "classifier", "labels": ("red", "green", "blue")}
    description.write(looking.describe(path, labels), path)
    return folder


def test_a_file_has_the_threshold_of_its_description_wherever_it_lies(folder: Path) -> None:
    spec = f"onnx:{folder / 'dlib.onnx'}"
    label = backends.label("face-embedder", spec, marquee_home())
    assert prior_of(label, 128, spec) == likeness_at(0.07)
    assert prior_of(label, 128, f"onnx:{folder / 'arcface.onnx'}") == random_directions(128), "another's"


def test_every_part_can_be_named(demo: Demo, folder: Path) -> None:
    settings = load(
        assignments=[
            f"faces.detector=onnx:{folder / 'n320.onnx'}",
            f"faces.embedder=onnx:{folder / 'dlib.onnx'}",
            f"objects.detector=onnx:{folder / 'n320.onnx'}",
            f"features.model=onnx:{folder / 'colours.onnx'}",
            f"tags.model=onnx:{folder / 'colours.onnx'}",
            "tags.min_score=0.3",
        ]
    )
    movie = analyze(demo.video, settings, only=["faces", "objects", "features", "tags"])
    assert len(movie.people) == len(demo.movie.people)
    assert movie.manifest == {stage: s for stage, s in expected(settings).items() if stage != "poses"}
    models = {face.embedding.model for face in movie.faces if face.embedding}
    assert len(models) == 1
    assert models.pop().startswith("onnx:dlib.onnx@")
    assert {thing.label for thing in movie.objects} >= {"FACE_FEMALE"}
    assert {feature.vector.size for feature in movie.image_features} == {3}
    assert {tag.name for tag in movie.tags} <= {"red", "green", "blue"}
    assert sum(tag.screen_time_s for tag in movie.tags) > 0
    again = analyze(demo.video, settings, previous=movie, only=["faces", "objects", "features", "tags"])
    assert again == movie


@pytest.mark.parametrize("name", ["dlib", "arcface"])
def test_another_embedder_needs_no_video(demo: Demo, folder: Path, name: str) -> None:
    """From crops as from the film; where the template needs a mouth, FaceMesh finds it in the crop."""
    settings = load(assignments=[f"faces.embedder=onnx:{folder / f'{name}.onnx'}"])
    told: list[float] = []
    movie = analyze(demo.video, settings, previous=demo.movie, progress=lambda done, total: told.append(done))
    assert not told
    whole = analyze(demo.video, settings)
    compared = 0
    for got, want in zip(movie.faces, whole.faces, strict=True):
        if got.embedding and want.embedding:
            compared += 1
            assert np.linalg.norm(got.embedding.vector.astype(float) - want.embedding.vector) < 0.25
    assert compared > 5


@pytest.mark.parametrize("name", [name for name, offer in BACKENDS.items() if offer.package])
def test_a_backend_that_is_not_installed_is_named_with_its_command(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from models import backends

    monkeypatch.setattr(backends, "installed", lambda name: None)
    key = next(key for key, part in ADAPTERS.items() if part.task in BACKENDS[name].tasks)
    with pytest.raises(BackendMissingError, match=rf"pip install 'marquee\[{name}\]'$"):
        expected(load(assignments=[f"{key}={name}:anything"]))


@pytest.mark.parametrize(
    ("assignment", "error", "message"),
    [
        (
            "faces.embedder=dlip",
            UsageError,
            "it can be dlib, onnx:..., opencv:..., deepface:...; did you mean",
        ),
        ("poses.detector=deepface:ArcFace", UnknownModelError, "deepface has no pose-detector; it has face-"),
        ("faces.embedder=deepfase:ArcFace", UnknownModelError, "did you mean deepface:"),
        ("faces.embedder=onnx:", UnknownModelError, "is not backend:model"),
        ("faces.embedder=onnx:none.onnx", UnknownModelError, "there is no such model"),
    ],
)
def test_a_name_that_stands_for_nothing(assignment: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        expected(load(assignments=[assignment]))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_model_of_another_task_is_refused(folder: Path) -> None:
    with pytest.raises(UnknownModelError, match="is for object-detector, not for pose-detector"):
        expected(load(assignments=[f"poses.detector=onnx:{folder / 'n320.onnx'}"]))
