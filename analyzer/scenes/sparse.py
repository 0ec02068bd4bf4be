"""The scores of a film from few looks: at its key frames, and between two of them where these leave it open.

There a look is taken in the middle, and so on on each side whose ends still show different classes. What lies
between two looks of the same classes is taken for alike.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from analyzer.media.looking import key_frames, shown_at
from analyzer.media.pixels import Image
from analyzer.media.video import SIDE_BY_SIDE, open_video
from analyzer.overlap import ReadAhead, map_ahead
from analyzer.progress import Progress, forward
from analyzer.scenes.classifying import READ_AHEAD, Looker
from analyzer.scenes.dense import dense_looks
from analyzer.scenes.outline import Outline, Run, Times, alike
from analyzer.scenes.scores import Floats, Looks, looks_in


def sparse_looks(path: Path, looker: Looker, every_s: float, progress: Progress) -> Looks:
    """Return all looks at a film.

    Raises:
        InputError, MediaError: see analyzer.media.video.open_video.
    """
    tell, keys = forward(_half_of(progress, 0)), []
    with open_video(path, SIDE_BY_SIDE) as video:
        pictures = key_frames(video, lambda frame: looker.picture(video, frame), tell)
        for key, row in looker.look(pictures):
            keys.append((key, row))
            tell(key.time_s, video.duration_s)
        if not keys:  # no frame of it decodes on its own
            return dense_looks(path, looker, every_s, progress)
        source = video.source(None)
    times: Times = (np.arange(looks_in(source.duration_s, every_s), dtype=np.float64) + 0.5) * every_s
    outline = Outline(times, [key for key, _ in keys], np.stack([row for _, row in keys]), looker.exclusive)
    weights, runs = outline.weights(), list(outline.runs())
    wanted = [float(times[look]) for run in runs for look in range(run.start, run.end)]
    tell = forward(_half_of(progress, 1))
    with open_video(path, SIDE_BY_SIDE) as video:
        shown = shown_at(video, wanted, lambda frame: looker.picture(video, frame), tell)
        with ReadAhead(shown, READ_AHEAD) as ahead:
            for run, rows in _decided(runs, (image for _, image in ahead), looker):
                weights[run.start : run.start + len(rows)] = rows
                tell(float(times[run.start]), source.duration_s)
    return Looks(weights, source, outline.cuts_s(weights))


def _half_of(progress: Progress, half: int) -> Progress:
    return lambda done_s, duration_s: progress((done_s + half * duration_s) / 2, duration_s)


def _decided(runs: list[Run], pictures: Iterator[Image], looker: Looker) -> Iterator[tuple[Run, Floats]]:
    """Yield each run with the scores of its looks, as many as there are pictures of."""

    def decide(given: tuple[Run, list[Image]]) -> tuple[Run, Floats]:
        run, images = given
        return run, _Halving(images, looker).rows(run.before, run.after)

    given = ((run, list(islice(pictures, run.end - run.start))) for run in runs)
    yield from map_ahead(decide, ((run, images) for run, images in given if images), looker.threads)


class _Halving:
    """Looks at as few of some pictures in a row as need be."""

    def __init__(self, images: list[Image], looker: Looker) -> None:
        self._images, self._looker = images, looker
        self._rows: dict[int, Floats] = {}

    def rows(self, before: Floats | None, after: Floats | None) -> Floats:
        """Return the scores of all (n, classes); `before` and `after` are those on either side, if known."""
        last = len(self._images) - 1
        rows = {
            -1: self._row(0) if before is None else before,
            last + 1: self._row(last) if after is None else after,
        }
        self._halve(-1, last + 1, rows)
        return np.stack([rows[i] for i in range(last + 1)])

    def _halve(self, a: int, b: int, rows: dict[int, Floats]) -> None:
        """Fill in what lies between two rows that are there."""
        if b - a < 2:
            return
        if alike(rows[a], rows[b], self._looker.exclusive):
            for i in range(a + 1, b):
                share = np.float32((i - a) / (b - a))
                rows[i] = rows[a] * (1 - share) + rows[b] * share
            return
        middle = (a + b) // 2
        rows[middle] = self._row(middle)
        self._halve(a, middle, rows)
        self._halve(middle, b, rows)

    def _row(self, i: int) -> Floats:
        if i not in self._rows:
            self._rows[i] = self._looker.classify([self._images[i]])[0]
        return self._rows[i]
