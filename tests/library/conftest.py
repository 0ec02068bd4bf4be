"""A library of real records: the demo film at two efforts, and a twin with the same pictures."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from analyzer import analyze, load_settings
from analyzer.library.cast import Member
from analyzer.library.library import Library
from analyzer.records import Movie
from analyzer.stores import sidecar
from tests.conftest import Demo
from tests.keeping import keeper_of

FREE_BOX = b"\0\0\0\x08free"
"""Behind an MP4 file it changes nothing but the fingerprint."""


@dataclass(frozen=True)
class Films:
    """Records of the demo film and its twin, of the faces alone."""

    video: Path
    fast: Movie
    balanced: Movie
    twin_video: Path
    twin: Movie


@pytest.fixture(scope="session")
def films(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Films:
    twin = tmp_path_factory.mktemp("twin") / "twin.mp4"
    twin.write_bytes(demo.video.read_bytes() + FREE_BOX)
    settings = load_settings(assignments=["keyframes.effort=fast"])
    fast, other = (with_crops(analyze(video, settings, only=["faces"])) for video in (demo.video, twin))
    return Films(demo.video, fast, with_crops(demo.movie), twin, other)


def with_crops(movie: Movie) -> Movie:
    """Give every face a crop of its own, whatever the settings keep."""
    rng = np.random.default_rng(len(movie.faces))
    crops = [cv2.imencode(".jpg", rng.integers(0, 256, (24, 24, 3), np.uint8))[1] for _ in movie.faces]
    faces = zip(movie.faces, crops, strict=True)
    return movie.model_copy(update={"faces": tuple(f.model_copy(update={"crop": c}) for f, c in faces)})


@dataclass
class Place:
    """A MARQUEE_HOME and a folder of films."""

    home: Path
    films: Path

    @property
    def library(self) -> Library:
        """The library as a new process would see it."""
        return Library(self.home)

    def add(self, video: Path, movie: Movie) -> Path:
        """Put a film and its record there, as a run does; return the sidecar."""
        copy = self.films / video.name
        copy.parent.mkdir(exist_ok=True)
        if not copy.exists():
            shutil.copy(video, copy)
        path = sidecar.sidecar_path(copy)
        source = movie.source.model_copy(update={"path": str(copy)})
        assert keeper_of(self.home).write(path, movie.model_copy(update={"source": source})) is None
        return path


@pytest.fixture
def empty(tmp_path: Path) -> Place:
    return Place(tmp_path / "home", tmp_path / "films")


@pytest.fixture
def place(empty: Place, films: Films) -> Place:
    """With the demo film and its twin."""
    empty.add(films.video, films.fast)
    empty.add(films.twin_video, films.twin)
    return empty


def first_billed(place: Place, films: Films) -> Member:
    """Whoever the first billed person of the demo film is in the library."""
    return place.library.resolve(f"{films.fast.source.oshash}:p1")
