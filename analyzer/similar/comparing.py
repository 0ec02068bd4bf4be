"""Two films side by side: whether, where and how one shows what the other shows."""

from dataclasses import dataclass

import numpy as np

from analyzer.records import Interval, Record, Seconds
from analyzer.similar.aligning import Line, lines
from analyzer.similar.evidence import Evidence, weigh
from analyzer.similar.variants import VARIANTS, Variant, distances
from analyzer.stores.entries import Prints


class Film(Record):
    """What of a film is compared."""

    duration_s: Seconds
    prints: Prints

    def with_prints(self, close: Prints, span: Interval) -> "Film":
        """Return the film with closer looks at a stretch of it in place of those it has there."""
        outside = (self.prints.times_s < span[0]) | (self.prints.times_s > span[1])
        times = np.concatenate([self.prints.times_s[outside], close.times_s])
        hashes = np.concatenate([self.prints.hashes[outside], close.hashes])
        order = np.argsort(times, kind="stable")
        return Film(duration_s=self.duration_s, prints=Prints(times_s=times[order], hashes=hashes[order]))


@dataclass(frozen=True)
class Match:
    """How two films may be one; see analyzer.similar.evidence.Evidence."""

    line: Line
    variant: Variant
    evidence: Evidence


def compare(ours: Film, theirs: Film) -> Match | None:
    """Return what speaks most for two films showing the same, None if nothing does."""
    ours_s, theirs_s = (film.prints.times_s.astype(np.float64) for film in (ours, theirs))
    if not len(ours_s) or not len(theirs_s):
        return None
    best: Match | None = None
    for variant in VARIANTS:
        apart = distances(ours.prints, theirs.prints, variant)
        for line in lines(apart, ours_s, theirs_s):
            evidence = weigh(line, apart, ours_s, theirs_s, ours.prints.hashes[:, 0])
            if evidence and (best is None or evidence.score > best.evidence.score):
                best = Match(line, variant, evidence)
    return best
