"""How alike two groups of embeddings are, and how alike they must be to be one person.

    likeness(A, B) = (a.b - m) / sqrt((a.a - m) (b.b - m))        a, b: mean vectors; m: strangers' a.b

is the cosine of the groups' mean vectors once what strangers have in common is taken off. It is judged in
standard deviations of what two strangers reach by chance. That yardstick is the same for small groups and
large ones, where the plain mean of pairs is not: averaging takes the noise of single faces out of both sides.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from analyzer.paths import marquee_home
from models import backends
from models.catalog import Likeness

Floats = npt.NDArray[np.float32]

MISS = 1.5
"""How many wrong merges a missed one is as bad as."""
DOUBT = 0.5
"""However many strangers there are, likeness this far from the same person to the same picture is enough."""
SOME = 100
"""Groups that there are taken to be at least, where little is known of the model."""
PRIOR_PAIRS = 30
"""How many pairs of strangers weigh as much as what is known of the model beforehand."""
LEAST = 0.05
"""Share of a single vector's own likeness that a group keeps at least, however mixed it is."""
NOISE = 0.03
"""What a face of half the weight adds to its likeness to itself, as a share of it: poor faces tell less."""


def prior_of(model: str, size: int, embedder: str = "") -> Likeness:
    """Return what is known beforehand of a model's embeddings, of so many numbers.

    Args:
        model: its name in records, which does not tell where its file is.
        size: how many numbers.
        embedder: as the settings name one, which does; it counts if it is that model.
    """
    home = marquee_home()
    if ":" in embedder and backends.label("face-embedder", embedder, home) == model:
        model = embedder
    return backends.likeness_of(model, home) or random_directions(size)


def random_directions(size: int) -> Likeness:
    """Return the likeness of directions that have nothing in common, in so many dimensions."""
    return Likeness(strangers=0, spread=size**-0.5)


def calibrated(prior: Likeness, pairs: Floats) -> Likeness:
    """Return the prior after the similarities of some strangers (k,) were seen.

    The median and the median deviation are taken: a mirror or a photograph on the wall makes one person two.
    """
    if not len(pairs):
        return prior
    middle = float(np.median(pairs))
    deviation = 1.4826 * float(np.median(np.abs(pairs - middle)))
    share = len(pairs) / (len(pairs) + PRIOR_PAIRS)
    spread = np.sqrt((1 - share) * prior.spread**2 + share * deviation**2)
    strangers = (1 - share) * prior.strangers + share * middle
    return prior.model_copy(update={"strangers": strangers, "spread": float(spread)})


def stop(likeness: Likeness, groups: int) -> float:
    """Return how alike two of so many groups must be to be one person, on the scale of the module's formula.

    Where the model's likeness of one person is known, there it is as likely to be met by one person as by the
    nearest of the strangers, both normally distributed. Else it is what no pair of the strangers reaches by
    chance: the largest of N normal deviates is about sqrt(2 ln N).
    """
    deviation = likeness.spread / (1 - likeness.strangers)
    if likeness.same is None:
        return deviation * float(np.sqrt(2 * np.log(max(groups, SOME) ** 2 / 2)))
    between = (likeness.same - likeness.strangers) / likeness.spread
    asked = deviation * (between / 2 + float(np.log(max(groups, 2) / MISS)) / between)
    return min(asked, 1 - DOUBT * (1 - between * deviation))


class Scaled:
    """Mean vectors of groups, ready to be compared.

    Args:
        sums: (n, d) of vectors of length 1, each times its weight.
        weights: (n,) the sums of their weights.
        strangers: mean cosine similarity of two strangers.
    """

    def __init__(self, sums: Floats, weights: Floats, strangers: float) -> None:
        means = sums / weights[:, None]
        own = np.einsum("nd,nd->n", means, means) - strangers
        noise = NOISE * np.maximum(1 / weights - 1, 0) * (1 - strangers)
        roots = np.sqrt(np.maximum(own, LEAST * (1 - strangers)) + noise)[:, None]
        self._strangers = np.float32(strangers)
        self._vectors = np.concatenate([means / roots, 1 / roots], 1, dtype=np.float32)

    def __len__(self) -> int:
        return len(self._vectors)

    def __getitem__(self, which: Any) -> "Scaled":
        chosen = object.__new__(Scaled)
        chosen._strangers, chosen._vectors = self._strangers, self._vectors[which]
        return chosen

    def likeness(self, others: "Scaled") -> Floats:
        """Return how alike each of these (n) and each of the others (m) are: (n, m), 1 for the same."""
        return np.asarray(self._signed() @ others._vectors.T)

    def likeness_each(self, others: "Scaled") -> Floats:
        """Return how alike each of these is to its counterpart: (n,)."""
        return np.asarray(np.einsum("nd,nd->n", self._signed(), others._vectors))

    def _signed(self) -> Floats:
        vectors = self._vectors.copy()
        vectors[:, -1] *= -self._strangers
        return vectors


def unit(vectors: Floats) -> Floats:
    """Return vectors (n, d) at length 1; zeros stay zeros."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12), np.float32)
