"""Which vectors are one person's: agglomerative clustering whose stop is calibrated on the strangers at hand.

Two groups are as like as the cosine of their mean vectors, once what strangers have in common is taken off:

    likeness(A, B) = (a.b - m) / sqrt((a.a - m) (b.b - m))        a, b: mean vectors; m: strangers' a.b

It is counted in standard deviations of what two strangers reach by chance. That yardstick is the same for
small groups and large ones, where the plain mean of pairs is not: averaging takes the noise of single faces
out of both sides. Strangers are known without labels: two faces in one frame are two people.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.catalog import Likeness

Floats = npt.NDArray[np.float32]
Labels = npt.NDArray[np.intp]

ENOUGH = 4.0
"""Deviations that no stranger reaches by chance: one pair in 30,000."""
SHARE = 0.85
"""Of the way from strangers to the same person; where faces tell less, it comes before ENOUGH."""
PRIOR_PAIRS = 30
"""How many pairs of strangers weigh as much as what is known of the model beforehand."""
LEVELS = 12
"""Steps from the surest merges to the stop."""
CHUNK = 2048
"""Rows that are compared with all others in one go."""


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


@dataclass(frozen=True)
class Groups:
    """What `group` found.

    Attributes:
        labels: (n,) 0.. by size, the largest first; -1 for what steers nothing and is like nobody.
        confidence: (n,) how sure it is that each belongs where it is and nowhere else, 0 to 1.
        likeness: what it was judged by.
    """

    labels: Labels
    confidence: Floats
    likeness: Likeness


def group(
    vectors: Floats,
    prior: Likeness,
    apart: Iterable[tuple[int, int]] = (),
    weights: Sequence[float] | None = None,
) -> Groups:
    """Group vectors by person.

    Args:
        vectors: (n, d) of one model; their length does not matter.
        prior: of that model.
        apart: pairs that are two people: they never come into one group.
        weights: (n,) how much each counts in its group's mean; one of weight 0 joins a group or none, but
            steers nothing. All equal if None.
    """
    raise NotImplementedError
