"""marquee cut, tag and plot, as a person uses them."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import pytest

from analyzer.scenes import tag_file
from analyzer.stores import sidecar
from tests.cli.test_cli import marquee, one_line
from tests.scenes import classifier, films
from tests.scenes.films import Shown

PLAN = [("stripes", 6.36), ("other", 5.2), ("blobs", 12.48), ("stripes", 9.52), ("other", 4.4)]


@pytest.fixture(scope="module")
def textures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("classifier") / "textures.onnx"
    classifier.write_textures(path)
    return path


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Shown, ...]]:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    return path, films.scene_film(path, PLAN, seed=5, sound=True)


@pytest.fixture
def film(tmp_path: Path, original: tuple[Path, tuple[Shown, ...]]) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(original[0].read_bytes())
    return path


def seconds(path: Path) -> float:
    with av.open(path) as container:
        return sum(1 for _ in container.decode(video=0)) / 25


def cut(film: Path, textures: Path, *more: object) -> "subprocess.CompletedProcess[str]":
    return marquee("cut", film, "--model", f"onnx:{textures}", *more)


def test_a_cut_holds_the_scenes_and_nothing_else(film: Path, textures: Path) -> None:
    before = film.read_bytes()
    result = cut(film, textures, "-t", "stripes")
    assert result.returncode == 0, result.stderr
    assert seconds(film.with_name("film.cut.mp4")) == pytest.approx(6.36 + 9.52)
    assert film.read_bytes() == before
    assert sorted(p.name for p in film.parent.iterdir()) == ["film.cut.mp4", "film.mp4"], "nothing else"
    again = cut(film, textures, "-t", "stripes")
    assert again.returncode == 6
    assert "is there already" in one_line(again)


def test_everything_but(film: Path, textures: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert cut(film, textures, "-x", "-o", tmp_path / "out").returncode == 0
    assert seconds(tmp_path / "out/film.cut.mp4") == pytest.approx(37.96 - 5.2 - 4.4)
    listed = cut(film, textures, "--without", "stripes,other", "--dry-run", "--list", "json")
    (scene,) = json.loads(listed.stdout)["scenes"]
    assert (scene["start_s"], scene["end_s"]) == pytest.approx((11.56, 24.04))


def test_pieces_and_lists(film: Path, textures: Path) -> None:
    result = cut(film, textures, "-t", "stripes,blobs", "--pieces", "--copy", "--list", "mkvchapters")
    assert result.returncode == 0, result.stderr
    assert sorted(p.name for p in film.with_name("film.cut").iterdir()) == [
        "film.cut.1.mp4",
        "film.cut.2.mp4",
    ], "blobs and stripes follow each other"
    assert film.with_name("film.cut.xml").read_text("utf-8").startswith("<?xml")


def test_a_dry_run_prints_the_scenes_and_writes_nothing(film: Path, textures: Path) -> None:
    result = cut(film, textures, "-t", "blobs", "--dry-run")
    assert result.stdout.startswith("0:00:11.6 - 0:00:24.0  0:00:12.5  score ")
    assert list(film.parent.iterdir()) == [film]


def test_a_dry_run_of_several_films_says_which(film: Path, textures: Path) -> None:
    film.with_name("other.mp4").write_bytes(film.read_bytes())
    result = cut(film.parent, textures, "-t", "blobs", "--dry-run")
    assert [Path(line).name for line in result.stdout.splitlines()[::2]] == ["film.mp4", "other.mp4"]


def test_cuts_in_a_folder_are_not_cut_again(film: Path, textures: Path) -> None:
    film.with_name("film.cut").mkdir()
    for name in ("film.cut.mp4", "film.cut/film.cut.1.mp4", "directors.cut.mp4"):
        (film.parent / name).write_bytes(film.read_bytes())
    result = cut(film.parent, textures, "-t", "blobs", "--dry-run")
    names = [Path(line).name for line in result.stdout.splitlines()[::2]]
    assert names == ["directors.cut.mp4", "film.mp4"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["-t", "strips"], 2, "no class 'strips'; did you mean 'stripes'?"),
        ([], 2, "say which classes"),
        (["-t", " , "], 2, "say which classes"),
        (["-t", "blobs", "-x"], 2, "say which classes"),
        (["-t", "checker"], 10, "no such scene"),
        (["-t", "blobs", "--min-cut", "20s"], 10, "no such scene"),
        (["-t", "blobs", "-o", "/no/such/folder"], 6, "no such folder"),
        (["-t", "blobs", "--list", "edll"], 2, "it can be edl, otio"),
        (["-t", "blobs", "--replace", "-o", "."], 2, "--replace"),
        (["-t", "blobs", "--replace"], 2, "--yes"),
        (["-t", "blobs", "--set", "cutting.ffmpeg=/bin/true"], 2, "no ffmpeg"),
        (["-t", "blobs", "--rules", "miles-deep", "--every", "0.5s"], 2, "whole seconds"),
    ],
)
def test_what_goes_wrong_is_said_in_one_line(
    film: Path, textures: Path, arguments: list[str], code: int, words: str
) -> None:
    result = cut(film, textures, *arguments)
    assert result.returncode == code
    assert words in one_line(result)
    assert list(film.parent.iterdir()) == [film]


def test_a_bad_file_does_not_stop_the_rest(film: Path, textures: Path) -> None:
    bad = film.with_name("bad.mp4")
    bad.write_bytes(b"no film")
    result = marquee("cut", bad, film, "--model", f"onnx:{textures}", "-t", "blobs")
    assert result.returncode == 4
    assert film.with_name("film.cut.mp4").exists()


def test_replace_puts_the_cut_in_the_films_place(film: Path, textures: Path) -> None:
    result = cut(film, textures, "-t", "blobs", "--replace", "--yes")
    assert result.returncode == 0, result.stderr
    assert [p.name for p in film.parent.iterdir()] == ["film.mp4"]
    assert seconds(film) == pytest.approx(12.48)


def test_nothing_is_drawn_over_the_question(film: Path, textures: Path) -> None:
    before, command = (
        film.read_bytes(),
        ["cut", film, "--model", f"onnx:{textures}", "-t", "blobs", "--replace"],
    )
    ours, theirs = pty.openpty()
    shown = b""
    with (
        os.fdopen(theirs, "w") as terminal,
        subprocess.Popen(
            [sys.executable, "-m", "analyzer", *map(str, command)],
            stdin=terminal,
            stderr=terminal,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "200"},
        ) as process,
    ):
        while b"[y/N]" not in shown:
            shown += os.read(ours, 4096)
        if select.select([ours], [], [], 1)[0]:  # the bars would be drawn ten times a second
            shown += os.read(ours, 4096)
        os.write(ours, b"n\n")
    os.close(ours)
    assert shown.split(b"Replace ")[1].rstrip().endswith(b"[y/N]:")
    assert process.returncode == 2
    assert film.read_bytes() == before


def test_tags_go_beside_the_film_and_into_its_record(film: Path, textures: Path) -> None:
    result = marquee("tag", film, "--model", f"onnx:{textures}")
    assert result.returncode == 0, result.stderr
    tags = tag_file.read(film.with_suffix(".tag").read_text("utf-8"))
    assert tags.name == "film.mp4"
    assert tags.labels == tuple(sorted(films.LABELS))
    assert [(b.label, b.first, b.last) for b in tags.blocks] == [
        ("stripes", 0, 5),
        ("other", 6, 11),
        ("blobs", 12, 23),
        ("stripes", 24, 33),
        ("other", 34, 37),
    ]
    movie = sidecar.read(sidecar.sidecar_path(film))
    assert movie is not None
    assert [scene.label for scene in movie.scenes] == ["stripes", "other", "blobs", "stripes", "other"]
    assert [scene.start_s for scene in movie.scenes] == pytest.approx([0, 6.36, 11.56, 24.04, 33.56])
    assert movie.manifest["scenes"].models.keys() == {f"onnx:{textures}"}
    assert "stripes" in marquee("info", film).stdout


def test_scenes_stay_in_a_record_that_is_renewed(film: Path, textures: Path) -> None:
    assert marquee("tag", film, "--model", f"onnx:{textures}").returncode == 0
    before = sidecar.read(sidecar.sidecar_path(film))
    assert marquee("analyze", film, "--effort", "fast", "--only", "faces").returncode == 0
    after = sidecar.read(sidecar.sidecar_path(film))
    assert before is not None
    assert after is not None
    assert after.scenes == before.scenes
    assert after.manifest["scenes"] == before.manifest["scenes"]


def test_without_a_classifier_the_record_says_what_is_shown(shared: Path, tmp_path: Path) -> None:
    film = tmp_path / "cast.mp4"
    film.write_bytes((shared / "videos/GENERATED_intel_ccby_multishot.mp4").read_bytes())
    result = marquee("cut", film, "-t", "group", "--min-cut", "2s")
    assert result.returncode == 0, result.stderr
    unseen = marquee("cut", film, "-t", "p99", "--dry-run")
    assert unseen.returncode == 10, "a class of other films, perhaps"
    assert "cast.mp4: no class 'p99'" in one_line(unseen)
    assert seconds(film.with_name("cast.cut.mp4")) == pytest.approx(3.2 + 2.8, abs=0.1), "shots, exactly"
    assert sidecar.sidecar_path(film).exists()


@pytest.mark.parametrize("form", ["png", "svg", "html"])
def test_plots(film: Path, textures: Path, form: str) -> None:
    target = film.with_name(f"scores.{form}")
    result = marquee("plot", film, "--model", f"onnx:{textures}", "-o", target)
    assert result.returncode == 0, result.stderr
    head = {"png": b"\x89PNG", "svg": b"<?xml", "html": b"<!doctype html>"}[form]
    assert target.read_bytes()[: len(head)].lower() == head.lower()
    wrong = marquee("plot", film, "--model", f"onnx:{textures}", "-o", film.with_name("a.gif"))
    assert wrong.returncode == 2
    assert ".png, .svg, .html" in one_line(wrong)


def test_other_rules_need_no_second_look(film: Path, textures: Path, tmp_path: Path) -> None:
    """The scores that are kept are taken: where they say otherwise than the film, they are believed."""
    home = tmp_path / "home"
    common = ("cut", film, "--model", f"onnx:{textures}", "--dry-run", "--rules", "miles-deep", "-t", "blobs")
    assert len(marquee(*common, MARQUEE_HOME=str(home)).stdout.splitlines()) == 1
    (kept,) = (home / "scores").iterdir()
    kept.write_text(kept.read_text().replace('"blobs"', '"x"').replace('"stripes"', '"blobs"'))
    assert len(marquee(*common, MARQUEE_HOME=str(home)).stdout.splitlines()) == 2
    kept.write_text("{")
    assert len(marquee(*common, MARQUEE_HOME=str(home)).stdout.splitlines()) == 1, "damaged: looked at again"


def test_stopped_in_the_middle_nothing_is_left(film: Path, textures: Path) -> None:
    command = [sys.executable, "-m", "analyzer", "cut", film, "--model", f"onnx:{textures}", "-x"]
    with subprocess.Popen([*map(str, command)], stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and not list(film.parent.glob(".marquee-*")):
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
    assert process.returncode == 130
    assert list(film.parent.iterdir()) == [film]
