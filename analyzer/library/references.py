"""The reference vectors of known people, and how like a query is to each.

A query and a person are as like as analyzer.people.likeness says, in units of a threshold: 1 is where one
stranger in a hundred would pass for somebody. Two things make it hold for any library:

- Of a person's reference vectors those most like the query count most, but all count: pictures of other ages
  and poses do not drown the ones that tell, and a single one does not decide.
- A face that many strangers are rather like proves less (adaptive score normalisation, with the nearest of
  the strangers in the user's own library as the cohort).
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
from scipy.special import softmax

from analyzer.people.likeness import Scaled
from analyzer.records import Embedding
from models.catalog import Likeness

Floats = npt.NDArray[np.float32]

FALSE_ACCEPTS = 0.01
"""Share of strangers that may pass for somebody."""
SHARE = 0.78
"""Of the way from strangers to the same person, where the threshold lies at the latest."""
FOCUS = 3.0
"""How much more the reference vectors most like the query count: 0 not at all, 100 the best one alone."""
RIVALRY = 0.1
"""Share of the likeness to strangers that is taken off."""
RIVALS, COHORT = 5, 1000
"""How many of the nearest strangers count, and among how many they are looked for."""
CANDIDATES = 32
"""People who are compared closely."""
CHUNK = 65536


def threshold(likeness: Likeness, people: int) -> float:
    """Return the cosine similarity at which one stranger in a hundred passes for one of so many people."""
    deviations = NormalDist().inv_cdf(1 - FALSE_ACCEPTS / max(1, people))
    highest = np.inf if likeness.same is None else SHARE * (likeness.same - likeness.strangers)
    return likeness.strangers + float(min(deviations * likeness.spread, highest))


def unit(embeddings: Iterable[Embedding]) -> Floats:
    """Return embeddings of one model as rows of length 1."""
    vectors = np.stack([embedding.vector for embedding in embeddings]).astype(np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, np.float32(1e-6)))


class References:
    """The known people and the strangers, as one model sees them.

    Args:
        known: reference vectors of each person, at least one each, of one model.
        strangers: of other people, of the same model.
        likeness: of the model.
    """

    def __init__(
        self, known: Mapping[str, Sequence[Embedding]], strangers: Sequence[Embedding], likeness: Likeness
    ) -> None:
        self.people = tuple(known)
        self._middle = likeness.strangers
        self._full = (threshold(likeness, len(known)) - self._middle) / (1 - self._middle)
        counts = np.array([len(vectors) for vectors in known.values()])
        self._ends = np.cumsum(counts)
        self._starts = self._ends - counts
        every = [embedding for vectors in known.values() for embedding in vectors]
        chunks = (every[i : i + CHUNK] for i in range(0, len(every), CHUNK))
        self._references = np.concatenate([unit(chunk).astype(np.float16) for chunk in chunks])
        self._means = self._scaled(np.concatenate(list(self._average())))
        step = -(-len(strangers) // COHORT) or 1
        self._cohort = self._scaled(unit(strangers[::step])) if len(strangers) > RIVALS else None

    def references(self, person: int) -> Floats:
        """Return a person's vectors (n, d), of length 1."""
        return self._references[self._starts[person] : self._ends[person]].astype(np.float32)

    def nearest(self, query: Floats) -> tuple[npt.NDArray[np.intp], Floats]:
        """Return the people most like a query (n, d), in no order, and how like, in thresholds."""
        mean = query.mean(axis=0, keepdims=True)
        likes = self._scaled(mean).likeness(self._means)[0]
        best = np.argpartition(likes, -min(CANDIDATES, len(likes)))[-CANDIDATES:]
        return best, self.compare(mean, [self.references(person) for person in best])

    def compare(self, mean: Floats, people: Sequence[Floats]) -> Floats:
        """Return how like a query (1, d) and some people's reference vectors (n, d) are, in thresholds."""
        focus = FOCUS / (1 - self._middle)
        pooled = [softmax(focus * (vectors @ mean[0])) @ vectors for vectors in people]
        references, query = self._scaled(np.stack(pooled)), self._scaled(mean)
        likes = references.likeness(query)[:, 0] / self._full
        if self._cohort is None:
            return np.asarray(likes)
        rivals = self._rivals(references) + self._rivals(query) - 2 * self._usual_rivals
        return np.asarray(likes - RIVALRY * rivals)

    @cached_property
    def _usual_rivals(self) -> float:
        assert self._cohort
        return float(self._rivals(self._cohort).mean())

    def _rivals(self, faces: Scaled) -> Floats:
        """Return how like the nearest strangers are, but for those who may be the person unrecognised."""
        assert self._cohort
        likes = faces.likeness(self._cohort) / self._full
        likes[likes >= 1] = 0
        return np.asarray(np.partition(likes, -RIVALS, axis=1)[:, -RIVALS:].mean(axis=1))

    def _average(self) -> Iterable[Floats]:
        for first in range(0, len(self._ends), CHUNK):
            starts, ends = self._starts[first : first + CHUNK], self._ends[first : first + CHUNK]
            vectors = self._references[starts[0] : ends[-1]].astype(np.float32)
            sums = np.add.reduceat(vectors, starts - starts[0], axis=0)
            yield sums / (ends - starts)[:, None].astype(np.float32)

    def _scaled(self, means: Floats) -> Scaled:
        return Scaled(means, np.ones(len(means), np.float32), self._middle)
