"""Which films of a store show what a film shows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from analyzer.errors import USER_ERRORS
from analyzer.paths import from_uri
from analyzer.records import Interval
from analyzer.similar.comparing import Film, Match, compare
from analyzer.similar.films import Films
from analyzer.similar.verdict import Common, judge
from analyzer.stores.entries import Prints, Row

SURE, FROM_AFAR = 9.0, 6.5
"""Scores that are enough: after a closer look, and where the hashes of the records are all there is."""
DOUBTFUL, PLAIN = 2.5, 20.0
"""Between these scores, a closer look is taken."""
LOOKS = 6
"""Films that are looked at closely for one; the likeliest."""
WHOLE_S = 180.0
"""Of films longer than this, no more than this is looked at closely."""
_AROUND_S = 30.0


class Look(Protocol):
    """Decodes a stretch of a video; see analyzer.similar.closely.look_closely."""

    def __call__(self, path: Path, span: Interval) -> Prints: ...


@dataclass(frozen=True)
class Subject:
    """A film that is compared with others.

    Attributes:
        path: where it can be looked at; None where it is away, or is not to be looked at.
        close: whether it was looked at closely.
    """

    film: Film
    path: Path | None = None
    close: bool = False


@dataclass(frozen=True)
class Found:
    """A film that has something in common with another.

    Attributes:
        looked: whether its pictures were looked at again; else the hashes of its record say it all.
    """

    row: Row
    common: Common
    looked: bool


class Searcher:
    """Finds films; `look` is None where records are to do."""

    def __init__(self, films: Films, look: Look | None) -> None:
        self._films = films
        self._look = look

    def search(self, ours: Subject, among: Sequence[int]) -> list[Found]:
        """Return those of some films that have something in common with one, the surest first."""
        matches = [(n, compare(ours.film, self._films.films[n])) for n in among]
        doubtful = [n for n, match in matches if match and DOUBTFUL <= match.evidence.score < PLAIN]
        ranked = sorted(doubtful, key=lambda n: -next(m.evidence.score for k, m in matches if k == n and m))
        found = []
        for n, match in matches:
            theirs = Subject(self._films.films[n], self._path(n) if n in ranked[:LOOKS] else None)
            if match and (common := self._decide(ours, theirs, match)):
                found.append(Found(self._films.rows[n], *common))
        return sorted(found, key=lambda one: -one.common.score)

    def closer(self, subject: Subject, span: Interval) -> Subject:
        """Return what a closer look at a stretch of a film gives; the same where none can be taken."""
        if subject.close or subject.path is None or self._look is None:
            return subject
        span = _within(span, subject.film.duration_s)
        try:
            prints = self._look(subject.path, span)
        except USER_ERRORS:  # away or damaged: its record has to do
            return subject
        film = subject.film.model_copy(update={"prints": _joined(subject.film.prints, prints, span)})
        return replace(subject, film=film, close=True)

    def _decide(self, ours: Subject, theirs: Subject, match: Match) -> tuple[Common, bool] | None:
        looked = False
        if match.evidence.score < PLAIN:
            begin, end = match.evidence.within(ours.film.duration_s)
            there = (match.line.there(begin), match.line.there(end))
            nearer = self.closer(ours, (begin, end)), self.closer(theirs, there)
            if looked := nearer[1].close:
                ours, theirs = nearer
                again = compare(ours.film, theirs.film)
                if again is None:
                    return None
                match = again
        common = judge(match, ours.film, theirs.film, SURE if looked else FROM_AFAR)
        return common and (common, looked)

    def _path(self, n: int) -> Path | None:
        try:
            path = from_uri(self._films.rows[n].uri)
            return path if path.exists() else None
        except OSError:
            return None


def _within(span: Interval, duration_s: float) -> Interval:
    """Return the stretch to look at: all of a short film, else so much around the middle of what is asked."""
    if duration_s <= WHOLE_S:
        return 0.0, duration_s
    middle = min(max((span[0] + span[1]) / 2, 0.0), duration_s)
    reach = min(WHOLE_S / 2, (span[1] - span[0]) / 2 + _AROUND_S)
    return max(0.0, middle - reach), middle + reach


def _joined(sparse: Prints, close: Prints, span: Interval) -> Prints:
    """Return the close looks, and the others outside their stretch."""
    outside = (sparse.times_s < span[0]) | (sparse.times_s > span[1])
    times = np.concatenate([sparse.times_s[outside], close.times_s])
    order = np.argsort(times, kind="stable")
    return Prints(
        times_s=times[order], hashes=np.concatenate([sparse.hashes[outside], close.hashes])[order]
    )
