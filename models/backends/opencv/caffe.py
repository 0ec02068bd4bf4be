"""Caffe classifiers, as OpenCV runs them.

OpenCV reads both ways to write a prototxt (`layer {` and the older `layers {`) and all layers that the usual
classifiers are made of: AlexNet, VGG, GoogLeNet, ResNet.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from models.backends.opencv.caffe_files import Caffe
from models.backends.opencv.models import Model
from models.checks import probe
from models.classes import PictureClassifier
from models.errors import BrokenModelError
from models.images import Floats, Image
from models.own.description import Description
from models.own.pictures import classifier
from models.silence import silent


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
        """What it gives for two pictures: some networks are made for one at a time."""
        one = probe((self._about.height, self._about.width, 3), np.uint8)
        rows = self._rows(np.concatenate([one, one]))
        if not rows.any():
            raise BrokenModelError(f"{self._files.weights} gives only zeros")
        if not np.allclose(rows[0], rows[1], atol=1e-3):
            raise BrokenModelError(f"{self._files.prototxt} does not take several pictures at once")
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
