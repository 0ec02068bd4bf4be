"""Keras: networks of keras.applications by name, and any .keras file with one picture in and one row out.

`keras:resnet101` has the weights of ImageNet that Keras itself downloads; a file of their name in
<home>/models goes before. `keras:PATH.keras` may have PATH.toml beside it that says what it sees and what its
classes are called. Keras runs on TensorFlow unless KERAS_BACKEND says otherwise.
"""

from __future__ import annotations

import difflib
import os
import warnings
from pathlib import Path
from typing import Any

from models import files
from models.backends import Cached, Progress, Setup, tensorflow_setup
from models.backends.keras.applications import (
    CLASSES,
    NETWORKS,
    cache,
    download,
    is_here,
    labels,
    locate,
    open_network,
)
from models.backends.keras.archive import danger
from models.backends.keras.pictures import KerasPictures, check_input, squash_of, to_features
from models.catalog import Likeness, Task
from models.classes import PictureClassifier, classes_of
from models.errors import BackendMissingError, BrokenModelError, UnknownModelError, said
from models.own import description
from models.own.description import View

_LICENCE = "its makers', see keras.io/api/applications"
_SUFFIXES = (".keras", ".h5", ".hdf5")


def identity(task: Task, model: str, home: Path) -> str:
    """See Backend.identity: with a description, it hangs on that too; what Keras brings, on its name."""
    if network := NETWORKS.get(model):
        path = locate(network.file_name(task == "classifier"), home)
        return files.sha256_of(path) if path.parent == home / "models" else path.name
    path = _find(model, home)
    digest, view = files.sha256_of(path), description.read(path, View)
    return view.fingerprint(digest) if view else digest


def fetch(task: Task, model: str, home: Path, progress: Progress) -> None:
    """See Backend.fetch; Keras shows its own progress."""
    network, classes = NETWORKS.get(model), task == "classifier"
    if network is None:
        _is_safe(_find(model, home), home)
        return
    names = [network.file_name(classes), *([CLASSES] if classes else [])]
    if missing := [name for name in names if not is_here(name, home)]:
        progress(f"Keras downloads {' and '.join(missing)} into {cache()}")
        _start("auto")
        download(network, classes, home)


def open_model(task: Task, model: str, setup: Setup) -> Any:
    """See Backend.open_model."""
    _start(setup.device)
    fetch(task, model, setup.home, lambda line: None)
    name, classes, batch_size = f"keras:{model}", task == "classifier", setup.engine.batch_size
    if network := NETWORKS.get(model):
        net = open_network(network, classes, setup.home)
        pictures = KerasPictures(net, name, network.preprocess, batch_size)
        return _classifier(pictures, name, View(labels=labels(setup.home)), net) if classes else pictures
    path = _find(model, setup.home)
    view, net = description.read(path, View) or View(), _load(path, setup.home)
    check_input(net, name)
    if not classes:
        net = to_features(net, name, bool(view.labels))
    pictures = KerasPictures(net, name, view.see, batch_size)
    return _classifier(pictures, name, view, net) if classes else pictures


def _classifier(pictures: KerasPictures, name: str, view: View, net: Any) -> PictureClassifier:
    squash = squash_of(net, name, bool(view.labels))
    multi_label, logits = view.multi_label or squash == "sigmoid", squash == "none"
    classes = classes_of(name, pictures.black, view.labels, logits=logits, multi_label=multi_label)
    return PictureClassifier(pictures, classes, pictures.size)


def likeness(model: str, home: Path) -> Likeness | None:
    """See Backend.likeness: Keras has no embedders."""
    return None


def cached(home: Path) -> list[Cached]:
    """See Backend.cached."""
    weights = {
        locate(network.file_name(classes), home): name
        for name, network in NETWORKS.items()
        for classes in (False, True)
    }
    own = {path: path.name for path in sorted((home / "models").glob("*")) if path.suffix in _SUFFIXES}
    return [
        Cached("keras", name, path, path.stat().st_size, _LICENCE if path in weights else "unknown")
        for path, name in (own | weights).items()
        if path.is_file()
    ]


def devices() -> list[str]:
    """See Backend.devices."""
    return tensorflow_setup.devices()


def _start(device: str) -> None:
    """Import Keras, and set up what it runs on if that is TensorFlow."""
    if os.environ.setdefault("KERAS_BACKEND", "tensorflow") == "tensorflow":
        tensorflow_setup.prepare(device)
    try:
        import keras  # noqa: F401
    except (ImportError, ValueError) as error:
        raise BackendMissingError(f"Keras cannot be imported: {said(error)}") from error


def _find(model: str, home: Path) -> Path:
    """Where a model file is."""
    try:
        path = files.find("keras", model, home)
    except UnknownModelError:
        near = difflib.get_close_matches(model.lower(), NETWORKS, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise UnknownModelError(
            f"keras:{model}: there is neither such a file nor such a network of keras.applications{hint}"
        ) from None
    if path.suffix not in _SUFFIXES:
        raise UnknownModelError(f"{path} is no model file of Keras: such end in {', '.join(_SUFFIXES)}")
    return path


def _is_safe(path: Path, home: Path) -> bool:
    """Whether a file can do no harm; one that could is refused unless the user trusts it."""
    why = danger(path)
    if why:
        files.refuse_unless_trusted("keras", path, home, why)
    return why is None


def _load(path: Path, home: Path) -> Any:
    import keras

    safe = _is_safe(path, home)
    try:
        with warnings.catch_warnings():  # of optimizers, which are of no use here
            warnings.filterwarnings("ignore", "Skipping variable loading for optimizer")
            return keras.models.load_model(path, compile=False, safe_mode=safe)
    except Exception as error:  # of h5py, of Keras or of TensorFlow
        raise BrokenModelError(f"{path} cannot be loaded ({said(_first(error))})") from error


def _first(error: BaseException) -> BaseException:
    """What an error began with: Keras wraps the config of the whole network around it."""
    return _first(error.__context__) if error.__context__ else error
