"""What the backend of Ultralytics refuses before Ultralytics is needed."""

import re
import sys

import pytest

from analyzer.settings import load
from models import backends, catalog, files
from models.backends import Setup, ultralytics
from models.engines import resolve_engine
from models.errors import BackendMissingError, UnknownModelError, UntrustedModelError
from tests.models.test_files import hostile

TASKS = backends.BACKENDS["ultralytics"].tasks


@pytest.fixture
def setup(tmp_path):
    return Setup(tmp_path / "home", resolve_engine("openvino", "cpu", "f32"), "auto", 0.25)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("name", ["evil.pt", "EVIL.PT", "evil.engine"])
def test_a_file_that_runs_code_is_not_opened(task, name, setup, tmp_path):
    made = tmp_path / "made"
    (tmp_path / name).write_bytes(hostile(made))
    before = set(sys.modules)
    for ask in (
        lambda: ultralytics.fetch(task, str(tmp_path / name), setup.home, print),
        lambda: ultralytics.open_model(task, str(tmp_path / name), setup),
    ):
        with pytest.raises(UntrustedModelError, match=r"^[^\n]*can run code when it is loaded; if you know"):
            ask()
    assert not made.exists()
    assert not {"torch", "ultralytics"} & (set(sys.modules) - before)


def test_an_official_name_is_not_what_is_trusted(setup, tmp_path):
    kept = setup.home / "models" / "yolo11n.pt"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(hostile(tmp_path / "made"))
    with pytest.raises(UntrustedModelError):
        ultralytics.fetch("object-detector", "yolo11n.pt", setup.home, print)


def test_an_official_file_without_a_pin_says_so(setup):
    (name, *_) = [name for name, remote in catalog.remotes("ultralytics").items() if not remote.sha256]
    kept = setup.home / "models" / name
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"as downloaded")
    with pytest.raises(UntrustedModelError, match="which sha256 it should have is not known; if you know"):
        ultralytics.fetch("object-detector", name, setup.home, print)
    files.trust(kept, setup.home)
    ultralytics.fetch("object-detector", name, setup.home, print)


@pytest.mark.parametrize(
    "name", ["model.pth", "model.yaml", "model.torchscript", "yolo11n", ".pt/..", "model"]
)
def test_other_files_are_no_models(name, setup, tmp_path):
    (tmp_path / "model").write_text("")
    for ask in (ultralytics.identity, lambda *a: ultralytics.fetch(*a, print)):
        with pytest.raises(
            UnknownModelError, match=r"models end with \.pt, \.onnx, \.engine, _openvino_model"
        ):
            ask("object-detector", name, setup.home)


def test_a_misspelt_name_is_corrected(setup):
    with pytest.raises(UnknownModelError, match=r"did you mean yolo11n-pose\.pt"):
        ultralytics.identity("pose-detector", "yolo11n-poze.pt", setup.home)


def test_the_pins_are_whole_and_none_is_there_twice():
    remotes = catalog.remotes("ultralytics").values()
    pins = [remote.sha256 for remote in remotes if remote.sha256]
    assert len(set(pins)) == len(pins) > 20
    for remote in remotes:
        assert remote.url.endswith(f"/{remote.name}")
        assert remote.sha256 is None or re.fullmatch("[0-9a-f]{64}", remote.sha256)


def test_the_preset_names_files_with_pins(setup):
    settings = load("yolo")
    for task, spec in (
        ("object-detector", settings.objects.detector),
        ("pose-detector", settings.poses.detector),
    ):
        name, model = backends.split(spec)
        remote = catalog.remotes(name)[model]
        assert remote.task == task
        assert ultralytics.identity(task, model, setup.home) == remote.sha256


def test_what_is_cached_is_told_with_its_licence(setup):
    folder = setup.home / "models"
    (folder / "b_openvino_model").mkdir(parents=True)
    for name in (
        "yolo11n.pt",
        "a.engine",
        "b_openvino_model/b.xml",
        "c.onnx",
        "d.keras",
        "e.pt.part",
        ".f.pt.lock",
    ):
        (folder / name).write_bytes(b"1234")
    told = [(one.name, one.size, one.licence) for one in ultralytics.cached(setup.home)]
    assert told == [
        ("a.engine", 4, "unknown"),
        ("b_openvino_model", 4, "unknown"),
        ("yolo11n.pt", 4, "AGPL-3.0"),
    ]
    assert ultralytics.cached(setup.home / "elsewhere") == []


@pytest.mark.skipif(backends.installed("ultralytics") is not None, reason="it is installed")
def test_the_command_that_installs_it_is_told(setup):
    with pytest.raises(BackendMissingError, match=r"pip install 'marquee\[ultralytics\]'$"):
        backends.fetch("object-detector", "ultralytics:yolo11n.pt", setup.home, print)
