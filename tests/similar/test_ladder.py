"""The edits ladder on real clips: everything is found, where it is, and nothing else."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from analyzer.media.video import open_video
from analyzer.similar.closely import look_closely
from analyzer.similar.comparing import Film
from analyzer.similar.films import Films
from analyzer.similar.searching import Found, Searcher, Subject
from benchmarks.similar.ladder import HELD_OUT, TUNED_ON, Edit, base, edits, ffmpeg
from benchmarks.similar.records import record, row

CLIPS = ("tears", "goldeneye", "bunny", "cradle")
"""Thresholds were chosen on others; see benchmarks.similar.ladder."""
WIDTH, RATE = 192, 10
RECALL = 0.98
LOCATED_S = 2.0

ALWAYS = (0.0, 1e9)


@dataclass
class Ladder:
    """Clips by name, and the edits of all of them."""

    clips: dict[str, Path]
    edits: list[Edit]


@pytest.fixture(scope="module")
def ladder(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Ladder:
    folder = tmp_path_factory.mktemp("ladder")
    clips: dict[str, Path] = {}
    made: list[Edit] = []
    for name in CLIPS:
        source, length_s = HELD_OUT[name]
        clips[name] = base(shared / source, folder / f"{name}.mp4", WIDTH, RATE)
        made += edits(name, clips[name], length_s, folder)
    return Ladder(clips, made)


def look(path: Path, span: tuple[float, float]):
    return look_closely(path, span, lambda done, duration: None)


def subject(path: Path) -> Subject:
    """A video as it is looked for: closely looked at."""
    with open_video(path) as video:
        duration_s = video.duration_s
    return Subject(Film(duration_s=duration_s, prints=look(path, ALWAYS)), path, str(path), close=True)


@pytest.fixture(scope="module")
def subjects(ladder: Ladder) -> dict[Path, Subject]:
    return {edit.path: subject(edit.path) for edit in ladder.edits}


def find(films: Films, one: Subject) -> dict[str, Found]:
    """What is found, by the file's name."""
    found = Searcher(films, look).search(one, films.candidates(one.film.prints))
    return {Path(films.rows[n].path).name: what for n, what in found}


@pytest.mark.parametrize("effort", ["fast", "balanced"])
def test_edits_are_found_and_nothing_else(effort: str, ladder: Ladder, subjects: dict[Path, Subject]) -> None:
    films = Films((row(path, one := record(path, effort)), one.prints) for path in ladder.clips.values())
    missed = []
    for edit in ladder.edits:
        found = find(films, subjects[edit.path])
        assert found.keys() <= {f"{edit.clip}.mp4"}, edit
        if not found or not right(edit, found[f"{edit.clip}.mp4"]):
            missed.append((edit, found))
    assert len(missed) <= (1 - RECALL) * len(ladder.edits), missed


def right(edit: Edit, found: Found) -> bool:
    """Whether what was found says what was done; where a sub-clip is."""
    common = found.common
    if not edit.is_sub_clip:
        return common.relation in ("same", "shares", "whole") and common.mirrored == ("mirrored" in edit.name)
    off = max(abs(common.theirs_s[0] - edit.start_s), abs(common.theirs_s[1] - edit.end_s))
    return common.relation in ("whole", "same") and off <= LOCATED_S


def test_from_the_whole_its_edits_are_found_and_sub_clips_located(ladder: Ladder) -> None:
    """In stores that have up to six edits of each clip."""
    missed = []
    wholes = {name: subject(path) for name, path in ladder.clips.items()}
    for part in range(3):
        stored = {edit.path.name: edit for edit in ladder.edits[part::3]}
        films = Films(
            (row(edit.path, one := record(edit.path, "balanced")), one.prints) for edit in stored.values()
        )
        for name, whole in wholes.items():
            found = find(films, whole)
            assert {stored[file].clip for file in found} <= {name}
            missed += [edit for file, edit in stored.items() if edit.clip == name and file not in found]
            for file, what in found.items():
                if stored[file].is_sub_clip:
                    span = stored[file].start_s, stored[file].end_s
                    assert what.common.ours_s == pytest.approx(span, abs=LOCATED_S)
    assert len(missed) <= (1 - RECALL) * len(ladder.edits), missed


def test_records_alone_find_them_too(ladder: Ladder) -> None:
    """As on a drive that is away."""
    effort = "balanced"
    films = Films((row(path, one := record(path, effort)), one.prints) for path in ladder.clips.values())
    searcher, hits = Searcher(films, None), 0
    for edit in ladder.edits:
        one = Subject(record(edit.path, effort), None, str(edit.path))
        found = searcher.search(one, range(len(films.rows)))
        assert {Path(films.rows[n].path).stem for n, _ in found} <= {edit.clip}
        hits += bool(found)
    assert hits >= RECALL * len(ladder.edits)


def test_two_halves_of_one_camera_are_not_the_same(shared: Path, tmp_path: Path) -> None:
    """A minute later the same corridor shows other people."""
    source, _ = TUNED_ON["corridor"]
    halves = [
        ffmpeg(
            shared / source,
            tmp_path / f"{start}.mp4",
            "-vf",
            f"scale={WIDTH}:-2",
            before=("-ss", start, "-t", 69),
        )
        for start in (0, 70)
    ]
    for effort in ("fast", "balanced"):
        films = Films((row(path, one := record(path, effort)), one.prints) for path in halves[1:])
        assert find(films, subject(halves[0])) == {}
