"""miles-deep: known by name, its files brought by the user in an archive or a folder."""

import io
import shutil
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from models import backends, catalog, own
from models.backends import Setup
from models.backends.opencv import supplied
from models.engines import resolve_engine
from models.errors import BrokenModelError, ModelError, UnknownModelError, WeightsMissingError
from tests.cli.test_cli import marquee, one_line
from tests.models.backends import scene_networks

NAME = "miles-deep"
ENTRY = catalog.supplied()[NAME]
PROTOTXT = """
layer { name: "data" type: "Input" top: "data" input_param { shape: { dim: 1 dim: 3 dim: 224 dim: 224 } } }
layer { name: "pool" type: "Pooling" bottom: "data" top: "pool"
  pooling_param { pool: AVE global_pooling: true } }
layer { name: "fc" type: "InnerProduct" bottom: "pool" top: "fc" inner_product_param { num_output: 6 } }
layer { name: "prob" type: "Softmax" bottom: "fc" top: "prob" }
"""


@pytest.fixture
def files(tmp_path):
    """A network in the place of the real one: its first three classes are blue, green and red."""
    folder = tmp_path / "files" / "somewhere" / "model"
    folder.mkdir(parents=True)
    (folder / "deploy.prototxt").write_text(PROTOTXT)
    gains = np.eye(6, 3) / 20
    fc = [gains.astype(np.float32), np.zeros(6, np.float32)]
    (folder / "weights.caffemodel").write_bytes(scene_networks.weights({"fc": fc}))
    (folder / "mean.binaryproto").write_bytes(scene_networks.old_blob(np.full((3, 4, 4), 128.0)))
    (folder / "labels.txt").write_text("\n".join(ENTRY.labels) + "\n")
    (folder / "README.md").write_text("not to be taken")
    return folder


def packed(kind: str, files: Path, target: Path) -> Path:
    """The files as an archive."""
    root = files.parent.parent
    if kind == "folder":
        return root
    return Path(shutil.make_archive(str(target / "archive"), kind, root))


def setup_of(home: Path) -> Setup:
    return Setup(home, resolve_engine("openvino", "cpu", "f32", 4), "cpu", 0.3)


@pytest.mark.parametrize("kind", ["zip", "tar", "gztar", "xztar", "folder"])
def test_its_files_are_taken_out_of_what_the_user_brings(tmp_path, files, kind):
    home = tmp_path / "home"
    supplied.add(home, NAME, packed(kind, files, tmp_path))
    names = {path.name for path in (home / "models" / NAME).iterdir()}
    assert names == {*ENTRY.files.values(), "model.toml"}
    model = backends.open_model("classifier", NAME, setup_of(home))
    assert model.labels == ENTRY.labels
    assert model.size == (224, 224)
    assert model.exclusive
    blue, red = model.classify(
        [np.full((90, 160, 3), colour, np.uint8) for colour in ((0, 0, 255), (255, 0, 0))]
    )
    assert blue.argmax() == 0
    assert red.argmax() == 2
    label = backends.label("classifier", NAME, home)
    assert label.startswith("opencv:miles-deep@")
    assert backends.tasks_of(NAME, home) == ["classifier"]
    assert [one.name for one in backends.backend("opencv").cached(home)] == [NAME]
    with pytest.raises(ModelError, match="is here already; 'marquee models remove miles-deep'"):
        supplied.add(home, NAME, packed(kind, files, tmp_path))
    supplied.remove(home, NAME)
    assert list((home / "models").iterdir()) == []


def test_before_they_are_brought_it_is_said_how(tmp_path):
    with pytest.raises(WeightsMissingError, match="marquee models add miles-deep --file ARCHIVE"):
        backends.identity("classifier", NAME, tmp_path)
    with pytest.raises(WeightsMissingError, match="yours to bring"):
        supplied.remove(tmp_path, NAME)
    with pytest.raises(UnknownModelError, match="is no face-detector"):
        backends.identity("face-detector", NAME, tmp_path)
    with pytest.raises(ModelError, match="a model named miles-deep already"):
        own.add(tmp_path, NAME, file=tmp_path / "a.onnx")


def relabelled(files: Path) -> None:
    (files / "labels.txt").write_text("\n".join(reversed(ENTRY.labels)))


def of_another_size(files: Path) -> None:
    (files / "deploy.prototxt").write_text(PROTOTXT.replace("224", "227"))


def of_more_classes(files: Path) -> None:
    (files / "deploy.prototxt").write_text(PROTOTXT.replace("num_output: 6", "num_output: 1000"))


@pytest.mark.parametrize(
    ("harm", "error", "message"),
    [
        (
            lambda f: (f / "weights.caffemodel").unlink(),
            WeightsMissingError,
            r"does not hold weights\.caffemodel",
        ),
        (lambda f: shutil.copy(f / "labels.txt", f.parent), ModelError, r"holds more than one labels\.txt"),
        (relabelled, BrokenModelError, r"is not miles-deep: its labels are titfuck, sex_front"),
        (of_another_size, BrokenModelError, r"is not miles-deep: deploy\.prototxt takes pictures of 227x227"),
        (
            of_more_classes,
            BrokenModelError,
            r"is not miles-deep: weights\.caffemodel does not fit deploy\.protot",
        ),
        (
            lambda f: (f / "mean.binaryproto").write_bytes(b"\x0a"),
            BrokenModelError,
            r"is not miles-deep: mean\.binaryproto is not Caffe's",
        ),
    ],
)
def test_files_of_something_else_are_refused_and_nothing_is_kept(tmp_path, files, harm, error, message):
    harm(files)
    home = tmp_path / "home"
    with pytest.raises(error, match=message) as caught:
        supplied.add(home, NAME, packed("zip", files, tmp_path))
    assert "\n" not in str(caught.value)
    assert [path for path in home.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("kind", ["zip", "gztar", "xztar"])
def test_an_archive_that_is_cut_off_is_refused(tmp_path, files, kind):
    archive = packed(kind, files, tmp_path)
    archive.write_bytes(archive.read_bytes()[:-200])
    with pytest.raises(ModelError, match=r"^[^\n]*archive[^\n]*$"):
        supplied.add(tmp_path / "home", NAME, archive)
    assert [path for path in (tmp_path / "home").rglob("*") if path.is_file()] == []


def test_damage_within_an_archive_is_found(tmp_path, files):
    archive = packed("zip", files, tmp_path)
    whole = bytearray(archive.read_bytes())
    with zipfile.ZipFile(archive) as zipped:
        (info,) = (info for info in zipped.infolist() if info.filename.endswith("deploy.prototxt"))
    for place in range(info.header_offset + 80, info.header_offset + 120):
        whole[place] ^= 255
    archive.write_bytes(whole)
    with pytest.raises(BrokenModelError, match="cannot be unpacked"):
        supplied.add(tmp_path / "home", NAME, archive)


def test_an_archive_writes_nowhere_else_and_its_links_are_not_followed(tmp_path, files):
    secret = tmp_path / "secret"
    secret.write_text("\n".join(ENTRY.labels))
    archive = tmp_path / "evil.tar"
    with tarfile.open(archive, "w") as tar:
        for path in files.iterdir():
            if path.name != "labels.txt":
                tar.add(path, f"../../../{path.name}")
        link = tarfile.TarInfo("model/labels.txt")
        link.type, link.linkname = tarfile.SYMTYPE, str(secret)
        tar.addfile(link)
        tar.addfile(tarfile.TarInfo("/etc/evil"), io.BytesIO())
    with pytest.raises(WeightsMissingError, match=r"does not hold labels\.txt"):
        supplied.add(tmp_path / "home", NAME, archive)
    with tarfile.open(archive, "a") as tar:
        tar.add(files / "labels.txt", "../labels.txt")
    before = {path for path in tmp_path.rglob("*") if "home" not in path.parts}
    supplied.add(tmp_path / "home", NAME, archive)
    assert {path for path in tmp_path.rglob("*") if "home" not in path.parts} == before
    assert {path.name for path in (tmp_path / "home" / "models").rglob("*") if path.is_file()} == {
        *ENTRY.files.values(),
        "model.toml",
    }


def test_links_of_a_zip_and_of_a_folder_are_not_followed(tmp_path, files):
    (files / "labels.txt").rename(tmp_path / "labels.txt")
    (files / "labels.txt").symlink_to(tmp_path / "labels.txt")
    with pytest.raises(WeightsMissingError, match=r"does not hold labels\.txt"):
        supplied.add(tmp_path / "home", NAME, files)
    (files / "labels.txt").unlink()
    archive = packed("zip", files, tmp_path)
    with zipfile.ZipFile(archive, "a") as zipped:
        info = zipfile.ZipInfo("labels.txt")
        info.external_attr = 0o120777 << 16
        zipped.writestr(info, str(tmp_path / "labels.txt"))
    with pytest.raises(WeightsMissingError, match=r"does not hold labels\.txt"):
        supplied.add(tmp_path / "home", NAME, archive)


def test_a_file_that_swells_beyond_measure_is_given_up(tmp_path, files, monkeypatch):
    monkeypatch.setattr(supplied, "_LARGEST", 100)
    with pytest.raises(BrokenModelError, match="is larger than"):
        supplied.add(tmp_path / "home", NAME, packed("zip", files, tmp_path))


@pytest.mark.parametrize("content", [b"", b"no archive"])
def test_what_is_no_archive_is_refused(tmp_path, content):
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(BrokenModelError, match=r"a\.zip cannot be unpacked"):
        supplied.add(tmp_path / "home", NAME, tmp_path / "a.zip")
    with pytest.raises(WeightsMissingError, match="neither an archive nor a folder"):
        supplied.add(tmp_path / "home", NAME, tmp_path / "b.zip")


def test_the_command_line_adds_lists_and_removes_it(tmp_path, files, monkeypatch):
    monkeypatch.setenv("MARQUEE_HOME", str(tmp_path / "home"))
    archive = packed("zip", files, tmp_path)
    assert "needs --file" in one_line(marquee("models", "add", NAME))
    assert marquee("models", "add", NAME, "--file", archive).stdout == "added miles-deep (classifier)\n"
    listed = marquee("models", "list").stdout
    assert "GPL-3.0" in next(line for line in listed.splitlines() if line.startswith(NAME))
    assert marquee("models", "remove", NAME).stdout == "removed miles-deep\n"
    assert "yours to bring" in one_line(marquee("models", "remove", NAME))
