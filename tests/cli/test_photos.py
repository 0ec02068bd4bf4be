"""marquee people enrol, identify, common."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from models import own
from models.weights import Weights
from tests.models.backends.onnx_networks import bare_dlib
from tests.photos import fresh_home, gallery, people, photos_of, strangers


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return fresh_home(tmp_path / "home")


def complaints(stderr: str) -> list[str]:
    assert "Traceback" not in stderr
    return [line for line in stderr.splitlines() if line.startswith("marquee: ")]


def test_who_is_enrolled_is_identified(home: Path, tmp_path: Path, shared: Path) -> None:
    powell, beckham = photos_of(shared, "Colin_Powell"), photos_of(shared, "David_Beckham")
    folder = gallery(tmp_path / "Colin Powell", powell[:5])
    before = sorted(folder.parent.iterdir()), sorted(folder.iterdir())
    enrolled = people(home, "enrol", "Colin Powell", folder)
    assert enrolled.returncode == 0, enrolled.stderr
    assert "Colin Powell (k1) is known by 5 of 5 photos" in enrolled.stdout
    assert people(home, "enrol", "David", *beckham[:5]).returncode == 0
    assert (sorted(folder.parent.iterdir()), sorted(folder.iterdir())) == before

    both = tmp_path / "both.png"
    cv2.imwrite(str(both), np.hstack([cv2.imread(str(file)) for file in (beckham[7], powell[7])]))
    files = [powell[8], both, shared / "videos" / "GENERATED_lfw_cast_reel.mp4", tmp_path / "none.jpg"]
    result = people(home, "identify", "--json", *files)
    assert result.returncode == 3
    assert complaints(result.stderr) == [f"marquee: {tmp_path / 'none.jpg'}: no such file; check the name"]
    one, two, reel = (json.loads(line)["people"] for line in result.stdout.splitlines())
    assert [person["name"] for person in one] == ["Colin Powell"]
    assert [person["name"] for person in two] == ["David", "Colin Powell"]
    names = [person["name"] for person in reel]
    assert {"Colin Powell", "David"} <= set(names)
    assert names.count(None) >= len(names) / 2
    assert all(person["time_s"] is not None for person in reel)

    assert people(home, "undo").returncode == 0
    (line,) = people(home, "identify", "--json", beckham[8]).stdout.splitlines()
    assert [person["verdict"] for person in json.loads(line)["people"]] == ["unknown"]


def test_another_embedder_than_the_librarys_is_no_reason_to_know_nobody(home: Path, shared: Path) -> None:
    powell = photos_of(shared, "Colin_Powell")
    assert people(home, "enrol", "Colin", *powell[:3]).returncode == 0
    weights = Weights(home)
    entry, path = weights.entry("dlib"), bare_dlib(weights.onnx("dlib"), home / "face.onnx")
    known = {"task": "face-embedder", "template": "dlib", "colour": "bgr", "mean": entry.mean[::-1]}
    own.add(home, "face", file=path, known=known | {"scale": (entry.scale,) * 3})
    (home / "settings.toml").write_text('[faces]\nembedder = "onnx:face"\n')
    for command in (["identify", powell[4]], ["enrol", "Colin", *powell[4:7]]):
        refused = people(home, *command)
        assert refused.returncode == 2
        assert "makes onnx:face@" in complaints(refused.stderr)[0]
        assert "but the library is of dlib+mirrored" in complaints(refused.stderr)[0]


def test_a_name_that_exists_takes_photos_of_the_same_person_only(home: Path, shared: Path) -> None:
    powell, beckham = photos_of(shared, "Colin_Powell"), photos_of(shared, "David_Beckham")
    people(home, "enrol", "Colin", *powell[:4])
    more = people(home, "enrol", "colin", *powell[4:8])
    assert "(k1)" in more.stdout, more.stderr
    other = people(home, "enrol", "Colin", *beckham[:4])
    assert other.returncode == 2
    assert "Colin is taken" in complaints(other.stderr)[0]
    assert "(k3)" in people(home, "enrol", "Colin", *beckham[:4], "--another").stdout


def test_what_photos_do_not_tell_is_said(home: Path, tmp_path: Path, shared: Path) -> None:
    couple, corrupt = (
        shared / "faces" / "deepface" / "couple.jpg",
        shared / "odd" / "repo" / "danbooru_test-corrupt.jpg",
    )
    result = people(home, "enrol", "Somebody", couple, corrupt)
    assert result.returncode == 4
    first, second, last = complaints(result.stderr)
    assert first.startswith(f"marquee: {corrupt}: left out: cannot be read")
    assert second.startswith(f"marquee: {couple}: left out: shows 2 faces")
    assert last == "marquee: Somebody was not enrolled: no photo can be used"
    result = people(home, "identify", corrupt, couple)
    assert result.returncode == 4
    assert complaints(result.stderr)[0].startswith(f"marquee: {corrupt}: is no picture")
    (tmp_path / "empty").mkdir()
    empty = people(home, "enrol", "Somebody", tmp_path / "empty")
    assert empty.returncode == 3
    assert "no photo" in complaints(empty.stderr)[0]
    assert json.loads(people(home, "list", "--json").stdout or "[]") == []


def test_a_performer_is_named_by_what_galleries_have_in_common(
    home: Path, tmp_path: Path, shared: Path
) -> None:
    own, others = photos_of(shared, "Jack_Straw"), strangers(shared)
    folders = [
        gallery(tmp_path / f"g{i}", [*others[5 * i : 5 * i + 5], *own[2 * i : 2 * i + 2]]) for i in range(5)
    ]
    named = people(home, "common", "--json", *folders, "--performer", "Jack")
    assert named.returncode == 0, named.stderr
    (first,) = json.loads(named.stdout)[:1]
    assert "Jack is named in 5 items" in named.stderr
    assert (first["items"], first["of"]) == (5, 5)
    assert all(e["picture"].startswith("Jack_Straw") for e in first["evidence"])
    (line,) = people(home, "identify", "--json", own[11]).stdout.splitlines()
    assert [person["name"] for person in json.loads(line)["people"]] == ["Jack"]

    nobody = [gallery(tmp_path / f"n{i}", others[30 + 5 * i : 35 + 5 * i]) for i in range(4)]
    refused = people(home, "common", *nobody, "--performer", "Jill")
    assert refused.returncode == 2
    assert "Jill is not named: no faces are common to at least 4 of 4" in complaints(refused.stderr)[0]
    alone = people(home, "common", folders[0], folders[0])
    assert alone.returncode == 2
    assert len(complaints(alone.stderr)) == 2
