"""Keras networks of pictures: cut to what is asked of them, and run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np

from models.classes import Squash
from models.errors import BrokenModelError, UnknownModelError, said
from models.images import Floats, Image, stretched

_SIDE = 224
"""Pixels of the picture for a network that takes any."""
_SCORES: dict[str, Squash] = {"softmax": "softmax", "sigmoid": "sigmoid", "hard_sigmoid": "sigmoid"}
"""Activations after which numbers are scores."""


def check_input(net: Any, name: str) -> None:
    """Refuse a network that does not take one picture, or does not give one thing.

    Raises:
        BrokenModelError: it is one.
    """
    inputs, outputs = getattr(net, "inputs", None) or [], getattr(net, "outputs", None) or []
    if len(inputs) != 1 or len(outputs) != 1:
        raise BrokenModelError(f"{name} has {len(inputs)} inputs and {len(outputs)} outputs, not one of each")
    shape = tuple(inputs[0].shape)
    if len(shape) != 4 or shape[3] not in (1, 3):
        raise BrokenModelError(f"{name} takes {shape}, no pictures (n, height, width, 3 or 1)")


def squash_of(net: Any, name: str, labelled: bool) -> Squash:
    """Return what makes scores at a classifier's end; "none" if it gives logits.

    Args:
        net: a keras.Model.
        name: for messages.
        labelled: whether its user says that it has classes.

    Raises:
        UnknownModelError: it is no classifier.
    """
    import keras

    last, rows = _last(net), net.output_shape
    squash = _SCORES.get(_activation(last), "none")
    if len(rows) != 2 or not (squash != "none" or labelled or isinstance(last, keras.layers.Dense)):
        raise UnknownModelError(
            f"{name} is no classifier: it ends in {last.name}, {rows}; it can be an image-feature"
        )
    return squash


def to_features(net: Any, name: str, labelled: bool) -> Any:
    """Return the network so that it gives a vector: of a classifier, what its last Dense layer is given.

    Args:
        net: a keras.Model.
        name: for messages.
        labelled: whether its user says that it has classes.

    Raises:
        UnknownModelError: it has no vector to give.
    """
    import keras

    output = net.outputs[0]
    if labelled or _activation(_last(net)) in _SCORES:
        dense = [layer for layer in net.layers if isinstance(layer, keras.layers.Dense)]
        if not dense:
            raise UnknownModelError(
                f"{name} has no Dense layer of its own before which features could be taken"
            )
        output = dense[-1].input
    if len(output.shape) == 4:
        output = keras.layers.GlobalAveragePooling2D()(output)
    if len(output.shape) != 2:
        raise UnknownModelError(f"{name} has no feature: it gives {tuple(output.shape)}")
    return keras.Model(net.inputs, output)


def _last(net: Any) -> Any:
    """The layer that gives the network's output, inside of networks in it."""
    import keras

    operation = net.outputs[0]._keras_history.operation
    return _last(operation) if isinstance(operation, keras.Model) else operation


def _activation(layer: Any) -> str:
    """The name of what a layer does to its numbers at last."""
    return str(getattr(getattr(layer, "activation", layer), "__name__", type(layer).__name__)).lower()


class KerasPictures:
    """A row for each picture, stretched to the network's; see models.contracts.Extractor.

    Args:
        net: a keras.Model that gives a row for each picture.
        name: for messages.
        see: makes what the network takes of pixels (n, height, width, 3 or 1), 0 to 255.
        batch_size: pictures that go in at once.

    Attributes:
        size: width and height of the pictures that it takes.
        black: what it gives for a black picture (1, numbers).

    Raises:
        BrokenModelError: it cannot be run.
    """

    def __init__(self, net: Any, name: str, see: Callable[[Floats], Floats], batch_size: int) -> None:
        count, height, width, channels = net.input_shape
        self._net, self._name, self._see = net, name, see
        self._shape = (count or batch_size, height or _SIDE, width or _SIDE, channels)
        self.size = self._shape[2], self._shape[1]
        self._lock = threading.Lock()
        try:
            self.black = self._rows([np.zeros((1, 1, 3), np.uint8)])
        except Exception as error:  # TensorFlow's own, of any kind
            raise BrokenModelError(f"{name} cannot be run: {said(error)}") from error

    def features(self, images: Sequence[Image]) -> Floats:
        """See models.contracts.Extractor."""
        step = self._shape[0]
        rows = [self._rows(images[start : start + step]) for start in range(0, len(images), step)]
        return np.concatenate([self.black[:0], *rows])

    def _rows(self, images: Sequence[Image]) -> Floats:
        """What comes out of one run; there are always as many pictures, so that it is compiled once."""
        batch = np.zeros(self._shape, np.float32)
        for target, image in zip(batch, images, strict=False):
            target[:] = self._stretched(image)
        with self._lock:
            rows = np.asarray(self._net.predict_on_batch(self._see(batch)), np.float32)[: len(images)]
        if not np.isfinite(rows).all():
            raise BrokenModelError(f"{self._name} gives NaN or infinity")
        return rows

    def _stretched(self, image: Image) -> Image:
        _, height, width, channels = self._shape
        if channels == 1:
            image = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)
        return stretched(image, width, height).reshape(height, width, channels)
