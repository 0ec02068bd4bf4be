"""Exact and copied cuts of films of many kinds: the frames, when they are shown, and the sound with them."""

import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import av
import pytest

from analyzer.cutting.cut import cut, cut_into_pieces
from analyzer.media.cutting.containers import suffix_for
from analyzer.media.cutting.plans import How
from analyzer.worker import Worker
from tests.media.cutting.conftest import KINDS
from tests.media.cutting.films import RATE, look, make_film, offsets, wanted

SPANS = [(1.0, 5.2), (7.48, 9.6), (9.8, 10.12), (12.24, 16.0)]
MIXING = {"h264.mp4", "h264.mkv", "h264.flv", "h264.ts", "h264.mov", "hevc.mp4", "hevc_open.mkv", "vp9.webm"}
OTHER_SUFFIX = {"wmv2.wmv": ".mkv", "h264.avi": ".mkv"}
LATE = 0.02
"""Seconds that sound may be off."""


def due(spans: list[tuple[float, float]]) -> list[float]:
    """When the wanted frames are to be shown."""
    times, at = [], 0.0
    for start, end in spans:
        times += [n / RATE - start + at for n in wanted([(start, end)])]
        at += end - start
    return times


@pytest.mark.parametrize("name", KINDS)
def test_exactly_the_wanted_frames_with_their_sound(
    name: str, kind: Callable[[str], Path], worker: Worker, program: Path, tmp_path: Path
) -> None:
    film = kind(name)
    before = offsets(film, [(0.0, 16.0)])
    written = cut(film, SPANS, tmp_path / f"film.cut{suffix_for(film)}", "exact", worker, program)
    assert written.path.suffix == OTHER_SUFFIX.get(name, film.suffix)
    assert bool(written.notices) == (name in OTHER_SUFFIX)
    assert written.duration_s == pytest.approx(10.4)
    seen = look(written.path)
    assert seen.numbers == wanted(SPANS)
    assert [t - seen.times[0] for t in seen.times] == pytest.approx(due(SPANS), abs=0.0015)
    after = offsets(written.path, SPANS)
    assert max(abs(offset - before[0]) for offset in after) <= LATE
    if name in MIXING:
        assert written.encoded_s < written.duration_s - 2
    assert [p.name for p in tmp_path.iterdir()] == [written.path.name]


@pytest.mark.parametrize("name", ["h264.mp4", "hevc_open.mkv", "mpeg2.ts", "opengop.mp4"])
def test_ffmpeg_has_nothing_to_say_about_it(
    name: str, kind: Callable[[str], Path], worker: Worker, program: Path, tmp_path: Path
) -> None:
    film = kind(name)
    written = cut(film, SPANS, tmp_path / f"film.cut{film.suffix}", "exact", worker, program)
    command = [program, "-v", "warning", "-xerror", "-i", written.path, "-f", "null", "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "name", ["h264.mp4", "h264.mkv", "h264.ts", "hevc_open.mkv", "wmv2.wmv", "vp9.webm", "mjpeg.avi"]
)
def test_a_copy_holds_what_was_wanted_from_key_frames_on(
    name: str, kind: Callable[[str], Path], worker: Worker, program: Path, tmp_path: Path
) -> None:
    film = kind(name)
    spans = [(1.0, 2.2), (9.48, 11.0)]
    written = cut(film, spans, tmp_path / f"film.cut{suffix_for(film)}", "copy", worker, program)
    assert written.encoded_s == 0
    numbers = look(written.path).numbers
    assert set(wanted(spans)) <= set(numbers)
    breaks = [i + 1 for i, (a, b) in enumerate(pairwise(numbers)) if b != a + 1]
    runs = [numbers[a:b] for a, b in zip([0, *breaks], [*breaks, len(numbers)], strict=True)]
    pieces = [(run[0] / RATE, (run[-1] + 1) / RATE) for run in runs]
    before = offsets(film, [(0.0, 16.0)])
    assert max(abs(offset - before[0]) for offset in offsets(written.path, pieces)) <= LATE


@pytest.mark.parametrize("name", ["h264.avi", "mpeg4.avi"])
def test_a_copy_of_avi_loses_nothing(
    name: str, kind: Callable[[str], Path], worker: Worker, program: Path, tmp_path: Path
) -> None:
    spans = [(1.0, 2.2), (9.48, 11.0)]
    written = cut(kind(name), spans, tmp_path / "film.cut.avi", "copy", worker, program)
    assert set(wanted(spans)) <= set(look(written.path).numbers)


@pytest.mark.parametrize("how", ["exact", "copy"])
def test_pieces_are_files_of_their_own(
    how: How, kind: Callable[[str], Path], worker: Worker, program: Path, tmp_path: Path
) -> None:
    spans = [(1.0, 3.0), (3.0, 5.0), (12.24, 14.0)]
    folder = tmp_path / "film.cut"
    written = cut_into_pieces(kind("mpeg4.avi"), spans, folder, ".avi", how, worker, program)
    assert written.path == folder
    assert sorted(p.name for p in folder.iterdir()) == [f"film.cut.{n}.avi" for n in (1, 2, 3)]
    for n, span in enumerate(spans, 1):
        numbers = look(folder / f"film.cut.{n}.avi").numbers
        assert numbers == wanted([span]) if how == "exact" else set(wanted([span])) <= set(numbers)


def test_fifty_pieces_do_not_drift(
    kind: Callable[[str], Path], worker: Worker, program: Path, tmp_path: Path
) -> None:
    film = make_film(tmp_path / "long.mp4", 60, *KINDS["h264.mp4"])
    spans = [
        (round(n * 1.17 + 0.013 * (n % 7), 3), round(n * 1.17 + 0.71 + 0.011 * (n % 5), 3)) for n in range(50)
    ]
    written = cut(film, spans, tmp_path / "long.cut.mp4", "exact", worker, program)
    seen = look(written.path)
    assert seen.numbers == wanted(spans)
    asked = sum(end - start for start, end in spans)
    assert abs(seen.times[-1] - seen.times[0] + 1 / RATE - asked) <= 1 / RATE
    found = offsets(written.path, [(wanted(spans[:1])[0] / RATE, spans[0][1]), *spans[1:]])
    assert max(map(abs, found)) <= LATE


def test_without_sound(worker: Worker, program: Path, tmp_path: Path) -> None:
    film = make_film(tmp_path / "mute.mp4", 8, *KINDS["h264.mp4"][:-2], sound=False)
    written = cut(film, [(2.0, 5.0)], tmp_path / "mute.cut.mp4", "exact", worker, program)
    assert look(written.path).numbers == wanted([(2.0, 5.0)])
    with av.open(str(written.path)) as container:
        assert not container.streams.audio


def test_all_of_a_film_is_copied(
    kind: Callable[[str], Path], worker: Worker, program: Path, tmp_path: Path
) -> None:
    written = cut(kind("h264.mp4"), [(0.0, 99.0)], tmp_path / "a.mp4", "exact", worker, program)
    assert written.encoded_s == 0
    assert look(written.path).numbers == wanted([(0.0, 16.0)])
    assert max(map(abs, offsets(written.path, [(0.0, 16.0)]))) < 0.001
