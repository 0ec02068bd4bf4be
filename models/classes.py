"""Classifiers: what the numbers mean that a network gives for each picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.contracts import Extractor
from models.errors import BrokenModelError
from models.images import Floats, Image, sigmoid

Squash = Literal["none", "softmax", "sigmoid"]

_NEARLY = 0.02
"""By which scores may miss what they should be in 16 bits."""


@dataclass(frozen=True)
class Classes:
    """How numbers become scores of classes.

    One output with two labels is binary: it is the score of the second, and the first has what is missing
    from 1, as Keras has it.

    Attributes:
        labels: one an output, or two for one.
        exclusive: see models.contracts.Classifier.
        squash: what is done to the numbers.
    """

    labels: tuple[str, ...]
    exclusive: bool
    squash: Squash

    def scores(self, values: Floats) -> Floats:
        """Return scores (n, labels), 0 to 1, of what the network gives (n, outputs)."""
        if self.squash == "softmax":
            raised = np.exp(values - values.max(axis=1, keepdims=True, initial=-np.inf))
            values = raised / raised.sum(axis=1, keepdims=True)
        elif self.squash == "sigmoid":
            values = sigmoid(values)
        if values.shape[1] < len(self.labels):
            values = np.concatenate([1 - values, values], axis=1)
        return values.clip(0, 1)


def classes_of(
    name: str, values: Floats, labels: Sequence[str], *, logits: bool, multi_label: bool
) -> Classes:
    """Find out how a classifier is to be read.

    Args:
        name: of the model, for messages.
        values: what it gives for some picture (1, outputs).
        labels: of its classes; made up if there are none.
        logits: whether it leaves softmax, or sigmoid, to others.
        multi_label: whether several classes may hold at once. Scores that do not add up to 1 are taken so
            anyway, and so is a single output, unless it has two labels.

    Raises:
        BrokenModelError: the labels do not fit, or what should be scores are none.
    """
    outputs = values.shape[1]
    named = tuple(labels) or tuple(f"class_{number}" for number in range(outputs))
    binary = outputs == 1 and len(named) == 2
    if len(named) != outputs and not binary:
        raise BrokenModelError(f"{name}: {len(named)} labels do not fit its {outputs} outputs")
    if logits:
        several = multi_label or outputs == 1
        return Classes(named, binary or not several, "sigmoid" if several else "softmax")
    if (values < -_NEARLY).any() or (values > 1 + _NEARLY).any():
        worst = float(values.flat[np.abs(values - 0.5).argmax()])
        raise BrokenModelError(f"{name} gives {worst:.3g}, no score of 0 to 1; is its head 'logits'?")
    adds_up = bool(abs(values.sum() - 1) < _NEARLY) and outputs > 1
    return Classes(named, binary or (adds_up and not multi_label), "none")


class PictureClassifier:
    """An extractor of numbers, read as scores; see models.contracts.Classifier.

    Args:
        pictures: gives as many numbers for a picture as there are outputs.
        classes: what they mean.
        size: width and height that it stretches pictures to.
    """

    def __init__(self, pictures: Extractor, classes: Classes, size: tuple[int, int]) -> None:
        self._pictures, self._classes = pictures, classes
        self.labels = classes.labels
        self.exclusive = classes.exclusive
        self.size: tuple[int, int] | None = size

    def classify(self, images: Sequence[Image]) -> Floats:
        """See the contract."""
        return self._classes.scores(self._pictures.features(images))
