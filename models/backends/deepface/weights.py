"""The files that DeepFace works with: found in its own folder, brought by its own downloader.

Its downloader does not resume: what breaks off begins anew the next time.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from models import files, locks
from models.backends import tensorflow_setup
from models.backends.deepface.models import LOCK
from models.backends.deepface.table import Part
from models.errors import (
    BackendMissingError,
    ModelError,
    UntrustedModelError,
    WeightsCorruptError,
    WeightsMissingError,
)
from models.fetch import keeping

_ENVIRONMENT = {
    "DEEPFACE_LOG_LEVEL": "60",  # else it prints to standard output, as does the next
    "RETINAFACE_LOG_LEVEL": "60",
    "YOLO_OFFLINE": "1",
    "YOLO_AUTOINSTALL": "False",
}
_MTCNN = ("pnet.lz4", "rnet.lz4", "onet.lz4")


def folder() -> Path:
    """Return where DeepFace keeps its weights."""
    return Path(os.environ.get("DEEPFACE_HOME") or Path.home()) / ".deepface" / "weights"


def paths(part: Part) -> list[Path]:
    """Return where a part's files are, or will be."""
    return [folder() / file for file in part.files]


def bring(part: Part, device: str, progress: Callable[[str], None]) -> None:
    """Have DeepFace download a part's files, unless they are here; one process at a time.

    Args:
        part: whose files.
        device: see tensorflow_setup.
        progress: told what is downloaded, and where to; how far it is, DeepFace shows itself.

    Raises:
        WeightsMissingError: refused or broken off; nothing of it is left. Says which file to bring.
        BackendMissingError: a package is missing that DeepFace needs for it.
        ModelError: the folder cannot be written.
    """
    if not _missing(part):
        return
    with keeping(folder()):
        for path in paths(part):
            path.parent.mkdir(parents=True, exist_ok=True)
        with locks.held(folder() / f".{part.name}.lock"):
            if missing := _missing(part):
                progress(f"DeepFace downloads {', '.join(path.name for path in missing)} into {folder()}")
                with _whole(missing):
                    _download(part, device)


def client(part: Part, device: str, home: Path) -> Any:
    """Return DeepFace's client of a part whose files are here.

    Args:
        part: what to open.
        device: see tensorflow_setup.
        home: MARQUEE_HOME.

    Raises:
        UntrustedModelError: a file could run code, and nobody has said to trust it.
        WeightsCorruptError: a file cannot be loaded.
        BackendMissingError: a package is missing that DeepFace needs for it.
        ModelError: it cannot be opened for another reason.
    """
    _refuse_what_could_run_code(part, home)
    try:
        return _built(part, device)
    except ModelError:
        raise
    except Exception as error:
        _raise_objection(part, error)
        if not part.files:
            raise ModelError(f"deepface:{part.name} cannot be opened: {_line(error)}") from error
        names = ", ".join(str(path) for path in paths(part))
        raise WeightsCorruptError(
            f"{names} cannot be loaded; delete it to have it downloaded again ({_line(error)})"
        ) from error


def _missing(part: Part) -> list[Path]:
    """Files that are not here, or empty."""
    return [path for path in paths(part) if not path.is_file() or not path.stat().st_size]


@contextlib.contextmanager
def _whole(missing: list[Path]) -> Iterator[None]:
    """Clear away what an earlier attempt has left of these files, and what this one leaves if it fails."""
    _clear(missing)
    try:
        yield
    except BaseException:
        _clear(missing)
        raise


def _clear(missing: list[Path]) -> None:
    for path in missing:
        path.unlink(missing_ok=True)
        for piece in path.parent.glob(f"{path.name}*.part"):
            piece.unlink()


def _download(part: Part, device: str) -> None:
    """Have DeepFace build the model, which downloads its files; pickles are only downloaded."""
    try:
        if part.name.startswith("yolo"):
            _modeling()
            utils = importlib.import_module("deepface.commons.weight_utils")
            known = importlib.import_module("deepface.models.face_detection.Yolo").YoloModel
            utils.download_weights_if_necessary(*known[part.name.removeprefix("yolo").upper()].value)
            return
        built = _built(part, device)
        if part.name == "centerface":  # which builds its network only when it is shown a picture
            built.build_model()
        _modeling().cached_models[part.kind].pop(part.name)
    except ModelError:
        raise
    except Exception as error:
        _raise_objection(part, error)
        raise WeightsMissingError(f"deepface:{part.name}: {_line(error)}") from error


def _built(part: Part, device: str) -> Any:
    """Return DeepFace's client of a part; what it imports leaves the filters of warnings as they are."""
    if part.on_tensorflow:
        tensorflow_setup.prepare(device)
    with LOCK, warnings.catch_warnings():
        return _modeling().build_model(part.kind, part.name)


def _modeling() -> Any:
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    os.environ["DEEPFACE_BACKEND_ENGINE"] = "tensorflow"  # its files of weights are the ones of the table
    return importlib.import_module("deepface.modules.modeling")


def _refuse_what_could_run_code(part: Part, home: Path) -> None:
    for path in paths(part):
        if path.suffix == ".pt":
            files.refuse_unless_trusted("deepface", path, home, "is a pickle, which can run code when loaded")
    if part.name == "mtcnn":  # it looks for its own weights, which are pickles, in the current folder first
        for path in filter(Path.exists, map(Path, _MTCNN)):
            raise UntrustedModelError(
                f"{path.absolute()} would be loaded by mtcnn and can run code; start from another folder"
            )


def _raise_objection(part: Part, error: Exception) -> None:
    """Raise what DeepFace says of a package that is missing, or too old or new (its bare ValueErrors)."""
    text = f"deepface:{part.name}: {_line(error)}"
    if isinstance(error, ImportError) or isinstance(error.__cause__, ImportError):
        raise BackendMissingError(text) from error
    if isinstance(error, ValueError) and error.__cause__ is None:
        raise ModelError(text) from error


def _line(error: BaseException) -> str:
    """What an error says and what caused it, on one line and without DeepFace's pictograms."""
    texts = [str(each) for each in (error, error.__cause__) if each is not None]
    first, *cause = [re.sub(r"^\W+", "", " ".join(text.split())) for text in texts]
    return f"{first} ({cause[0]})" if cause else first
