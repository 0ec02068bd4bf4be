"""Who is it? Faces are compared with the people that the user has named, and "unknown" is an answer.

How like they are is in analyzer.library.references. Here it becomes a probability, and that a verdict;
somebody else being nearly as like is a reason to doubt, and to say so.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit, softmax

from analyzer.library.references import Floats, References, unit
from analyzer.records import Embedding
from models.catalog import Likeness

Verdict = Literal["known", "ambiguous", "unknown"]

STEEPNESS = 22.0
"""How fast likeness makes sure: of the log odds, in thresholds."""
EVEN = 0.94
"""Thresholds at which somebody is as likely known as not."""
SURE = float(expit(STEEPNESS * (1 - EVEN)))
"""Probability from which on a name is given."""
LISTED = 10


@dataclass(frozen=True)
class Match:
    """Who a query may be.

    Attributes:
        verdict: known: the first of `ranked`; ambiguous: somebody of `ranked`, or perhaps nobody; unknown.
        ranked: people and the probability that it is they, the best first; together at most 1.
    """

    verdict: Verdict
    ranked: tuple[tuple[str, float], ...]


def probabilities(likes: Floats, strictness: float = 1.0) -> Floats:
    """Return how probable each of some people is, (n,), given how like each is in thresholds."""
    odds = STEEPNESS * (likes / strictness - EVEN)
    return np.asarray(expit(odds.max()) * softmax(odds))


class Matcher:
    """Says who somebody is, if it is one of the known people.

    Args:
        known: each person's reference vectors, of any models; one to hundreds.
        strangers: vectors of other people of the library; with few of them, nothing is made of them.
        likeness: of the model whose vectors are asked about.
        strictness: what thresholds are multiplied by; see analyzer.library.calibrate.
    """

    def __init__(
        self,
        known: Mapping[str, Sequence[Embedding]],
        strangers: Sequence[Embedding],
        likeness: Likeness,
        strictness: float = 1.0,
    ) -> None:
        self._known, self._strangers = known, strangers
        self._likeness, self._strictness = likeness, strictness
        self._by_model: dict[str, References | None] = {}

    def match(self, query: Sequence[Embedding]) -> Match:
        """Return who a query may be: one or several vectors of one person.

        Vectors of another model than most of the query's are left out.
        """
        if not query:
            return Match("unknown", ())
        model = Counter(embedding.model for embedding in query).most_common(1)[0][0]
        references = self._references(model)
        if references is None:
            return Match("unknown", ())
        people, likes = references.nearest(unit(_of(model, query)))
        chances = probabilities(likes, self._strictness)
        order = np.argsort(-chances, kind="stable")[:LISTED]
        ranked = tuple((references.people[people[i]], float(chances[i])) for i in order)
        return Match(_verdict(float(chances.max()), float(chances.sum())), ranked)

    def _references(self, model: str) -> References | None:
        if model not in self._by_model:
            known = {person: _of(model, vectors) for person, vectors in self._known.items()}
            known = {person: vectors for person, vectors in known.items() if vectors}
            strangers = _of(model, self._strangers)
            self._by_model[model] = References(known, strangers, self._likeness) if known else None
        return self._by_model[model]


def _of(model: str, embeddings: Iterable[Embedding]) -> list[Embedding]:
    return [embedding for embedding in embeddings if embedding.model == model]


def _verdict(best: float, anybody: float) -> Verdict:
    if best >= SURE:
        return "known"
    return "ambiguous" if anybody >= 0.5 else "unknown"
