"""The scores of a film from every look at it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np

from analyzer.media.looking import shown_at
from analyzer.media.video import SIDE_BY_SIDE, open_video
from analyzer.progress import Progress, forward
from analyzer.scenes.classifying import Looker
from analyzer.scenes.scores import Floats, Looks, looks_in


@dataclass(frozen=True, slots=True)
class Middles:
    """The times of looks, without end."""

    every_s: float

    def __iter__(self) -> Iterator[float]:
        return ((look + 0.5) * self.every_s for look in count())


def dense_looks(path: Path, looker: Looker, every_s: float, progress: Progress) -> Looks:
    """Return all looks at a film; see analyzer.scenes.sparse.sparse_looks."""
    tell, rows = forward(progress), []
    with open_video(path, SIDE_BY_SIDE) as video:
        pictures = shown_at(video, Middles(every_s), lambda frame: looker.picture(video, frame), tell)
        for time_s, row in looker.look(pictures):
            rows.append(row)
            tell(time_s, video.duration_s)
        source = video.source(None)
    return Looks(_filled(rows, looks_in(source.duration_s, every_s)), source)


def _filled(rows: Sequence[Floats], looks: int) -> Floats:
    """Return the looks as one array; one that fell short by rounding is the last again."""
    found: Floats = np.stack(rows[:looks])
    return np.concatenate([found, np.repeat(found[-1:], looks - len(found), axis=0)])
