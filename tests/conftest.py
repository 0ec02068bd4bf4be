from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from analyzer import analyze
from analyzer.demo import DemoShot, make_demo, pictures
from analyzer.paths import marquee_home
from analyzer.records import Movie, Shot, Source, Stage
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
