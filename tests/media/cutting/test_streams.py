"""What is kept beside pictures and one sound track: other streams, tags, chapters, how it is turned."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import pytest

from analyzer.cutting.cut import cut
from analyzer.media.cutting.plans import How
from analyzer.worker import Worker
from tests.media.cutting.films import RATE, ffmpeg, look, make_film, offsets, wanted

SPANS = [(1.0, 3.0), (5.0, 7.0)]
SUBTITLES = """1
00:00:00,500 --> 00:00:01,500
across the start

2
00:00:02,000 --> 00:00:06,000
across a joint

3
00:00:06,200 --> 00:00:06,700
inside

4
00:00:07,200 --> 00:00:07,800
gone
"""
CHAPTERS = """;FFMETADATA1
title=A film
[CHAPTER]
TIMEBASE=1/1000
START=0
END=2000
title=one
[CHAPTER]
TIMEBASE=1/1000
START=2000
END=4000
title=two
[CHAPTER]
TIMEBASE=1/1000
START=4000
END=8000
title=three
"""


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A film with two sound tracks, subtitles, chapters and, in Matroska, a font."""
    folder = tmp_path_factory.mktemp("rich")
    plain = make_film(
        folder / "plain.mkv", 8, "-c:v", "libx264", "-preset", "veryfast", "-g", 50, "-c:a", "aac"
    )
    (folder / "words.srt").write_text(SUBTITLES)
    (folder / "chapters.txt").write_text(CHAPTERS)
    (folder / "font.ttf").write_bytes(b"a font" * 100)

    def make(suffix: str) -> Path:
        path = folder / f"rich{suffix}"
        words = "mov_text" if suffix == ".mp4" else "srt"
        font = (
            ["-attach", folder / "font.ttf", "-metadata:s:t", "mimetype=font/ttf"] if suffix == ".mkv" else []
        )
        tags = [
            "-metadata:s:a:0",
            "language=fra",
            "-metadata:s:a:1",
            "language=deu",
            "-metadata:s:s:0",
            "language=ita",
        ]
        ffmpeg(
            *("-i", plain, "-i", folder / "words.srt", "-i", folder / "chapters.txt"),
            *("-map", "0:v", "-map", "0:a", "-map", "0:a", "-map", "1:s", "-map_metadata", 2),
            *(
                "-c",
                "copy",
                "-c:s",
                words,
                *font,
                *tags,
                "-disposition:a:1",
                "default",
                "-disposition:a:0",
                0,
            ),
            path,
        )
        return path

    return make


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
@pytest.mark.parametrize("how", ["exact", "copy"])
def test_every_stream_is_kept(
    suffix: str, how: How, rich: Callable[[str], Path], worker: Worker, program: Path, tmp_path: Path
) -> None:
    film = rich(suffix)
    spans = SPANS if how == "exact" else [(2.0, 4.0), (6.0, 8.0)]
    written = cut(film, spans, tmp_path / f"a{suffix}", how, worker, program)
    assert written.notices == ()
    with av.open(str(film)) as before, av.open(str(written.path)) as after:
        kinds = [(s.type, s.language, s.disposition) for s in before.streams if s.type != "data"]
        assert [(s.type, s.language, s.disposition) for s in after.streams if s.type != "data"] == kinds
        assert after.metadata["title"] == "A film"
        if suffix == ".mkv":
            assert [(s.name, s.data) for s in after.streams if s.type == "attachment"] == [
                (s.name, s.data) for s in before.streams if s.type == "attachment"
            ]
    for track in (0, 1):
        assert max(map(abs, offsets(written.path, spans, track))) <= 0.02


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_subtitles_are_clipped_and_chapters_moved(
    suffix: str, rich: Callable[[str], Path], worker: Worker, program: Path, tmp_path: Path
) -> None:
    written = cut(rich(suffix), SPANS, tmp_path / f"a{suffix}", "exact", worker, program)
    with av.open(str(written.path)) as container:
        start = container.streams.video[0].start_time * container.streams.video[0].time_base
        found = []
        for packet in container.demux(container.streams.subtitles[0]):
            words = bytes(packet)[2 if suffix == ".mp4" else 0 :].decode().strip()
            if words:
                times = (packet.pts, packet.pts + packet.duration)
                found.append((words, *(round(float(t * packet.time_base - start), 2) for t in times)))
        assert found == [
            ("across the start", 0.0, 0.5),
            ("across a joint", 1.0, 2.0),
            ("across a joint", 2.0, 3.0),
            ("inside", 3.2, 3.7),
        ]
        chapters = [
            (c["metadata"]["title"], float(c["start"] * c["time_base"]), float(c["end"] * c["time_base"]))
            for c in container.chapters()
        ]
    assert chapters == [("one", 0.0, 1.0), ("two", 1.0, 2.0), ("three", 2.0, 4.0)]


@pytest.mark.parametrize("name", ["h264.mov", "hevc.mp4"])
@pytest.mark.parametrize("how", ["exact", "copy"])
def test_a_film_stays_turned(
    name: str, how: How, kind: Callable[[str], Path], worker: Worker, program: Path, tmp_path: Path
) -> None:
    film = tmp_path / f"turned{Path(name).suffix}"
    ffmpeg("-display_rotation", 90, "-i", kind(name), "-c", "copy", film)
    written = cut(film, SPANS, tmp_path / f"cut{film.suffix}", how, worker, program)
    with av.open(str(film)) as before, av.open(str(written.path)) as after:
        assert [next(c.decode(video=0)).rotation for c in (before, after)] == [90, 90]


def test_tags_of_colour_and_shape_are_kept(worker: Worker, program: Path, tmp_path: Path) -> None:
    options = [
        "-c:v",
        "libx264",
        "-g",
        50,
        "-vf",
        "setsar=4/3,setparams=range=pc:colorspace=bt709",
        "-c:a",
        "aac",
    ]
    film = make_film(tmp_path / "film.mp4", 8, *options, "-color_primaries", "bt709", "-color_trc", "bt709")
    written = cut(film, SPANS, tmp_path / "cut.mp4", "exact", worker, program)
    with av.open(str(film)) as before, av.open(str(written.path)) as after:
        looks = []
        for container in (before, after):
            frames = [f for i, f in enumerate(container.decode(video=0)) if i in (0, 60, 99)]
            looks.append({(f.colorspace, f.color_range, f.color_primaries, f.color_trc) for f in frames})
            assert container.streams.video[0].sample_aspect_ratio == Fraction(4, 3)
    assert looks[0] == looks[1]
    assert len(looks[1]) == 1


def test_a_varying_frame_rate_is_kept(worker: Worker, program: Path, tmp_path: Path) -> None:
    plain = make_film(tmp_path / "plain.mkv", 16, "-c:v", "ffv1", "-c:a", "aac")
    film = tmp_path / "vfr.mp4"
    dropped = "select='not(mod(n,3)*gt(n,100))'"
    ffmpeg("-i", plain, "-vf", dropped, "-fps_mode", "vfr", "-c:v", "libx264", "-g", 40, "-c:a", "copy", film)
    spans = [(2.0, 6.0), (8.0, 12.0)]
    written = cut(film, spans, tmp_path / "cut.mp4", "exact", worker, program)
    kept = set(look(film).numbers)
    seen = look(written.path)
    assert seen.numbers == [n for n in wanted(spans) if n in kept]
    due = [n / RATE - (2.0 if n / RATE < 7 else 4.0) for n in seen.numbers]
    assert [t - seen.times[0] for t in seen.times] == pytest.approx([t - due[0] for t in due], abs=0.001)
    assert max(map(abs, offsets(written.path, [(due[0] + 2.0, 6.0), (8.0, 12.0)]))) <= 0.02


@pytest.mark.parametrize("how", ["exact", "copy"])
@pytest.mark.parametrize("shift", [-1.5, 3.25])
def test_a_film_that_starts_late_or_early(
    how: How, shift: float, kind: Callable[[str], Path], worker: Worker, program: Path, tmp_path: Path
) -> None:
    film = tmp_path / "late.ts"
    ffmpeg("-itsoffset", shift + 2, "-i", kind("h264.ts"), "-c", "copy", "-copyts", "-muxdelay", 0, film)
    written = cut(film, [(4.0, 8.0)], tmp_path / "cut.ts", how, worker, program)
    assert set(wanted([(4.0, 8.0)])) <= set(look(written.path).numbers)
    assert max(map(abs, offsets(written.path, [(4.0, 8.0)]))) <= 0.02


def test_sound_that_starts_before_or_after_the_pictures(
    kind: Callable[[str], Path], worker: Worker, program: Path, tmp_path: Path
) -> None:
    for shift in (-0.7, 0.7):
        film = tmp_path / f"apart{shift}.mp4"
        source = kind("h264.mp4")
        ffmpeg(
            "-i", source, "-itsoffset", shift, "-i", source, "-map", "0:v", "-map", "1:a", "-c", "copy", film
        )
        spans = [(2.0, 5.0), (6.0, 9.0)]
        written = cut(film, spans, tmp_path / f"cut{shift}.mp4", "exact", worker, program)
        moved = [(a - shift, b - shift) for a, b in spans]
        assert max(map(abs, offsets(written.path, moved))) <= 0.02
