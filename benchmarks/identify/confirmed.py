"""Whether calibration on confirmed sightings expects what then happens."""

from collections.abc import Sequence

from benchmarks.identify.judge import as_shipped, ask, faces
from benchmarks.identify.rules import calibrated, calibration
from benchmarks.identify.splits import Split
from models.catalog import Likeness


def expected_and_seen(
    draws: Sequence[Split], likeness: Likeness, look: str
) -> tuple[list[float], list[float]]:
    """Return false accepts and misses as shares: what `calibrate` expects, and what comes with it.

    Misses of photographs in which no face is found are not in it: nothing was confirmed there.
    """
    says = [
        calibration(
            {who: faces(photos, look) for who, photos in split.known.items()},
            faces(split.cohort, look),
            likeness,
        )
        for split in draws
    ]
    found = [
        Split(
            split.known,
            split.cohort,
            [photos for photos in split.own if faces(photos, look)],
            split.impostors,
        )
        for split in draws
    ]
    seen = as_shipped(ask(calibrated, found, likeness, enrolled=look, asked=look))
    accepts = sum(one.false_accepts.count for one in says) / sum(one.false_accepts.of for one in says)
    misses = sum(one.misses.count for one in says) / sum(one.misses.of for one in says)
    return [accepts, misses], [seen.false_positives, seen.missed]
