"""Who of the known people a face is: open-set, so that "unknown" is an answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from analyzer.records import Embedding
from models.catalog import Likeness


@dataclass(frozen=True)
class Match:
    """What came of a comparison; `ranked`: known people and how probable each is, the likeliest first."""

    verdict: Literal["known", "ambiguous", "unknown"]
    ranked: tuple[tuple[str, float], ...]


class Matcher:
    """Nearest neighbour by cosine."""

    def __init__(
        self, known: Mapping[str, Sequence[Embedding]], strangers: Sequence[Embedding], likeness: Likeness
    ) -> None:
        self._known = {key: _unit(vectors) for key, vectors in known.items() if vectors}
        same = likeness.strangers + 4 * likeness.spread if likeness.same is None else likeness.same
        self._middle, self._width = (likeness.strangers + same) / 2, likeness.spread / 2

    def match(self, query: Sequence[Embedding]) -> Match:
        """Compare some faces of one person with all who are known."""
        if not query or not self._known:
            return Match("unknown", ())
        probe = _unit(query).mean(0)
        best = {key: float((vectors @ probe).max()) for key, vectors in self._known.items()}
        sure = {key: float(1 / (1 + np.exp((self._middle - x) / self._width))) for key, x in best.items()}
        ranked = tuple(sorted(sure.items(), key=lambda pair: -pair[1]))
        likely = [key for key, probability in ranked if probability > 0.5]
        verdict: Literal["known", "ambiguous", "unknown"] = "known" if likely else "unknown"
        return Match("ambiguous" if len(likely) > 1 else verdict, ranked[:5])


def _unit(embeddings: Sequence[Embedding]) -> npt.NDArray[np.float32]:
    vectors = np.stack([e.vector for e in embeddings]).astype(np.float32)
    unit: npt.NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit
