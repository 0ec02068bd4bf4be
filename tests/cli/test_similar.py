"""marquee similar, dedupe: as a person uses them."""

import json
import shutil
from pathlib import Path

import pytest

from analyzer import analyze, settings
from analyzer.cli.stores import opened
from analyzer.stores import sidecar
from analyzer.stores.entries import entry_of
from benchmarks.similar.ladder import ffmpeg
from tests.cli.test_cli import marquee, one_line
from tests.media.conftest import scene, write

SCENES = (48, 120, 72, 216, 96, 60)


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of six shots, its mirrored small copy, a clip of it and another film, each with its record."""
    folder = tmp_path_factory.mktemp("films")
    write(folder / "film.mp4", [f for seed, n in enumerate(SCENES) for f in scene(seed, n)])
    write(folder / "other.mp4", [f for seed, n in enumerate(SCENES) for f in scene(seed + 50, n)])
    ffmpeg(folder / "film.mp4", folder / "copy.mp4", "-vf", "hflip,scale=160:-2")
    ffmpeg(folder / "film.mp4", folder / "clip.mp4", "-crf", "30", before=("-ss", 9, "-t", 10))
    chosen = settings.load(assignments=["keyframes.effort=balanced"])
    for video in folder.glob("*.mp4"):
        sidecar.write(sidecar.sidecar_path(video), analyze(video, chosen, only=()))
    fill(folder)
    return folder


def fill(folder: Path) -> None:
    """Make a store of the sidecars in a folder."""
    with opened(str(folder / "films.db")) as store:
        for path in folder.glob("*.json"):
            movie = sidecar.read(path)
            assert movie is not None
            store.save([entry_of(movie, path)])


def ask(command: str, films: Path, *arguments: object) -> tuple[object, str]:
    result = marquee(command, "--store", films / "films.db", "--json", *arguments)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout), result.stderr


def told(found: object) -> dict[str, str]:
    assert isinstance(found, list)
    return {Path(one["path"]).name: one["relation"] for one in found}


def test_a_film_of_the_store_finds_its_copies_and_clips_but_not_itself(films: Path) -> None:
    found, _ = ask("similar", films, films / "film.mp4")
    assert told(found) == {"copy.mp4": "same", "clip.mp4": "part"}
    clip = next(one for one in found if one["relation"] == "part")
    assert clip["ours_s"] == pytest.approx([9, 19], abs=2)
    assert next(one for one in found if one["relation"] == "same")["mirrored"]


def test_a_stranger_is_looked_at_and_leaves_nothing(films: Path, tmp_path: Path) -> None:
    video = ffmpeg(films / "film.mp4", tmp_path / "new.mp4", "-vf", "eq=brightness=0.1", "-crf", "34")
    shutil.copy(films / "other.mp4", tmp_path / "same.mp4")
    found, _ = ask("similar", films, video)
    assert told(found) == {"film.mp4": "same", "copy.mp4": "same", "clip.mp4": "part"}
    found, _ = ask("similar", films, tmp_path / "same.mp4")
    assert told(found) == {"other.mp4": "file"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.mp4", "same.mp4"]


def test_films_that_are_away_are_compared_by_their_records(films: Path, tmp_path: Path) -> None:
    away = Path(shutil.copytree(films, tmp_path / "drive"))
    (away / "films.db").unlink()
    for path in away.glob("*.json"):
        movie = sidecar.read(path)
        assert movie is not None
        video = away / Path(movie.source.path).name
        source = movie.source.model_copy(update={"path": str(video)})
        sidecar.write(path, movie.model_copy(update={"source": source}))
    fill(away)
    for video in away.glob("*.mp4"):
        video.unlink()
    found, said = ask("similar", away, away / "copy.mp4")
    assert {"film.mp4": "same", "clip.mp4": "part"}.items() <= told(found).items()
    assert "away" in said
    assert {one["by"] for one in found if not Path(one["path"]).exists()} == {"hashes"}


def test_dedupe_says_what_to_keep_and_changes_nothing(films: Path) -> None:
    before = {path.name: path.read_bytes() for path in films.glob("*.mp4*")}
    found, said = ask("dedupe", films)
    (group,) = found["groups"]
    assert Path(group["keep"]["path"]).name == "film.mp4"
    (other,) = group["others"]
    assert Path(other["path"]).name == "copy.mp4"
    assert "256 x 144 pixels rather than 160 x 90" in other["why"]
    (clip,) = found["clips"]
    assert Path(clip["clip"]["path"]).name == "clip.mp4"
    assert (clip["from_s"], clip["to_s"]) == pytest.approx((9, 19), abs=2)
    assert "1 film in several copies" in said
    assert before == {path.name: path.read_bytes() for path in films.glob("*.mp4*")}


def test_tables_name_the_films(films: Path) -> None:
    shown = marquee("similar", "--store", films / "films.db", films / "film.mp4")
    assert "copy.mp4" in shown.stdout
    assert "mirrored" in shown.stdout
    shown = marquee("dedupe", "--store", films / "films.db", "--look")
    assert "keep" in shown.stdout
    assert "clip.mp4" in shown.stdout


def test_what_cannot_be_looked_for_is_one_line(films: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"no film")
    for path, code in ((tmp_path / "none.mp4", 3), (bad, 4), (tmp_path, 2)):
        result = marquee("similar", "--store", films / "films.db", path)
        assert result.returncode == code
        assert path.name in one_line(result)
