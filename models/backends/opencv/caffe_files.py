"""The files of a Caffe classifier: weights, prototxt, mean file, labels, and a TOML that names them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Literal

from models import fetch, files
from models.backends.opencv.blob import channel_means
from models.classes import Squash
from models.errors import BrokenModelError, ModelError, WeightsMissingError
from models.own import description
from models.own.classifiers import ClassifierView
from models.own.description import Description

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
        ModelError: it cannot be written, or a file's name is not UTF-8, as all in a TOML must be.
    """
    named = {"weights": weights, "prototxt": prototxt, "mean_file": mean, "labels_file": labels}
    places = {key: str(path.absolute()) for key, path in named.items() if path}
    lines = [f"{key} = {json.dumps(place, ensure_ascii=False)}\n" for key, place in places.items()]
    try:
        text = "".join(lines).encode()
    except UnicodeEncodeError as error:
        raise ModelError(f"the name of a model's file is not UTF-8: {error.object[:100]!a}") from error
    with fetch.written(target) as part:
        part.write_bytes(text)
