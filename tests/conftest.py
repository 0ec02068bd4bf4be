import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from pymongo import MongoClient

from analyzer import analyze
from analyzer.demo import DemoShot, make_demo, pictures
from analyzer.paths import marquee_home
from analyzer.records import Movie, Shot, Source, Stage
from tests.mongo import MongoServer, server_program
from tests.movies import face, keyframe

SHARED = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real media with known truth; it is not part of the project."""
    if not SHARED.is_dir():
        pytest.skip("no ../shared/data: the real media with their truth are not part of the project")
    return SHARED


@pytest.fixture(scope="session", autouse=True)
def home_of_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A MARQUEE_HOME with the user's weights and a library of its own: tests must not fill the user's."""
    real, home = marquee_home().absolute(), tmp_path_factory.mktemp("home")
    for name in ("weights", "converted", "compiled", "wheels"):
        (real / name).mkdir(parents=True, exist_ok=True)
        (home / name).symlink_to(real / name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MARQUEE_HOME", str(home))
        yield home


@pytest.fixture(scope="session")
def portraits() -> list[np.ndarray]:
    """Two public-domain pictures of one face each, RGB, read-only: whoever writes into an image fails."""
    images = list(pictures().values())
    for image in images:
        image.setflags(write=False)
    return images


@dataclass(frozen=True)
class Demo:
    """The demo film, its truth and its record."""

    video: Path
    truth: tuple[DemoShot, ...]
    movie: Movie


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo film, analyzed with the default settings. Do not write beside it: copy it."""
    video = tmp_path_factory.mktemp("demo") / "demo.mp4"
    truth = make_demo(video, pictures())
    return Demo(video, truth, analyze(video))


@pytest.fixture
def movie() -> Movie:
    """A small valid record."""
    return Movie(
        source=Source(
            path="/films/a.mp4",
            size_bytes=10,
            oshash="0" * 16,
            phash=None,
            duration_s=2,
            first_frame_s=0,
            fps="25/1",
            width=320,
            height=240,
            rotation=0,
            container="mp4",
            codec="h264",
            pixel_format="yuv420p",
        ),
        manifest={"frames": Stage(version=1)},
        shots=(Shot(start_s=0, end_s=2, transition="start"),),
        keyframes=(keyframe(0, seen_as=0), keyframe(1, seen_as=1)),
        faces=(face(1, None),),
    )


@pytest.fixture(scope="session")
def mongo_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A MongoDB server for all tests."""
    given = os.environ.get("MARQUEE_TEST_MONGO_URL")
    if given:
        yield given
        return
    server = MongoServer(server_program(), tmp_path_factory.mktemp("mongo"))
    server.start()
    yield server.url
    server.stop()


@pytest.fixture
def mongo_database(mongo_url: str) -> Iterator[str]:
    """The URL of an empty database, dropped afterwards."""
    name = f"marquee_test_{uuid.uuid4().hex}"
    yield urlsplit(mongo_url)._replace(path=f"/{name}").geturl()
    with MongoClient(mongo_url) as client:
        client.drop_database(name)


@pytest.fixture
def mongo_server(tmp_path: Path) -> Iterator[MongoServer]:
    """A MongoDB server of the test's own, to be ended and started again; it runs."""
    (tmp_path / "mongo").mkdir()
    server = MongoServer(server_program(), tmp_path / "mongo")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def locked_mongo_server(tmp_path: Path) -> Iterator[MongoServer]:
    """A MongoDB server that lets in its user only."""
    (tmp_path / "locked").mkdir()
    server = MongoServer(server_program(), tmp_path / "locked", user="keeper", password="open-sesame")
    server.start()
    yield server
    server.stop()
