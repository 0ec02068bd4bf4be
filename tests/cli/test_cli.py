"""The command line as a person uses it: a process, its output and its exit code."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest

from analyzer.records import Movie, Person, Tag
from analyzer.settings import load
from analyzer.stores import sidecar
from tests.clips import long_clip, nobody_clip
from tests.conftest import Demo

Result = subprocess.CompletedProcess[str]


def marquee(*arguments: object, cwd: Path | None = None, **environment: str) -> Result:
    return subprocess.run(
        [sys.executable, "-m", "analyzer", *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        cwd=cwd,
        env=os.environ | environment,
    )


def one_line(result: Result) -> str:
    """The error, which must be one line and no traceback."""
    assert "Traceback" not in result.stderr
    lines = [line for line in result.stderr.splitlines() if line.startswith("marquee: ")]
    assert len(lines) == 1, result.stderr
    return lines[0]


@pytest.fixture
def analyzed(demo: Demo, tmp_path: Path) -> Path:
    video = Path(shutil.copy(demo.video, tmp_path / "film.mp4"))
    sidecar.write(sidecar.sidecar_path(video), demo.movie)
    return video


def test_analyze_leaves_a_sidecar_and_says_little(tmp_path: Path) -> None:
    video = nobody_clip(tmp_path)
    result = marquee("analyze", video)
    assert result.returncode == 0, result.stderr
    assert result.stdout == ""
    assert result.stderr.splitlines()[-1] == "1 analyzed, 0 up to date, 0 failed"
    assert sidecar.read(sidecar.sidecar_path(video)) is not None


def test_json_is_a_line_a_file(analyzed: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.mp4").write_text("no film")
    result = marquee("analyze", "--json", analyzed, tmp_path / "bad.mp4")
    fresh, failed = (json.loads(line) for line in result.stdout.splitlines())
    assert (fresh["status"], failed["status"]) == ("fresh", "failed")
    assert (failed["exit_code"], result.returncode) == (4, 4)
    assert failed["error"] in one_line(result)


def test_different_failures_end_with_1(tmp_path: Path) -> None:
    (tmp_path / "bad.mp4").write_text("no film")
    result = marquee("analyze", tmp_path / "bad.mp4", tmp_path / "missing.mp4")
    assert result.returncode == 1
    assert len([line for line in result.stderr.splitlines() if line.startswith("marquee: ")]) == 2


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["analyse"], 2, "No such command 'analyse'"),
        (["analyze"], 2, "Missing argument"),
        (["analyze", "x.mp4", "--preset", "embeded"], 2, "did you mean 'embedded'"),
        (["analyze", "x.mp4", "--set", "faces.min_scor=1"], 2, "did you mean 'faces.min_score'"),
        (["analyze", "x.mp4", "--effort", "slow"], 2, "keyframes.effort = 'slow'"),
        (["analyze", "x.mp4", "--only", "face"], 2, "did you mean 'faces'"),
        (["analyze", "x.mp4", "--set", "faces.detector=blazefaces"], 2, "did you mean 'blazeface'"),
        (["analyze", "x.mp4", "--batch-size", "0"], 2, "--batch-size"),
        (["analyze", "x.mp4"], 3, "x.mp4: no such file"),
        (["analyze", "."], 2, "no video in ."),
        (["analyze", ""], 2, "an empty file name"),
        (["analyze", "x.mp4", "--only", ""], 2, "choose from faces"),
        (["analyze", "x.mp4", "--output-dir", sys.executable], 2, "is not a folder"),
        (["demo", sys.executable], 6, "cannot be made"),
        (["info", "x.mp4"], 3, "x.mp4: no such file"),
        (["models", "pull", "blazefase-full"], 5, "did you mean blazeface-full"),
        (["models", "path", "nothing-like-it"], 5, "no model named"),
    ],
)
def test_wrong_use_is_told_in_one_line(tmp_path: Path, arguments: list[str], code: int, message: str) -> None:
    result = marquee(*arguments, cwd=tmp_path)
    assert result.returncode == code
    assert message in one_line(result)


def test_cuda_is_refused_where_it_is_not(tmp_path: Path) -> None:
    import onnxruntime

    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this machine has CUDA")
    result = marquee("analyze", "--device", "cuda", nobody_clip(tmp_path))
    assert result.returncode == 5
    assert "onnxruntime-gpu" in one_line(result)


def test_info_shows_people_in_billing_order(analyzed: Path, demo: Demo) -> None:
    text = marquee("info", analyzed).stdout
    assert "People in billing order" in text
    assert text.index("lead") < text.index("body parts")
    record = json.loads(marquee("info", "--json", analyzed).stdout)
    assert record == json.loads(demo.movie.model_dump_json())
    schema = json.loads(marquee("schema").stdout)
    jsonschema.validate(record, schema)


def test_info_shows_tags(analyzed: Path, demo: Demo) -> None:
    tags = (Tag(name="space suit", score=0.87, screen_time_s=8.2), Tag(name="flag", score=0.5))
    sidecar.write(sidecar.sidecar_path(analyzed), demo.movie.model_copy(update={"tags": tags}))
    lines = marquee("info", analyzed).stdout.splitlines()
    rows = [line.split() for line in lines[lines.index("Tags") + 1 :]]
    assert ["space", "suit", "0.87", "8.2"] in rows
    assert ["flag", "0.50", "0.0"] in rows


def test_info_of_a_damaged_sidecar(analyzed: Path) -> None:
    sidecar.sidecar_path(analyzed).write_text("{")
    result = marquee("info", analyzed)
    assert result.returncode == 7
    assert "damaged" in one_line(result)


def test_info_of_a_film_that_changed(analyzed: Path) -> None:
    with analyzed.open("ab") as file:
        file.write(b"\0" * 9)
    result = marquee("info", analyzed)
    assert "of another or an older file" in one_line(result)
    assert "People in billing order" in result.stdout


def test_settings_are_a_file_to_start_from(tmp_path: Path) -> None:
    text = marquee("settings").stdout
    (tmp_path / "mine.toml").write_text(text)
    assert load(file=tmp_path / "mine.toml") == load()


def test_doctor_and_list_name_every_model() -> None:
    for arguments in (["doctor"], ["models", "list"]):
        result = marquee(*arguments)
        assert result.returncode == 0, result.stderr
        for name in ("blazeface-full", "facemesh", "dlib", "nudenet"):
            assert name in result.stdout
    assert {entry["name"] for entry in json.loads(marquee("models", "list", "--json").stdout)} >= {"dlib"}


def test_every_command_has_help() -> None:
    text = marquee("--help").stdout
    for command in ("analyze", "info", "demo", "doctor", "schema", "models"):
        assert command in text
        assert marquee(command, "--help").returncode == 0


@pytest.mark.parametrize("name", ["-dash.mp4", "ünï 🎬.mp4", "100%d.mp4", 'it\'s "so".mp4', "new\nline.mp4"])
def test_odd_names(tmp_path: Path, name: str) -> None:
    nobody_clip(tmp_path, seconds=1).rename(tmp_path / name)
    result = marquee("analyze", "--only", "objects", "--", name, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / (name + ".marquee.json")).exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has file names that are not text")
def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.mp4")
    nobody_clip(tmp_path, seconds=1).rename(tmp_path / name)
    result = marquee("analyze", "--json", "--only", "objects", name, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["path"] == name
    assert marquee("info", name, cwd=tmp_path).returncode == 0
    result = marquee("analyze", os.fsdecode(b"no\xe9.mp4"), cwd=tmp_path)
    assert "no\\xe9.mp4: no such file" in one_line(result)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_stopping_leaves_nothing_half_written(demo: Demo, tmp_path: Path, how: signal.Signals) -> None:
    video = long_clip(tmp_path, demo.video, minutes=10, clip_s=15.2)
    before = set(tmp_path.iterdir())
    command = [sys.executable, "-m", "analyzer", "analyze", "--effort", "thorough", video]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8")
    time.sleep(6)
    process.send_signal(how)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "stopped: 0 analyzed" in said
    assert "1 not done" in said
    assert "Traceback" not in said
    assert set(tmp_path.iterdir()) == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo terminals")
def test_json_goes_to_a_pipe_though_a_person_watches(analyzed: Path) -> None:
    """Progress is drawn on the terminal, which is standard error here; the JSON is not."""
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "analyzer", "analyze", "--json", "--force", "--effort", "fast", analyzed]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    seen = b""
    with contextlib.suppress(OSError):  # the terminal is closed with the process
        while part := os.read(ours, 4096):
            seen += part
    output, _ = process.communicate(timeout=60)
    os.close(ours)
    assert json.loads(output)["status"] == "done"
    assert b"film.mp4" in seen
    assert b"1 analyzed" in seen
    assert b"status" not in seen


def test_info_of_a_record_without_time(tmp_path: Path, movie: Movie) -> None:
    person = Person(
        id="p1",
        role="extra",
        screen_time_s=0,
        intervals=(),
        confidence=0.5,
        tracks=(),
        best_faces=(),
        reference=(),
    )
    source = movie.source.model_copy(update={"duration_s": 0.0, "codec": "[/b]:dog:"})
    sidecar.write(
        tmp_path / "x.mp4.marquee.json", movie.model_copy(update={"people": (person,), "source": source})
    )
    result = marquee("info", tmp_path / "x.mp4")
    assert result.returncode == 0, result.stderr
    assert "[/b]:dog:" in result.stdout
