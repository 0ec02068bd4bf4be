"""Ultralytics' YOLO models: its own .pt files, and what it exports as .onnx, OpenVINO and TensorRT.

The framework runs without the network, installs nothing, and keeps its settings in <home>/ultralytics.
"""

from __future__ import annotations

import importlib
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from models import catalog, files
from models.backends import Cached, Progress, Setup, ultralytics_tasks
from models.catalog import Likeness, Task
from models.errors import BackendMissingError, BrokenModelError, DeviceError, ModelError, UnknownModelError

_NAME = "ultralytics"
_SUFFIXES = (".pt", ".onnx", ".engine", "_openvino_model")
_RUN_CODE = (".pt", ".engine")


def identity(task: Task, model: str, home: Path) -> str:
    """See models.backends.Backend."""
    _check_name(model)
    return files.identity(_NAME, model, home)


def fetch(task: Task, model: str, home: Path, progress: Progress) -> None:
    """See models.backends.Backend.

    Raises:
        UntrustedModelError: the file could run code, and is neither pinned nor trusted.
    """
    _bring(model, home, progress)


def open_model(task: Task, model: str, setup: Setup) -> Any:
    """See models.backends.Backend."""
    path = _bring(model, setup.home, lambda line: None)
    with _in_one_line(path):
        options = {"conf": setup.min_score, **_device(path, setup.device)}
        yolo = _load(path, setup.home)
        adapted = ultralytics_tasks.adapt(yolo, task, path, setup.engine.batch_size, options)
        threads = setup.engine.streams  # the framework has told torch to leave a core idle
        importlib.import_module("torch").set_num_threads(threads)
        return adapted


def likeness(model: str, home: Path) -> Likeness | None:
    """See models.backends.Backend; there are no embedders of faces here."""
    return None


def cached(home: Path) -> list[Cached]:
    """See models.backends.Backend; an .onnx file may be another backend's and is left to that."""
    offered = catalog.remotes(_NAME)
    return [
        Cached(_NAME, path.name, path, _size(path), offered[path.name].licence if known else "unknown")
        for path in sorted((home / "models").glob("*"))
        if (known := path.name in offered) or path.name.lower().endswith((*_RUN_CODE, _SUFFIXES[-1]))
    ]


def devices() -> list[str]:
    """See models.backends.Backend."""
    cuda = importlib.import_module("torch").cuda
    with warnings.catch_warnings():  # of a driver that does not work: there is no such device then
        warnings.simplefilter("ignore")
        count = cuda.device_count()
    return ["cpu", *(f"cuda: {cuda.get_device_name(number)}" for number in range(count))]


def _size(path: Path) -> int:
    return sum(part.stat().st_size for part in (path.rglob("*") if path.is_dir() else [path]))


def _check_name(model: str) -> None:
    if not Path(model).name.lower().endswith(_SUFFIXES):
        raise UnknownModelError(f"{_NAME}:{model}: models end with {', '.join(_SUFFIXES)}")


def _bring(model: str, home: Path, progress: Progress) -> Path:
    """Return the model's file, which may be loaded."""
    _check_name(model)
    path = files.bring(_NAME, model, home, progress)
    if path.name.lower().endswith(_RUN_CODE):
        remote = catalog.remotes(_NAME).get(path.name)
        unknown = "" if remote is None or remote.sha256 else ", and which sha256 it should have is not known"
        files.refuse_unless_trusted(_NAME, path, home, f"can run code when it is loaded{unknown}")
    return path


@contextmanager
def _in_one_line(path: Path) -> Iterator[None]:
    """Turn what the framework says of a file into errors that name it."""
    try:
        yield
    except ModelError:
        raise
    except ImportError as error:
        raise BackendMissingError(f"{path} needs {error.name}; pip install {error.name}") from error
    except Exception as error:
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise BrokenModelError(f"{path} cannot be loaded: {said}") from error


def _framework(home: Path) -> Any:
    """Import ultralytics: offline, with a folder of its own, and with nothing changed that is everybody's."""
    os.environ |= {
        "YOLO_OFFLINE": "1",
        "YOLO_AUTOINSTALL": "0",
        "YOLO_VERBOSE": "0",
        "YOLO_CONFIG_DIR": str(home / "ultralytics"),
        "ULTRALYTICS_SAFE_LOAD": "1",
    }
    threads = cv2.getNumThreads()
    with np.printoptions():
        framework = importlib.import_module("ultralytics")
    logger = importlib.import_module("ultralytics.utils").LOGGER
    logger.handlers.clear()
    logger.propagate = True
    cv2.setNumThreads(threads)
    return framework


def _load(path: Path, home: Path) -> Any:
    """Return the framework's model; it takes some names of .pt files for others', so copies are loaded."""
    framework = _framework(home)
    if not path.name.lower().endswith(".pt"):
        return framework.YOLO(path)
    with tempfile.TemporaryDirectory(prefix="marquee-") as folder:
        return framework.YOLO(shutil.copyfile(path, Path(folder) / "model.pt"))


def _device(path: Path, wanted: str) -> dict[str, Any]:
    """Return the options that choose where it runs; a GPU computes with 16 bits."""
    available = importlib.import_module("torch").cuda.is_available()
    if not available and (wanted == "cuda" or path.name.lower().endswith(".engine")):
        raise DeviceError(
            f"{path}: torch finds no NVIDIA GPU here; choose device cpu and a .pt or .onnx file"
        )
    return {"device": "cuda:0", "half": True} if available and wanted != "cpu" else {"device": "cpu"}
