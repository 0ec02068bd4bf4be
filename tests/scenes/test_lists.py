"""Each form of a list is read back by a reader that is not ours."""

import csv
import io
import json
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple, get_args
from xml.etree import ElementTree

import av
import imageio_ffmpeg
import numpy as np
import opentimelineio
import pytest
from opentimelineio.schema import Clip, Gap, Timeline

from analyzer.media.write import write_video
from analyzer.paths import from_uri, one_line
from analyzer.records import Scene, Source
from analyzer.scenes.lists import FORMS, Form, write_list
from analyzer.scenes.lists.edl import timecode_rate
from analyzer.scenes.lists.tables import SceneList
from tests.scenes.made import ODD, in_turn, scene, source

FILM = Path("/films/film.mkv")
TWO = [scene("dance", 3, 12.5), scene("talk", 20, 30)]
OVERLAPPING = [scene("dance", 10, 20), scene("talk", 15, 30), scene("dance", 40, 50)]


def timeline(scenes: list[Scene], about: Source, film: Path = FILM) -> Timeline:
    return opentimelineio.adapters.read_from_string(write_list("otio", film, about, scenes), "otio_json")


class Event(NamedTuple):
    """What OpenTimelineIO's adapter reads of an event of an EDL; frames of the film and of the record."""

    name: str
    url: str
    comments: list[str]
    film: tuple[int, int]
    record: tuple[int, int]


def events(scenes: list[Scene], about: Source, film: Path = FILM) -> list[Event]:
    rate = float(timecode_rate(about))
    written = write_list("edl", film, about, scenes)
    read = opentimelineio.adapters.read_from_string(written, "cmx_3600", rate=rate)
    assert [track.name for track in read.tracks] == ["V", "A1", "A2"]
    return [
        Event(clip.name, clip.media_reference.target_url, comments, frames(clip), record(clip))
        for clip in read.tracks[0]
        for comments in [list(clip.metadata["cmx_3600"]["comments"])]
    ]


def frames(clip: Clip) -> tuple[int, int]:
    return round(clip.source_range.start_time.value), round(clip.source_range.end_time_exclusive().value)


def record(clip: Clip) -> tuple[int, int]:
    placed = clip.range_in_parent()
    return round(placed.start_time.value), round(placed.end_time_exclusive().value)


def test_every_form_is_offered_and_written_without_scenes() -> None:
    assert get_args(Form) == FORMS
    for form in FORMS:
        assert write_list(form, FILM, source(), [])


@pytest.mark.parametrize("form", FORMS)
def test_the_order_in_which_scenes_are_given_is_nothing(form: Form) -> None:
    assert write_list(form, FILM, source(), TWO) == write_list(form, FILM, source(), TWO[::-1])


# EDL


def test_an_edl_has_an_event_for_each_scene_recorded_one_after_another() -> None:
    dance, talk = events(TWO, source("25/1"))
    comments = ["COMMENT: dance (score 0.75, coverage 0.90)"]
    assert dance == ("film.mkv", "/films/film.mkv", comments, (75, 312), (0, 237))
    assert (talk.film, talk.record) == ((500, 750), (237, 487))


@pytest.mark.parametrize(("fps", "hour"), [("30000/1001", 107_892), ("60000/1001", 215_784)])
def test_drop_frame_timecodes_agree_with_the_clock(fps: str, hour: int) -> None:
    written = write_list("edl", FILM, source(fps), [scene("dance", 3600, 4200)])
    assert "\nFCM: DROP FRAME\n" in written
    assert " 01:00:00;00 01:10:00;00 00:00:00;00 00:10:00;00" in written
    assert events([scene("dance", 3600, 3720)], source(fps))[0].film[0] == hour


@pytest.mark.parametrize("fps", ["24000/1001", "24/1", "25/1", "30/1", "50/1", "60/1"])
def test_at_other_rates_no_frame_is_dropped(fps: str) -> None:
    written = write_list("edl", FILM, source(fps), [scene("dance", 3600, 3720)])
    assert "\nFCM: NON-DROP FRAME\n" in written
    assert ";" not in written
    assert events([scene("dance", 3600, 3720)], source(fps))[0].film[0] == round(3600 * Fraction(fps))


@pytest.mark.parametrize(
    ("fps", "rate"),
    [
        ("15/1", 30),
        ("25/2", 25),
        ("120/1", 60),
        ("100/1", 50),
        ("24831/1000", 25),
        ("2997/100", Fraction(30000, 1001)),
        (None, 25),
        ("1/10", 24),
        ("10000/1", 50),
    ],
)
def test_a_film_of_another_rate_gets_timecodes_of_the_nearest(fps: str | None, rate: Fraction) -> None:
    about = source(fps)
    assert timecode_rate(about) == rate
    assert events([scene("dance", 3600, 3720)], about)[0].film == (round(3600 * rate), round(3720 * rate))


def test_film_that_several_scenes_show_is_one_event() -> None:
    both, dance = events(OVERLAPPING, source("25/1"))
    assert (both.film, both.record, len(both.comments)) == ((250, 750), (0, 500), 2)
    assert (dance.film, dance.record, len(dance.comments)) == ((1000, 1250), (500, 750), 1)


@pytest.mark.parametrize("odd", ODD)
def test_odd_names_and_labels_stay_on_their_lines_of_an_edl(odd: str) -> None:
    film = FILM.with_name(odd.replace("/", "|"))
    event, after = events(in_turn(odd, "b"), source(), film)
    assert event.name == one_line(film.name)
    assert event.comments == [f"COMMENT: {one_line(odd)} (score 0.75, coverage 0.90)"]
    assert after.record == (250, 500)


def test_more_events_than_three_digits_can_count_are_all_there() -> None:
    scenes = [scene("dance", 2 * at, 2 * at + 1) for at in range(1100)]
    assert len(events(scenes, source())) == 1100


# OpenTimelineIO


def test_a_timeline_has_a_track_for_each_label_and_plays_the_scenes_one_after_another() -> None:
    read = timeline(TWO, source("30000/1001"))
    assert [(track.name, track.kind) for track in read.tracks] == [
        ("dance", "Video"),
        ("talk", "Video"),
        ("sound", "Audio"),
    ]
    dance, talk = (track.find_clips()[0] for track in read.video_tracks())
    assert (frames(dance), record(dance)) == ((90, 375), (0, 285))
    assert (frames(talk), record(talk)) == ((599, 899), (285, 585))
    assert [record(clip) for clip in read.audio_tracks()[0]] == [(0, 285), (285, 585)]
    assert Fraction(dance.source_range.duration.rate).limit_denominator(1001) == Fraction(30000, 1001)
    assert dict(dance.metadata["marquee"]) == TWO[0].model_dump()


def test_scenes_that_overlap_lie_above_each_other() -> None:
    read = timeline(OVERLAPPING, source("25/1"))
    dance, talk, sound = read.tracks
    assert [type(child) for child in dance] == [Clip, Gap, Clip]
    assert [record(clip) for clip in dance.find_clips()] == [(0, 250), (500, 750)]
    assert [record(clip) for clip in talk.find_clips()] == [(125, 500)]
    assert [record(clip) for clip in sound] == [(0, 500), (500, 750)]


def test_scenes_of_one_label_that_overlap_get_tracks_of_their_own() -> None:
    read = timeline([scene("a", 0, 10), scene("a", 5, 15), scene("a", 10, 12)], source())
    assert [[record(clip) for clip in track.find_clips()] for track in read.video_tracks()] == [
        [(0, 250), (250, 300)],
        [(125, 375)],
    ]


def test_a_timeline_refers_to_the_film_and_how_long_it_is(tmp_path: Path) -> None:
    film = tmp_path / 'a,"b" 100% #1 日本\udcff.mp4'
    clip = timeline(TWO, source("25/1", first_frame_s=0.08), film).find_clips()[0]
    media = clip.media_reference
    assert from_uri(media.target_url) == film.resolve()
    assert (media.available_range.start_time.value, media.available_range.duration.value) == (0, 180_002)
    assert frames(clip) == (77, 314)


def test_a_film_without_a_rate_is_counted_in_25_frames() -> None:
    clip = timeline(TWO, source(None)).find_clips()[0]
    assert (frames(clip), clip.source_range.duration.rate) == ((75, 312), 25)


def test_odd_labels_come_back_from_a_timeline() -> None:
    read = timeline(in_turn(*ODD), source())
    assert [track.name for track in read.video_tracks()] == list(ODD)
    clips = [clip for track in read.video_tracks() for clip in track.find_clips()]
    assert [clip.metadata["marquee"]["label"] for clip in clips] == list(ODD)


def test_a_scene_shorter_than_a_frame_is_a_frame() -> None:
    short = [scene("dance", 3.001, 3.002)]
    assert frames(timeline(short, source()).find_clips()[0]) == (75, 76)
    assert events(short, source())[0].film == (75, 76)


# CSV and JSON


def test_a_table_has_the_times_that_players_show() -> None:
    rows = list(
        csv.DictReader(io.StringIO(write_list("csv", FILM, source(first_frame_s=0.08), TWO), newline=""))
    )
    assert rows[0] == {
        "label": "dance",
        "start": "0:00:03.080",
        "end": "0:00:12.580",
        "start_s": "3.08",
        "end_s": "12.58",
        "duration_s": "9.5",
        "score": "0.75",
        "coverage": "0.9",
        "file": "/films/film.mkv",
    }
    assert len(rows) == 2


def test_a_table_is_as_rfc_4180_has_it() -> None:
    lines = write_list("csv", FILM, source(), [scene('a,"b"', 0, 1)]).split("\r\n")
    assert lines[0].startswith('"label","start",')
    assert lines[1].startswith('"a,""b""","0:00:00.000","0:00:01.000",0.0,1.0,1.0,')
    assert lines[2:] == [""]


@pytest.mark.parametrize("label", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1", "'quoted"])  # noqa: RUF001
def test_no_spreadsheet_takes_a_label_or_a_name_for_a_formula(label: str) -> None:
    written = write_list("csv", Path(f"{label}.mkv"), source(), [scene(label, 0, 1)])
    (row,) = csv.DictReader(io.StringIO(written, newline=""))
    assert (row["label"], row["file"]) == (f"'{label}", f"'{label}.mkv")


@pytest.mark.parametrize("odd", ODD)
def test_odd_labels_come_back_from_tables(odd: str) -> None:
    (row,) = csv.DictReader(io.StringIO(write_list("csv", FILM, source(), [scene(odd, 0, 1)]), newline=""))
    assert row["label"].removeprefix("'") == odd
    assert json.loads(write_list("json", FILM, source(), [scene(odd, 0, 1)]))["scenes"][0]["label"] == odd


def test_json_holds_the_scenes_and_source_of_the_record() -> None:
    about = source(first_frame_s=0.08)
    text = write_list("json", FILM, about, TWO)
    read = json.loads(text)
    assert sorted(read) == ["file", "offset_s", "scenes", "source", "version"]
    assert (read["version"], read["file"], read["offset_s"]) == (1, "/films/film.mkv", 0.08)
    assert read["source"]["fps"] == "25/1"
    assert read["scenes"][0] == TWO[0].model_dump()
    assert SceneList.model_validate_json(text).source == about


# Chapters


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A minute of grey."""
    path = tmp_path_factory.mktemp("film") / "film.mkv"
    write_video(path, [np.full((32, 32, 3), 128, np.uint8)] * 300, 5)
    return path


def chapters(film: Path, text: str, folder: Path) -> list[tuple[float, float, str]]:
    """What is in the film once ffmpeg has put the chapters in."""
    (folder / "chapters.txt").write_bytes(text.encode("utf-8"))
    inputs = ["-i", f"file:{film}", "-f", "ffmetadata", "-i", f"file:{folder}/chapters.txt"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *inputs, "-map", "0", "-map_chapters", "1"]
    subprocess.run([*command, "-c", "copy", f"file:{folder}/chaptered.mkv"], check=True)
    with av.open(str(folder / "chaptered.mkv")) as container:
        return [
            (float(c["start"] * c["time_base"]), float(c["end"] * c["time_base"]), c["metadata"]["title"])
            for c in container.chapters()
        ]


def test_ffmpeg_reads_the_chapters(film: Path, tmp_path: Path) -> None:
    text = write_list("ffmetadata", film, source(first_frame_s=0.08), TWO)
    assert chapters(film, text, tmp_path) == [(3.08, 12.58, "dance"), (20.08, 30.08, "talk")]


def test_ffmpeg_reads_odd_labels_and_overlapping_chapters(film: Path, tmp_path: Path) -> None:
    scenes = [scene(odd, 5 * place, 5 * place + 8) for place, odd in enumerate(ODD)]
    read = chapters(film, write_list("ffmetadata", film, source(), scenes), tmp_path)
    assert read == [(s.start_s, s.end_s, one_line(s.label)) for s in scenes]


def test_no_scenes_are_no_chapters(film: Path, tmp_path: Path) -> None:
    assert chapters(film, write_list("ffmetadata", film, source(), []), tmp_path) == []
    assert len(ElementTree.fromstring(write_list("mkvchapters", film, source(), []))) == 0


def test_matroska_chapters_are_as_their_dtd_has_them() -> None:
    """Elements and their order are those of matroskachapters.dtd, which mkvmerge comes with."""
    scenes = [*TWO, scene("dance", 3600, 7200)]
    root = ElementTree.fromstring(write_list("mkvchapters", FILM, source(first_frame_s=0.08), scenes))
    assert root.tag == "Chapters"
    (edition,) = root
    assert [atom.tag for atom in edition] == ["ChapterAtom"] * 3
    for atom in edition:
        assert [part.tag for part in atom] == ["ChapterTimeStart", "ChapterTimeEnd", "ChapterDisplay"]
        assert [part.tag for part in atom[2]] == ["ChapterString", "ChapterLanguage"]
    assert [[part.text for part in atom][:2] for atom in edition] == [
        ["00:00:03.080000000", "00:00:12.580000000"],
        ["00:00:20.080000000", "00:00:30.080000000"],
        ["01:00:00.080000000", "02:00:00.080000000"],
    ]


@pytest.mark.parametrize("odd", ODD)
def test_odd_labels_come_back_from_matroska_chapters(odd: str) -> None:
    root = ElementTree.fromstring(write_list("mkvchapters", FILM, source(), [scene(odd, 0, 1)]))
    assert root.findtext("*//ChapterString") == one_line(odd)


@pytest.mark.parametrize(("container", "offset"), [("matroska,webm", 1.48), ("mpegts", 0), ("mpeg", 0)])
def test_clocks_that_start_anywhere_are_taken_from_their_start(container: str, offset: float) -> None:
    about = source(first_frame_s=1.48, container=container)
    assert json.loads(write_list("json", FILM, about, TWO))["offset_s"] == offset
    assert f"START={round((3 + offset) * 1e6)}\n" in write_list("ffmetadata", FILM, about, TWO)


def test_a_film_that_begins_before_its_clock_has_no_times_below_zero() -> None:
    about = source(first_frame_s=-0.5)
    assert "START=0\nEND=500000\n" in write_list("ffmetadata", FILM, about, [scene("a", 0.2, 1)])
