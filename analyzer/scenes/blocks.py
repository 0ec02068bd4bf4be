"""Blocks of looks: where a class, or any of some classes, is shown."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Block:
    """Looks that belong together.

    Attributes:
        label: of the class.
        first, last: numbers of looks, both inclusive; seconds where there is one look a second.
        score: mean score of the class.
        coverage: share of the looks that show it; by the rules of miles-deep it can exceed 1.
    """

    label: str
    first: int
    last: int
    score: float
    coverage: float
