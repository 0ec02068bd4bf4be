"""Which films of a store show what a film shows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from analyzer.errors import USER_ERRORS
from analyzer.paths import from_uri
from analyzer.records import Interval
from analyzer.similar.comparing import Film, Match, compare
from analyzer.similar.films import Films
from analyzer.similar.verdict import Common, judge, the_same_file
from analyzer.stores.entries import Prints

SURE, FROM_AFAR = 9.0, 6.5
"""Scores that are enough: after a closer look, and where the hashes of the records are all there is."""
DOUBTFUL, PLAIN = 2.5, 20.0
"""Between these scores, a closer look is taken."""
LOOKS = 12
"""Films that are looked at closely for one; the likeliest."""
WHOLE_S = 180.0
"""Of films longer than this, no more than this is looked at closely."""
_AROUND_S = 30.0

Look = Callable[[Path, Interval], Prints]
"""Decodes a stretch of a video; see analyzer.similar.closely.look_closely."""


@dataclass(frozen=True)
class Subject:
    """A film that is compared with others.

    Attributes:
        film: what is compared of it.
        path: where it can be looked at; None where it is away, or is not to be looked at.
        video: its oshash.
        close: whether it was looked at closely.
    """

    film: Film
    path: Path | None
    video: str
    close: bool = False


@dataclass(frozen=True)
class Found:
    """What a film has in common with another.

    Attributes:
        common: what.
        looked: whether its pictures were looked at again; else the hashes of its record say it all.
    """

    common: Common
    looked: bool


class Searcher:
    """Compares films; `look` is None where nothing is to be decoded."""

    def __init__(self, films: Films, look: Look | None) -> None:
        self._films = films
        self._look = look

    def search(self, ours: Subject, among: Sequence[int]) -> list[tuple[int, Found]]:
        """Return which of some films have something in common with one, the surest first."""
        found: list[tuple[int, Found]] = []
        matches: list[tuple[int, Match]] = []
        for n in among:
            if self._films.rows[n].video == ours.video:
                found.append((n, Found(the_same_file(ours.film.duration_s), looked=False)))
            elif match := compare(ours.film, self._films.films[n]):
                matches.append((n, match))
        matches.sort(key=lambda pair: -pair[1].evidence.score)
        doubtful = [n for n, match in matches if DOUBTFUL <= match.evidence.score < PLAIN]
        for n, match in matches:
            closer = n in doubtful[:LOOKS]
            theirs = Subject(
                self._films.films[n], self.path(n) if closer else None, self._films.rows[n].video
            )
            if one := self._decide(ours, theirs, match):
                found.append((n, one))
        return sorted(found, key=lambda pair: -pair[1].common.score)

    def closer(self, subject: Subject, span: Interval) -> Subject:
        """Return what a closer look at a stretch of a film gives; the same where none can be taken."""
        if subject.close or subject.path is None or self._look is None:
            return subject
        span = _within(span, subject.film.duration_s)
        try:
            prints = self._look(subject.path, span)
        except USER_ERRORS:  # away or damaged: its record has to do
            return subject
        return replace(subject, film=subject.film.with_prints(prints, span), close=True)

    def path(self, n: int) -> Path | None:
        """Return where a film can be looked at, None if it is away."""
        path = from_uri(self._films.rows[n].uri)
        return path if at_hand(path) else None

    def _decide(self, ours: Subject, theirs: Subject, match: Match) -> Found | None:
        here = match.evidence.within(ours.film.duration_s)
        there = match.line.there(here[0]), match.line.there(here[1])
        if match.evidence.score < PLAIN:
            theirs = self.closer(theirs, there)
        if not theirs.close:
            common = judge(match, ours.film, theirs.film, FROM_AFAR)
        else:
            ours = self.closer(ours, here)
            again = compare(ours.film, theirs.film)
            common = judge(again, ours.film, theirs.film, SURE) if again else None
        return Found(common, theirs.close) if common else None


def at_hand(path: Path) -> bool:
    """Whether there is a file; on a drive that is away, or may not be looked into, there is none."""
    try:
        return path.exists()
    except OSError:
        return False


def _within(span: Interval, duration_s: float) -> Interval:
    """Return the stretch to look at: all of a short film, else so much around the middle of what is asked."""
    if duration_s <= WHOLE_S:
        return 0.0, duration_s
    middle = min(max((span[0] + span[1]) / 2, 0.0), duration_s)
    reach = min(WHOLE_S / 2, (span[1] - span[0]) / 2 + _AROUND_S)
    return max(0.0, middle - reach), middle + reach
