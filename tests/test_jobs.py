"""Many files, each in the worker: what fails costs one file."""

import shutil
import signal
import time
from pathlib import Path

import cv2
import psutil
import pytest

from analyzer.demo import pictures
from analyzer.detect.table import KINDS
from analyzer.discovery import discover
from analyzer.errors import MediaError, NewerSidecarError, OutputError, UsageError, WorkerError
from analyzer.jobs import Job, Outcome
from analyzer.progress import silent
from analyzer.records import Movie
from analyzer.settings import Settings, load
from analyzer.stores import sidecar
from analyzer.worker import Worker, _understand
from tests.clips import nobody_clip
from tests.conftest import Demo
from tests.keeping import outcomes

SMALL = ["keyframes.effort=fast"]


def go(files: list[Path], **options: object) -> list[Outcome]:
    job = Job(**{"settings": load(assignments=SMALL), "only": ("objects",)} | options)  # type: ignore[arg-type]
    return outcomes(dict.fromkeys(files, Path()), job)


@pytest.fixture
def video(tmp_path: Path) -> Path:
    return nobody_clip(tmp_path)


def test_a_bad_file_does_not_stop_the_rest(video: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"x" * 1000)
    other = Path(shutil.copy(video, tmp_path / "other.mp4"))
    outcomes = go([video, bad, tmp_path / "missing.mp4", other])
    assert [o.status for o in outcomes] == ["done", "failed", "failed", "done"]
    assert [o.error.exit_code if o.error else 0 for o in outcomes] == [0, 4, 3, 0]
    assert sidecar.read(sidecar.sidecar_path(other)) == outcomes[-1].movie
    assert not sidecar.sidecar_path(bad).exists()


def test_the_second_run_finds_everything_fresh(video: Path) -> None:
    first, second = go([video]), go([video])
    assert (first[0].status, second[0].status) == ("done", "fresh")
    assert go([video], force=True)[0].status == "done"
    assert go([video], only=("objects", "features"))[0].status == "done"
    assert go([video], only=("features",))[0].status == "fresh"


def test_a_moved_file_stays_fresh(video: Path, tmp_path: Path) -> None:
    go([video])
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    for file in (video, sidecar.sidecar_path(video)):
        file.rename(folder / file.name)
    assert go([folder / video.name])[0].status == "fresh"


def test_another_files_record_is_not_overwritten(video: Path, tmp_path: Path, demo: Demo) -> None:
    out = tmp_path / "out"
    namesake = tmp_path / "sub" / video.name
    namesake.parent.mkdir()
    shutil.copy(demo.video, namesake)
    first, second = go([video, namesake], output_dir=out)
    assert first.status == "done"
    assert isinstance(second.error, OutputError)
    assert go([namesake], output_dir=out, force=True)[0].status == "done"


def test_a_damaged_sidecar_is_set_aside_and_made_anew(video: Path) -> None:
    sidecar.sidecar_path(video).write_bytes(b"{")
    (outcome,) = go([video])
    assert outcome.status == "done"
    assert outcome.notice is not None
    assert "was damaged" in outcome.notice
    assert next(video.parent.glob("*.damaged-1")).read_bytes() == b"{"


def test_a_sidecar_with_a_sound_head_and_a_damaged_body_is_made_anew(video: Path) -> None:
    go([video])
    path = sidecar.sidecar_path(video)
    path.write_text(path.read_text().replace('"keyframe":0', '"keyframe":99'))
    (outcome,) = go([video], force=True)
    assert outcome.status == "done"
    assert sidecar.read(path) == outcome.movie


def test_a_newer_sidecar_is_left_alone(video: Path, movie: Movie) -> None:
    path = sidecar.sidecar_path(video)
    path.write_text(movie.model_dump_json().replace('"schema_version":1', '"schema_version":2'))
    before = path.read_bytes()
    (outcome,) = go([video])
    assert isinstance(outcome.error, NewerSidecarError)
    assert path.read_bytes() == before


def test_folders_patterns_and_names(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("a.mp4", "B.MKV", "notes.txt", "deep/c.avi", "deep/sample.mp4", "odd[1].mp4"):
        (tmp_path / name).touch()
    settings = load(assignments=['jobs.exclude=["sample.*"]'])

    def names(*asked: str, settings: Settings = settings) -> list[str]:
        return [
            p.relative_to(tmp_path).as_posix() for p in discover([f"{tmp_path}/{a}" for a in asked], settings)
        ]

    assert names(".") == ["B.MKV", "a.mp4", "deep/c.avi", "odd[1].mp4"]
    assert names("*.mp4", "a.mp4") == ["a.mp4", "odd[1].mp4"]
    assert names("**/*.avi") == ["deep/c.avi"]
    assert names("odd[1].mp4") == ["odd[1].mp4"]
    assert names("deep/sample.mp4", "notes.txt") == ["deep/sample.mp4", "notes.txt"]
    assert names("none.mp4", "n*.mov") == ["none.mp4", "n*.mov"]
    assert names(".", settings=load(assignments=['jobs.exclude=["*/deep/*"]'])) == [
        "B.MKV",
        "a.mp4",
        "odd[1].mp4",
    ]


def test_a_file_is_taken_once_however_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    (tmp_path / "loop").symlink_to(tmp_path)
    names = [f"{tmp_path}/a.mp4", f"{tmp_path}/loop/a.mp4", f"{tmp_path}/**/*.mp4", str(tmp_path)]
    assert list(discover(names, load())) == [tmp_path / "a.mp4"]


def test_nothing_to_analyze_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.mp4.marquee.json").touch()
    for name in (tmp_path, tmp_path / "x.mp4.marquee.json"):
        with pytest.raises(UsageError, match="no video in"):
            discover([str(name)], load())


def test_folders_are_kept_below_the_output_folder(video: Path, tmp_path: Path) -> None:
    films = tmp_path / "films"
    for season in ("one", "two"):
        (films / season).mkdir(parents=True)
        shutil.copy(video, films / season / "01.mp4")
    found = discover([str(films)], load())
    job = Job(load(assignments=SMALL), ("objects",), tmp_path / "out")
    assert {o.status for o in outcomes(found, job)} == {"done"}
    assert sorted(p.relative_to(tmp_path).as_posix() for p in (tmp_path / "out").rglob("*.json")) == [
        "out/one/01.mp4.marquee.json",
        "out/two/01.mp4.marquee.json",
    ]


def test_what_was_found_is_not_dropped_in_passing(video: Path) -> None:
    """Other keyframes make the poses stale; looking for objects alone must not lose them."""
    assert go([video], only=("objects", "poses"))[0].status == "done"
    slow = load(assignments=["keyframes.effort=thorough"])
    (outcome,) = go([video], only=("objects",), settings=slow)
    assert isinstance(outcome.error, UsageError)
    assert "poses" in str(outcome.error)
    assert go([video], only=("objects", "poses"), settings=slow)[0].status == "done"
    assert go([video], only=("objects",), force=True)[0].status == "done"


@pytest.mark.parametrize(
    ("name", "message"),
    [("http://example.org/a.mp4", "is an address"), ("*.avi", "no file matches"), ("a.mp4", "no such file")],
)
def test_what_stands_for_no_file_is_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (outcome,) = go(list(discover([name], load())))
    assert message in str(outcome.error)


def test_a_cut_off_film_is_told(demo: Demo, tmp_path: Path, shared: Path) -> None:
    cut = shared / "odd" / "gen" / "truncated_60pct_faststart.mp4"
    (outcome,) = go([Path(shutil.copy(cut, tmp_path))])
    assert outcome.notice is not None
    assert "ends at 2 s of 4 s: it was cut off" in outcome.notice
    (whole,) = go([Path(shutil.copy(demo.video, tmp_path / "whole.mp4"))])
    assert whole.notice is None


def _children() -> list[psutil.Process]:
    """The worker's process, if it runs."""
    idle = (psutil.STATUS_ZOMBIE, psutil.STATUS_STOPPED)
    running = [child for child in psutil.Process().children() if child.status() not in idle]
    return [child for child in running if "analyzer.child" in child.cmdline()]


def _send(number: int) -> None:
    for child in _children():
        child.send_signal(number)


def test_a_crashing_worker_costs_one_file(demo: Demo, video: Path) -> None:
    def crash(done_s: float, duration_s: float) -> None:
        _send(signal.SIGSEGV)

    with Worker(load()) as worker:
        with pytest.raises(WorkerError, match="crashed the worker"):
            worker.analyze(demo.video, None, ("objects",), False, crash)
        assert worker.analyze(video, None, ("objects",), False, silent).keyframes
    assert not _children()


def test_a_worker_that_dies_idle_does_not_cost_the_next_file(video: Path) -> None:
    with Worker(load()) as worker:
        worker.analyze(video, None, ("objects",), False, silent)
        _send(signal.SIGKILL)
        time.sleep(0.5)
        assert worker.analyze(video, None, ("objects",), False, silent).keyframes


def test_nothing_in_the_current_folder_is_run(
    video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Videos lie in folders where anything else lies, too."""
    monkeypatch.chdir(tmp_path)
    for name in ("av", "json", "numpy", "analyzer"):
        (tmp_path / f"{name}.py").write_text(f"open('{tmp_path}/run-{name}', 'w')\nraise SystemExit")
    with Worker(load()) as worker:
        assert worker.analyze(video, None, ("objects",), False, silent).keyframes
    assert not list(tmp_path.glob("run-*"))


@pytest.mark.parametrize(
    "line", [b"", b"record {}", b"record", b"progress [1.0", b"progress 3", b"error {}", b"error", b"hello"]
)
def test_what_a_child_says_is_not_believed(line: bytes) -> None:
    with pytest.raises(WorkerError):
        _understand(line, Movie, silent)


def test_a_standing_worker_is_given_up(demo: Demo) -> None:
    def stop(done_s: float, duration_s: float) -> None:
        _send(signal.SIGSTOP)

    with (
        Worker(load(assignments=["jobs.stall_s=15", "engine.batch_size=2"])) as worker,
        pytest.raises(WorkerError, match="no progress for 15 s"),
    ):
        worker.analyze(demo.video, None, ("objects",), False, stop)


def test_a_greedy_worker_is_given_up(demo: Demo) -> None:
    tight = load(assignments=["jobs.max_memory_mb=256"])  # the networks alone take more
    with Worker(tight) as worker, pytest.raises(WorkerError, match="over 256 MB of memory"):
        worker.analyze(demo.video, None, KINDS, False, silent)


def test_an_error_comes_back_as_what_it_was(tmp_path: Path) -> None:
    (tmp_path / "text.mkv").write_text("hello")
    with Worker(load()) as worker, pytest.raises(MediaError, match=r"text\.mkv"):
        worker.analyze(tmp_path / "text.mkv", None, ("objects",), False, silent)


def test_galleries_are_analyzed_where_they_are_asked_for(tmp_path: Path, video: Path, demo: Demo) -> None:
    folder = tmp_path / "shows"
    (folder / "one").mkdir(parents=True)
    (folder / "none").mkdir()
    for name, picture in pictures().items():
        cv2.imwrite(str(folder / "one" / f"{name}.jpg"), picture[..., ::-1])
    (folder / "one" / "torn.jpg").write_bytes(b"\xff\xd8\xff")
    shutil.copy(video, folder / "one" / "film.mp4")
    assert list(discover([str(folder)], load())) == [folder / "one" / "film.mp4"]
    found = discover([str(folder)], load(), galleries=True)
    assert list(found.items()) == [
        (folder / "one" / "film.mp4", Path("one")),
        (folder / "one", Path()),
    ]
    job = Job(load(assignments=SMALL), ("faces",))
    film, gallery = outcomes(found, job)
    assert film.status == "done"
    assert gallery.sidecar == folder / "one.marquee.json"
    assert gallery.notice == "1 pictures could not be decoded"
    assert gallery.movie is not None
    assert [k.picture for k in gallery.movie.keyframes] == ["astronaut.jpg", "grace-hopper.jpg"]
    assert len(gallery.movie.people) == 2
    assert [o.status for o in outcomes(found, job)] == ["fresh", "fresh"]
    (folder / "one" / "torn.jpg").unlink()
    assert [o.status for o in outcomes(found, job)] == ["fresh", "done"]


def test_a_folder_without_pictures_is_no_gallery(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(UsageError, match="no video or picture in"):
        discover([str(tmp_path)], load(), galleries=True)


def test_pictures_from_anywhere_are_one_record(tmp_path: Path) -> None:
    files = []
    for name, picture in pictures().items():
        files.append(tmp_path / name / "portrait.png")
        files[-1].parent.mkdir()
        cv2.imwrite(str(files[-1]), cv2.rotate(picture, cv2.ROTATE_90_CLOCKWISE)[..., ::-1])
    with Worker(load()) as worker:
        movie = worker.analyze_pictures(files, ("faces",), silent, turn=270)
    assert [k.picture for k in movie.keyframes] == ["astronaut/portrait.png", "grace-hopper/portrait.png"]
    assert [f.keyframe for f in movie.faces] == [0, 1]
    assert movie.source.rotation == 270
