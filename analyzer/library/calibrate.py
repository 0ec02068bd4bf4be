"""How strict matching has to be for this user's people, measured on what the user has confirmed.

Every confirmed sighting is asked about twice: as one of the person whose other sightings are known (is it
found?), and as a stranger, that person not being known (does it pass for somebody else?).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from analyzer.errors import OutputError
from analyzer.library.matching import SURE, probabilities
from analyzer.library.references import FALSE_ACCEPTS, Floats, References, unit
from analyzer.paths import shown
from analyzer.records import Embedding
from analyzer.stores.whole import write_whole
from models.catalog import Likeness

Sightings = Sequence[Sequence[Embedding]]
"""Of one person: for each video, gallery or photograph that shows them, the embeddings from it."""

USUAL = NormalDist(0.65, 0.15)
"""How like the best of some people is to a stranger, in thresholds: what is expected beforehand."""
PRIOR_TRIALS = 100
"""How many sightings weigh as much as that: those of one person are much alike, so a few say little."""
STRICTNESS = np.linspace(0.85, 1.25, 41)
"""What is chosen from, whatever a few sightings say."""
CONFIDENCE = 0.95
FILE = "calibration.json"


class Rate(BaseModel):
    """How often something happened.

    Attributes:
        count, of: times, and times that it could have.
        low, high: the share lies between, with 95 % confidence (Wilson's interval); sightings of few people
            tell less than that.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    count: int
    of: int
    low: float
    high: float

    @property
    def share(self) -> float | None:
        """None where nothing was tried."""
        return self.count / self.of if self.of else None


class Calibration(BaseModel):
    """What the user's confirmations say of matching.

    Attributes:
        model: the embedder's name.
        strictness: what its thresholds are multiplied by; 1 where nothing speaks for more or less.
        false_accepts: sightings that would get a wrong name if the person were not known.
        misses: sightings that would not get their own name; no name, several, or another's.
        people: how many were known.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    strictness: float
    false_accepts: Rate
    misses: Rate
    people: int


@dataclass(frozen=True)
class Trial:
    """One sighting: whose it is, and how like it is, in thresholds.

    Attributes:
        own: how like the person's other sightings; None where there are none.
        others: how like the people it is not of, the most like of them.
    """

    person: int
    own: float | None
    others: Floats

    def accepts(self, strictness: float) -> bool:
        """Whether it gets a wrong name if the person is not known."""
        return len(self.others) > 0 and bool(probabilities(self.others, strictness).max() >= SURE)

    def misses(self, strictness: float) -> bool:
        """Whether it does not get its own name although the person is known by other sightings."""
        assert self.own is not None
        likes = np.append(self.others, np.float32(self.own))
        return bool(probabilities(likes, strictness)[-1] < SURE)


def calibrate(
    model: str, confirmed: Mapping[str, Sightings], strangers: Sequence[Embedding], likeness: Likeness
) -> Calibration:
    """Return how strict matching has to be, and how well it then does.

    The rates are what is to be expected of new sightings: each person's are judged by a strictness that
    was found without them.

    Args:
        model: whose embeddings are looked at; all others are left out.
        confirmed: people's sightings that the user has confirmed.
        strangers: embeddings of other people of the library, as for Matcher.
        likeness: of the model.
    """
    people = trials(model, confirmed, strangers, likeness)
    everything = [trial for person in people for trial in person]
    accepted, missed = [], []
    for person in people:
        strictness = fit([trial for trial in everything if trial.person != person[0].person])
        accepted += [trial.accepts(strictness) for trial in person if len(trial.others)]
        missed += [trial.misses(strictness) for trial in person if trial.own is not None]
    return Calibration(
        model=model,
        strictness=fit(everything),
        false_accepts=rate(accepted),
        misses=rate(missed),
        people=len(people),
    )


def trials(
    model: str, confirmed: Mapping[str, Sightings], strangers: Sequence[Embedding], likeness: Likeness
) -> list[list[Trial]]:
    """Return the trials of each person who has sightings."""
    sightings = {
        person: [kept for one in theirs if (kept := [e for e in one if e.model == model])]
        for person, theirs in confirmed.items()
    }
    sightings = {person: theirs for person, theirs in sightings.items() if theirs}
    if not sightings:
        return []
    known = {person: [e for one in theirs for e in one] for person, theirs in sightings.items()}
    references = References(known, [e for e in strangers if e.model == model], likeness)
    return [
        [_trial(references, person, theirs, i) for i in range(len(theirs))]
        for person, theirs in enumerate(sightings.values())
    ]


def _trial(references: References, person: int, sightings: Sightings, which: int) -> Trial:
    query = unit(sightings[which])
    people, likes = references.nearest(query)
    rest = [embedding for i, one in enumerate(sightings) if i != which for embedding in one]
    mean = query.mean(axis=0, keepdims=True)
    own = float(references.compare(mean, [unit(rest)])[0]) if rest else None
    return Trial(person, own, likes[people != person])


def fit(trials: Sequence[Trial]) -> float:
    """Return the least strictness at which a stranger in a hundred passes at most, as far as is known."""
    best = np.array([trial.others.max() for trial in trials if len(trial.others)])
    for strictness in STRICTNESS:
        expected = PRIOR_TRIALS * (1 - USUAL.cdf(strictness)) + (best >= strictness).sum()
        if expected <= FALSE_ACCEPTS * (PRIOR_TRIALS + len(best)) + 1e-6:
            return round(float(strictness), 2)
    return float(STRICTNESS[-1])


def rate(happened: Sequence[bool]) -> Rate:
    """Return how often it happened."""
    count, of = sum(happened), len(happened)
    if not of:
        return Rate(count=0, of=0, low=0.0, high=1.0)
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    share, width = count / of, z * z / of
    middle = (share + width / 2) / (1 + width)
    half = z * (share * (1 - share) / of + width / (4 * of)) ** 0.5 / (1 + width)
    return Rate(count=count, of=of, low=max(0.0, middle - half), high=min(1.0, middle + half))


def save(folder: Path, calibration: Calibration) -> None:
    """Keep a calibration in the library's folder; it says nothing of anyone.

    Raises:
        OutputError: it cannot be written.
    """
    path = folder / FILE
    try:
        write_whole(path, calibration.model_dump_json().encode("utf-8") + b"\n")
    except OSError as error:
        raise OutputError(f"{shown(path)}: cannot be written: {error.strerror or error}") from None


def strictness_in(folder: Path, model: str) -> float:
    """Return what was found in the library of that folder; 1 where nothing was, or for another model."""
    try:
        found = Calibration.model_validate_json((folder / FILE).read_bytes())
    except (OSError, ValidationError):
        return 1.0
    return found.strictness if found.model == model else 1.0
