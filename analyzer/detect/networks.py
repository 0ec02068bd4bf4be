"""The networks of a process, each loaded once."""

from functools import cached_property, lru_cache
from typing import Any

from analyzer.paths import marquee_home
from analyzer.settings import Settings
from models import backends
from models.backends import Setup
from models.blazeface import BlazeFace
from models.blazepose import BlazePose
from models.catalog import Task
from models.dlib_resnet import DlibResNet
from models.engines import resolve_engine
from models.facemesh import FaceMesh
from models.sessions import Session, open_session
from models.weights import Weights
from models.yolo import Yolo


class Networks:
    """The embedded networks, and those of backends; each is loaded when it is first asked for, and shared.

    Raises, here and on access:
        DeviceError: the engine that the settings ask for is not there.
        ModelError: weights cannot be had, or the network does not compute what it should.
    """

    def __init__(self, settings: Settings) -> None:
        engine = settings.engine
        self._settings = settings
        self._weights = Weights(marquee_home())
        self._models: dict[tuple[Task, str], Any] = {}
        self.engine = resolve_engine(engine.runtime, engine.device, engine.precision, engine.batch_size)

    @cached_property
    def blazeface_full(self) -> BlazeFace:
        """Faces of most sizes."""
        return BlazeFace(self._open("blazeface-full"), "full", self._settings.faces.min_score)

    @cached_property
    def blazeface_short(self) -> BlazeFace:
        """Faces that fill the picture."""
        return BlazeFace(self._open("blazeface-short"), "short", self._settings.faces.min_score)

    @cached_property
    def facemesh(self) -> FaceMesh:
        """Landmarks of faces."""
        return FaceMesh(self._open("facemesh"))

    @cached_property
    def dlib(self) -> DlibResNet:
        """Embeddings of faces."""
        return DlibResNet(self._open("dlib"))

    @cached_property
    def nudenet(self) -> Yolo:
        """Objects, and features of the picture; objects of any use to anyone are kept."""
        least = min(self._settings.objects.min_score, self._settings.faces.min_score)
        return Yolo(self._open("nudenet"), min_score=least)

    @cached_property
    def blazepose(self) -> BlazePose:
        """Bodies."""
        detector, landmarks = self._open("blazepose-detector"), self._open("blazepose-landmarks")
        return BlazePose(detector, landmarks, self._settings.poses.min_score)

    def model(self, task: Task, spec: str, min_score: float) -> Any:
        """Return "backend:model" as models.contracts has it for the task; the same for the same names."""
        if (task, spec) not in self._models:
            setup = Setup(self._weights.home, self.engine, self._settings.engine.device, min_score)
            self._models[task, spec] = backends.open_model(task, spec, setup)
        return self._models[task, spec]

    def label(self, task: Task, spec: str) -> str:
        """Return the name that "backend:model" has in records."""
        return backends.label(task, spec, self._weights.home)

    def _open(self, name: str) -> Session:
        # One after another: OpenVINO changes the process's locale as it loads; two at once leave it so.
        return open_session(name, self._weights, self.engine)


@lru_cache(maxsize=1)
def shared_networks(settings: Settings) -> Networks:
    """Return the process's Networks for these settings: one video after another uses the same."""
    return Networks(settings)
