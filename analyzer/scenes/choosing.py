"""Which classes are wanted, and which looks show them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analyzer.errors import UsageError
from analyzer.scenes.scores import Floats
from analyzer.settings import nearest

OTHER = "other"
"""The class of what is none of the others."""
_LISTED = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """Any of some classes, or all but some.

    Attributes:
        name: for people and records.
        classes: their numbers.
        without: whether what shows them is not wanted, and everything else is.
    """

    name: str
    classes: tuple[int, ...]
    without: bool = False

    def shown(self, weights: Floats, exclusive: bool) -> "Shown":
        """Return what looks (n, classes) show of it; see Scores for `exclusive`."""
        wanted = np.isin(np.arange(weights.shape[1]), self.classes)
        if exclusive:
            hits = wanted[weights.argmax(axis=1)] != self.without
            return Shown(hits, weights.max(axis=1))
        values = weights[:, wanted].max(axis=1)
        if self.without:
            values = 1 - values
        return Shown(np.ones(len(weights), np.bool_), values)


@dataclass(frozen=True, slots=True)
class Shown:
    """What looks show of a choice.

    Attributes:
        hits: (n,) whether it is what they show. Where several classes hold at once, any look may.
        values: (n,) how surely.
    """

    hits: npt.NDArray[np.bool_]
    values: Floats

    def good(self, min_score: float) -> npt.NDArray[np.bool_]:
        """Return (n,) which looks show it surely enough."""
        return self.hits & (self.values >= np.float32(min_score))


def any_of(words: Sequence[str], labels: Sequence[str]) -> Choice:
    """Return the choice of any of the classes that words name.

    Raises:
        UsageError: one names none.
    """
    if not words:
        raise UsageError(f"no class is named; {_listed(labels)}")
    numbers = tuple(dict.fromkeys(number_of(word, labels) for word in words))
    return Choice(", ".join(_short(labels[number]) for number in numbers), numbers)


def all_but(words: Sequence[str], labels: Sequence[str]) -> Choice:
    """Return the choice of everything but the classes that words name.

    Raises:
        UsageError: one names none.
    """
    chosen = any_of(words, labels)
    return Choice(f"not {chosen.name}", chosen.classes, without=True)


def each(labels: Sequence[str]) -> list[Choice]:
    """Return a choice of each class."""
    return [Choice(label, (number,)) for number, label in enumerate(labels)]


def number_of(word: str, labels: Sequence[str]) -> int:
    """Return the class that a word names: its whole label, or the first word of it where that is its own.

    Lists of synsets, such as "n02123045 tabby, tabby cat", are chosen from by their first words.

    Raises:
        UsageError: there is none; the nearest is named.
    """
    if word in labels:
        return list(labels).index(word)
    first = [number for number, label in enumerate(labels) if _short(label) == word]
    if len(first) == 1:
        return first[0]
    known = [*labels, *map(_short, labels)]
    raise UsageError(f"no class {word!r}{nearest(word, known) or f'; {_listed(labels)}'}")


def split(text: str, labels: Sequence[str]) -> list[str]:
    """Split what is given with commas between, unless it is one label that has commas itself."""
    return [text] if text in labels else [word.strip() for word in text.split(",") if word.strip()]


def _listed(labels: Sequence[str]) -> str:
    more = f" and {len(labels) - _LISTED} more" if len(labels) > _LISTED else ""
    return f"there are {', '.join(labels[:_LISTED])}{more}"


def _short(label: str) -> str:
    """The first word of a line of a list of synsets; any other label whole."""
    first, _, rest = label.partition(" ")
    return first if rest and first[:1] == "n" and first[1:].isdecimal() else label
