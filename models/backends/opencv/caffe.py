"""Caffe classifiers, as OpenCV runs them: weights, prototxt, mean file, labels, and a TOML that names them.

OpenCV reads both ways to write a prototxt (`layer {` and the older `layers {`) and all layers that the usual
classifiers are made of: AlexNet, VGG, GoogLeNet, ResNet, SqueezeNet, MobileNet.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np

from models import fetch, files
from models.backends.opencv.blob import channel_means
from models.backends.opencv.models import Model
from models.classes import PictureClassifier, Squash
from models.errors import BrokenModelError, WeightsMissingError
from models.images import Floats, Image
from models.own import description
from models.own.classifiers import ClassifierView
from models.own.description import Description
from models.own.pictures import classifier
from models.silence import silent

_SQUASHES: dict[str, Squash] = {"softmax": "softmax", "sigmoid": "sigmoid"}
_DIMS = re.compile(r"\binput_dim\s*:\s*(\d+)")
_SHAPE = re.compile(r"\binput_(?:shape|param\s*:?\s*\{\s*shape)\s*:?\s*\{([^}]*)\}")
_TYPE = re.compile(r"\btype\s*:\s*[\"']?(\w+)")


class CaffeView(ClassifierView):
    """What a Caffe classifier's TOML says.

    Attributes:
        weights, prototxt: the files, seen from the TOML; NAME.caffemodel and NAME.prototxt if not said.
        mean_file: of means in Caffe's own format; goes before `mean`. One number a channel is made of it.
    """

    colour: Literal["rgb", "bgr"] = "bgr"
    weights: str = ""
    prototxt: str = ""
    mean_file: str = ""


class Caffe:
    """The files of a classifier.

    Args:
        path: of the .caffemodel file, or of the TOML.

    Raises:
        ModelError: the TOML is damaged.
        WeightsMissingError: a file is not there.
    """

    def __init__(self, path: Path) -> None:
        toml = description.path_of(path)
        self.view = description.read(path, CaffeView) or CaffeView()
        named = self.view
        self.name = f"opencv:{path.name}"
        self.weights = description.beside(toml, named.weights or path.with_suffix(".caffemodel").name)
        self.prototxt = description.beside(toml, named.prototxt or path.with_suffix(".prototxt").name)
        self.mean_file = description.beside(toml, named.mean_file) if named.mean_file else None
        for file in self._files():
            if not file.is_file():
                raise WeightsMissingError(f"{self.name} needs {file}, which is not there")

    def _files(self) -> list[Path]:
        return [self.weights, self.prototxt, *([self.mean_file] if self.mean_file else [])]

    def fingerprint(self) -> str:
        """Return 64 hexadecimal digits of what results hang on: what is in the files, not where they lie."""
        named = {"weights": "", "prototxt": "", "mean_file": ""}
        sums = " ".join(files.sha256_of(file) for file in self._files())
        return self.view.model_copy(update=named).fingerprint(sums)

    def described(self) -> Description:
        """Return how it is run.

        Raises:
            BrokenModelError: the prototxt or the mean file cannot be read, or not be meant.
            ModelError: the size of its pictures is not known.
        """
        text = text_of(self.prototxt)
        view = self.view
        if self.mean_file:
            view = view.model_copy(update={"mean": channel_means(self.mean_file)})
        kinds = [kind.lower() for kind in _TYPE.findall(text)]
        return view.described(
            self.prototxt.name, _size(self.prototxt, text), _SQUASHES.get(kinds[-1] if kinds else "", "none")
        )


def text_of(prototxt: Path) -> str:
    """Return a prototxt without its comments."""
    return re.sub(r"#.*", "", prototxt.read_text("utf-8", errors="replace"))


def _size(path: Path, text: str) -> tuple[int | None, int | None]:
    """Width and height of the input, where the prototxt says them."""
    shape = _SHAPE.search(text)
    dims = [int(dim) for dim in _DIMS.findall(text) or (re.findall(r"\d+", shape[1]) if shape else [])]
    if not dims:
        return None, None
    if len(dims) != 4 or dims[1] != 3:
        shown = ", ".join(map(str, dims))
        raise BrokenModelError(f"{path} takes ({shown}), not pictures of three colours")
    return dims[3], dims[2]


class _Net(Model):
    """A network of Caffe's that gives one row a picture; see models.own.pictures.Runner."""

    def __init__(self, files: Caffe, about: Description, batch_size: int) -> None:
        self.name, self._files, self._about, self._size = files.name, files, about, batch_size
        super().__init__(files.weights)
        with silent():  # OpenCV tells standard error of what it raises, too
            self._nothing = self._checked()[:0]

    def _read(self) -> Any:
        with silent():
            return cv2.dnn.readNetFromCaffe(str(self._files.prototxt), str(self._files.weights))

    def _refusal(self, reason: str) -> str:
        weights, prototxt = self._files.weights, self._files.prototxt
        if "Failed to parse" in reason:
            return f"{prototxt if 'FromText' in reason else weights} is damaged, or no file of Caffe's"
        return f"{weights} does not fit {prototxt}, or is cut off ({reason})"

    def _checked(self) -> Floats:
        """What it gives for a grey picture."""
        grey = np.full((1, self._about.height, self._about.width, 3), 128, np.uint8)
        rows = self._rows(grey)
        if not rows.any():
            raise BrokenModelError(f"{self._files.weights} gives only zeros")
        return rows

    def run(self, images: Image) -> tuple[Floats]:
        """See Runner."""
        starts = range(0, len(images), self._size)
        return (
            np.concatenate([self._nothing, *(self._rows(images[at : at + self._size]) for at in starts)]),
        )

    def _rows(self, images: Image) -> Floats:
        seen = self._about.see(images.astype(np.float32)).transpose(0, 3, 1, 2)
        with self._lock, self._in_one_line():
            self._model.setInput(np.ascontiguousarray(seen))
            rows = np.array(self._model.forward(), np.float32).reshape(len(images), -1)
        if not np.isfinite(rows).all():
            raise BrokenModelError(f"{self._files.weights} gives NaN or infinity")
        return rows


def open_classifier(path: Path, batch_size: int) -> PictureClassifier:
    """Return a Caffe classifier.

    Args:
        path: of the .caffemodel file, or of the TOML.
        batch_size: pictures that go in at once.

    Raises:
        ModelError: of any kind; see Caffe.
    """
    files = Caffe(path)
    about = files.described()
    return classifier(_Net(files, about, batch_size), about, _squeezed)


def _squeezed(image: Image, width: int, height: int) -> Image:
    """As cv2.resize does it by itself, which is what Caffe classifiers are usually given."""
    return np.asarray(cv2.resize(image, (width, height)), np.uint8)


def describe(
    target: Path, *, weights: Path, prototxt: Path, mean: Path | None = None, labels: Path | None = None
) -> None:
    """Write a TOML for files that lie anywhere, under any names: `opencv:TARGET` is then the classifier.

    Args:
        target: of the TOML, ends with .toml.
        weights: a .caffemodel.
        prototxt: the network that belongs to it.
        mean: means in Caffe's own format.
        labels: one a line.

    Raises:
        ModelError: it cannot be written.
    """
    named = {"weights": weights, "prototxt": prototxt, "mean_file": mean, "labels_file": labels}
    lines = [f"{key} = {json.dumps(str(path.absolute()))}\n" for key, path in named.items() if path]
    with fetch.written(target) as part:
        part.write_text("".join(lines), "utf-8")
