"""The networks of keras.applications: weights of ImageNet, which Keras downloads itself."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from models import fetch, locks
from models.errors import BrokenModelError, WeightsCorruptError, WeightsMissingError, said

CLASSES = "imagenet_class_index.json"
_KERNELS = "_weights_tf_dim_ordering_tf_kernels"


@dataclass(frozen=True)
class Network:
    """One of keras.applications.

    Attributes:
        builder: its name there.
        side: of the square picture that it was trained with, in pixels.
        stem: of the name of its weights' file.
        without_top: what follows in the name of the weights that know no classes.
    """

    builder: str
    side: int
    stem: str
    without_top: str = "_notop"

    def file_name(self, classes: bool) -> str:
        """Return what Keras calls the file of its weights, with those of the classes or without."""
        return f"{self.stem}{'' if classes else self.without_top}.h5"

    def build(self, classes: bool, weights: str) -> Any:
        """Return the network with weights from a file, or "imagenet"; without classes it gives features.

        Raises:
            Exception: Keras' own, of any kind.
        """
        import keras

        top = {} if classes else {"pooling": "avg", "input_shape": (self.side, self.side, 3)}
        return getattr(keras.applications, self.builder)(include_top=classes, weights=weights, **top)

    def preprocess(self, batch: Any) -> Any:
        """Return RGB pixels (n, h, w, 3), 0 to 255, as the network was trained to see them."""
        import keras

        builder = getattr(keras.applications, self.builder)
        return importlib.import_module(builder.__module__).preprocess_input(batch)


def _all() -> Iterable[Network]:
    for name in ("ResNet50", "ResNet101", "ResNet152", "DenseNet121", "DenseNet169", "DenseNet201"):
        yield Network(name, 224, name.lower() + _KERNELS)
    for name in ("ResNet50V2", "ResNet101V2", "ResNet152V2", "VGG16", "VGG19"):
        yield Network(name, 224, name.lower() + _KERNELS)
    yield Network("Xception", 299, "xception" + _KERNELS)
    yield Network("InceptionV3", 299, "inception_v3" + _KERNELS)
    yield Network("InceptionResNetV2", 299, "inception_resnet_v2" + _KERNELS)
    yield Network("MobileNet", 224, "mobilenet_1_0_224_tf", "_no_top")
    yield Network("MobileNetV2", 224, f"mobilenet_v2{_KERNELS}_1.0_224", "_no_top")
    for size in ("Small", "Large"):
        yield Network(
            f"MobileNetV3{size}", 224, f"weights_mobilenet_v3_{size.lower()}_224_1.0_float", "_no_top_v2"
        )
    yield Network("NASNetMobile", 224, "nasnet_mobile", "_no_top")
    yield Network("NASNetLarge", 331, "nasnet_large", "_no_top")
    for number, side in enumerate((224, 240, 260, 300, 380, 456, 528, 600)):
        yield Network(f"EfficientNetB{number}", side, f"efficientnetb{number}")
    for size, side in {"B0": 224, "B1": 240, "B2": 260, "B3": 300, "S": 384, "M": 480, "L": 480}.items():
        yield Network(f"EfficientNetV2{size}", side, f"efficientnetv2-{size.lower()}")
    for size in ("Tiny", "Small", "Base", "Large", "XLarge"):
        yield Network(f"ConvNeXt{size}", 224, f"convnext_{size.lower()}")


NETWORKS = {network.builder.lower(): network for network in _all()}
"""By the name that stands behind "keras:"."""


def cache() -> Path:
    """Return the folder in which Keras keeps what it downloads."""
    return Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser() / "models"


def locate(name: str, home: Path) -> Path:
    """Return where a file of weights or classes is, or will be: in <home>/models if it was put there."""
    own = home / "models" / name
    return own if own.is_file() else cache() / name


def is_here(name: str, home: Path) -> bool:
    """Whether there is such a file, and whole: a download by another process is waited for."""
    lock = _lock(name)
    if lock.exists():
        with contextlib.suppress(OSError), locks.held(lock):
            pass
    return locate(name, home).is_file()


def _lock(name: str) -> Path:
    return cache() / f".{name}.lock"


def download(network: Network, classes: bool, home: Path) -> None:
    """Have Keras download what is missing of the weights and, with classes, of their names.

    Raises:
        WeightsMissingError: it could not; says which file to bring, and where to.
        WeightsCorruptError: it was not the file that Keras expects.
        ModelError: the folder cannot be written.
    """
    _bring(network.file_name(classes), home, lambda: network.build(classes, "imagenet"))
    if classes:
        _bring(CLASSES, home, _ask_for_classes)


def _bring(name: str, home: Path, ask: Callable[[], Any]) -> None:
    """Have a file by asking Keras for what needs it; it says on standard error how far it is."""
    if is_here(name, home):
        return
    target = cache() / name
    with fetch.keeping(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with locks.held(_lock(name)), contextlib.redirect_stdout(sys.stderr):
            try:
                ask()
            except Exception as error:  # Keras raises that very class, or whatever came to it
                target.unlink(missing_ok=True)  # it leaves what has not the checksum that it knows
                kind = WeightsCorruptError if isinstance(error, ValueError) else WeightsMissingError
                raise kind(f"{said(error)}; without network, put {name} into {target.parent}") from error
    if not target.is_file():
        raise WeightsMissingError(f"Keras did not keep {name} in {target.parent}; put it there")


def _ask_for_classes() -> None:
    import keras

    keras.applications.imagenet_utils.decode_predictions(np.zeros((1, 1000), np.float32), top=1)


def open_network(network: Network, classes: bool, home: Path) -> Any:
    """Return the network with the weights that are here.

    Raises:
        BrokenModelError: they are not its.
    """
    path = locate(network.file_name(classes), home)
    try:
        return network.build(classes, str(path))
    except Exception as error:  # of h5py, of Keras or of TensorFlow
        what = f"{path} has no weights of {network.builder} ({said(error)})"
        raise BrokenModelError(f"{what}; delete it, and they are fetched anew") from error


def labels(home: Path) -> tuple[str, ...]:
    """Return words for ImageNet's classes; where one stands for two classes, their WordNet ids follow it.

    Raises:
        WeightsCorruptError: the list of classes is damaged.
    """
    path = locate(CLASSES, home)
    try:
        table = TypeAdapter(dict[int, tuple[str, str]]).validate_json(path.read_bytes())
        classes = [table[number] for number in range(len(table))]
    except (OSError, ValueError, KeyError) as error:
        raise WeightsCorruptError(
            f"{path} is not Keras' list of classes; delete it, and it is fetched anew"
        ) from error
    words = [word.replace("_", " ") for _, word in classes]
    return tuple(
        f"{word} ({number})" if words.count(word) > 1 else word
        for (number, _), word in zip(classes, words, strict=True)
    )
