"""marquee miles and miles-deep: scripts written for that program run unchanged."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from tests.cli.test_cli import marquee, one_line
from tests.models.backends.opencv_files import blob
from tests.models.backends.scene_networks import weights
from tests.scenes import films

LABELS = ("stripes", "other", "blobs", "checker")
PLAN = [("stripes", 8.0), ("other", 4.0), ("blobs", 7.0), ("stripes", 9.0), ("other", 2.0)]
NET = """
input: "data"
input_dim: 10
input_dim: 3
input_dim: 224
input_dim: 224
layer { name: "mean" type: "Pooling" bottom: "data" top: "mean"
  pooling_param { pool: AVE global_pooling: true } }
layer { name: "fc" type: "InnerProduct" bottom: "mean" top: "fc" inner_product_param { num_output: 4 } }
layer { name: "prob" type: "Softmax" bottom: "fc" top: "prob" }
"""
MEAN = np.array([100.0, 110.0, 120.0])


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a Caffe model that tells the classes by their colours, under that program's names."""
    folder = tmp_path_factory.mktemp("caffe") / "model"
    folder.mkdir()
    takes = [[films.take(label, seed)(3).mean(axis=(0, 1))[::-1] for seed in range(20)] for label in LABELS]
    centres = np.array([np.mean(some, axis=0) for some in takes]) - MEAN  # of BGR
    layer = [2 * centres, -(centres**2).sum(axis=1)]  # the nearest one's is the largest
    (folder / "weights.caffemodel").write_bytes(
        weights({"fc": [(part / 500).astype("f4") for part in layer]})
    )
    (folder / "deploy.prototxt").write_text(NET)
    (folder / "labels.txt").write_text("\n".join(LABELS) + "\n")
    mean = np.broadcast_to(MEAN.astype("f4")[:, None, None], (3, 8, 8))
    (folder / "mean.binaryproto").write_bytes(blob(mean[None]))
    return folder


@pytest.fixture
def film(tmp_path: Path) -> Path:
    films.scene_film(tmp_path / "film.mp4", PLAN, seed=2)
    return tmp_path / "film.mp4"


def flags(files: Path) -> list[str]:
    names = {
        "-m": "mean.binaryproto",
        "-p": "deploy.prototxt",
        "-w": "weights.caffemodel",
        "-l": "labels.txt",
    }
    return [word for flag, name in names.items() for word in (flag, str(files / name))]


def test_it_cuts_what_is_asked_for(film: Path, files: Path) -> None:
    result = marquee("miles", "-t", "stripes,blobs", "-n", *flags(files), film)
    assert result.returncode == 0, result.stderr
    first, second = result.stdout.splitlines()
    assert first.startswith("0s - 7s: size= 8s coverage= 0.875 score= ")
    assert second.startswith("12s - 28s: size= 17s coverage= 0.882353 score= "), "ends on a miss"
    with av.open(film.with_name("film.cut.mp4")) as cut:
        assert sum(1 for _ in cut.decode(video=0)) / 25 == pytest.approx(7 + 16, abs=2), (
            "key frames, and no last"
        )
    assert film.exists()
    again = marquee("miles", "-t", "stripes,blobs", "-n", *flags(files), film)
    assert again.returncode == 6
    assert "is there already" in one_line(again)


def test_it_tags(film: Path, files: Path, tmp_path: Path) -> None:
    (tmp_path / "tags").mkdir()
    result = marquee("miles", "-a", "-o", tmp_path / "tags", *flags(files), film)
    assert result.returncode == 0, result.stderr
    head, totals, columns, *rows = (tmp_path / "tags/film.tag").read_text().splitlines()
    assert head == "film.mp4,stripes,other,blobs,checker,"
    assert totals == "30,18,0,7,0,"
    assert columns == "label,start,end,score,coverage"
    assert [row.rsplit(",", 2)[0] for row in rows] == ["stripes,0,7", "blobs,12,18", "stripes,19,28"]


def test_its_model_is_found_where_it_looks_for_it(film: Path, files: Path) -> None:
    """In ./model; the target is the first label; pieces go to a folder; finding nothing is no failure."""
    result = marquee("miles", "-c", film, cwd=files.parent)
    assert result.returncode == 0, result.stderr
    assert len(list(film.with_name("film.cut").iterdir())) == 2
    none = marquee("miles", "-nt", "checker", film, cwd=files.parent)
    assert (none.returncode, none.stdout) == (0, "No cuts found.\n")
    assert not film.with_name("film.cut.mp4").exists()


def test_the_flags_change_what_that_programs_change(film: Path, files: Path) -> None:
    short = marquee(
        "miles",
        "-t",
        "other",
        "-u2",
        "-g",
        "0",
        "-s",
        ".4",
        "-v",
        ".1",
        "-b",
        "5",
        "-n",
        film,
        cwd=files.parent,
    )
    assert short.stdout.startswith("8s - 11s: size= 4s coverage= 0.75 score= "), short.stderr


def test_what_is_wrong_with_a_model_is_said(film: Path, files: Path, tmp_path: Path) -> None:
    two = tmp_path / "two.txt"
    two.write_text("a\nb\n")
    result = marquee("miles", *flags(files)[:-1], two, film)
    assert result.returncode == 5
    assert "2 labels" in one_line(result)
    assert marquee("miles", "-w", tmp_path / "no.caffemodel", film).returncode == 5
    nothing = marquee("miles", film, cwd=tmp_path, MARQUEE_HOME=str(tmp_path / "home"))
    assert nothing.returncode == 5
    assert "marquee models add miles-deep" in one_line(nothing)


def test_the_movie_is_deleted_only_if_somebody_at_a_terminal_says_so(film: Path, files: Path) -> None:
    def answered(answer: bytes) -> None:
        ours, theirs = pty.openpty()
        os.write(ours, answer)
        command = [sys.executable, "-c", "from analyzer.__main__ import miles_deep; miles_deep()"]
        with os.fdopen(theirs) as terminal:
            run = subprocess.run(
                [*command, "-t", "blobs", film],
                cwd=files.parent,
                stdin=terminal,
                capture_output=True,
                text=True,
            )
        os.close(ours)
        assert run.returncode == 0, run.stderr
        assert "Replace movie with cut? This will delete the movie. [y/N]?" in run.stdout

    answered(b"n\n")
    assert film.exists()
    film.with_name("film.cut.mp4").unlink()
    answered(b"yes\n")
    assert not film.exists()
    assert film.with_name("film.cut.mp4").exists()


def test_a_script_is_not_asked(film: Path, files: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "analyzer", "miles", "-t", "blobs", film],
        cwd=files.parent,
        input="y\n",
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    assert "Replace" not in result.stdout
    assert film.exists()
