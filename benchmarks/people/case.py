"""What every method is given, and the distances that their thresholds were made for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from models.catalog import Likeness

Floats = npt.NDArray[np.float32]
Labels = npt.NDArray[np.intp]
Pairs = Sequence[tuple[int, int]]


@dataclass(frozen=True, eq=False)
class Case:
    """Vectors to group, and the truth about them.

    Attributes:
        vectors: (n, d) a track's pooled faces each, or one face.
        weights: (n,) how much each is worth.
        truth: (n,) whose each is; -1: nobody knows, it is not judged.
        apart: pairs that were seen in one picture. Those of one person are mirrors.
        prior: what is known of the model's likenesses beforehand.
        dlib: whether the vectors are dlib's: its users' thresholds are Euclidean distances of these.
        unseen: people in whose pictures no face was found: each counts as a group of its own.
    """

    vectors: Floats
    weights: Floats
    truth: Labels
    apart: Pairs
    prior: Likeness
    dlib: bool = False
    unseen: Labels = field(default_factory=lambda: np.empty(0, np.intp))

    @cached_property
    def units(self) -> Floats:
        """The vectors, of length 1."""
        return unit(self.vectors)

    @cached_property
    def cosine(self) -> Floats:
        """Cosine distances (n, n), strangers at 1: as where the thresholds for them were made."""
        distances = (1 - self.units @ self.units.T) / (1 - self.prior.strangers)
        return _proper(distances)

    @cached_property
    def euclidean(self) -> Floats:
        """Distances (n, n) for dlib's thresholds; cosine ones where the vectors are not dlib's."""
        if not self.dlib:
            return self.cosine
        squares = (self.vectors**2).sum(1)
        distances = squares[:, None] + squares - 2 * self.vectors @ self.vectors.T
        return np.sqrt(_proper(distances))

    @property
    def chords(self) -> Floats:
        """Distances (n, n) of the vectors at length 1, with strangers at 1."""
        return np.sqrt(self.cosine)


def unit(vectors: Floats) -> Floats:
    """Return vectors of length 1 along the last axis."""
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def _proper(distances: Floats) -> Floats:
    """Not negative, symmetric, 0 to itself."""
    distances = np.maximum((distances + distances.T) / 2, 0)
    np.fill_diagonal(distances, 0)
    return distances
