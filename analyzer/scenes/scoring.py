"""The scores of a film, and where its shots begin. In the worker alone: it decodes."""

from collections.abc import Sequence
from itertools import count
from pathlib import Path

import numpy as np

from analyzer.media.looking import shown_at
from analyzer.media.sampling import Sampler
from analyzer.media.video import open_video
from analyzer.progress import Progress
from analyzer.scenes.classifying import Looker
from analyzer.scenes.scores import Floats, Scores, looks_in
from analyzer.scenes.sparse import sparse_looks
from analyzer.settings import Settings

_FAST = {"effort": "fast", "max_side": 320}
"""What of the key frames' settings tells where shots begin, and costs least."""


def score(path: Path, settings: Settings, cuts_s: Sequence[float] | None, progress: Progress) -> Scores:
    """Return what a classifier sees in each look at a video.

    Args:
        path: the video.
        settings: `scenes` names the classifier and says how often to look.
        cuts_s: where its shots begin, if that is known.
        progress: told how far it is.

    Raises:
        InputError, MediaError: see analyzer.media.video.open_video.
        ModelError: the classifier cannot be had.
    """
    looker = Looker(settings)
    if cuts_s is None:
        cuts_s = _cuts(path, settings, progress)
    take = sparse_looks if settings.scenes.fast else dense_looks
    weights, duration_s = take(path, looker, settings.scenes.every_s, progress)
    return Scores(
        model=looker.name,
        labels=looker.labels,
        exclusive=looker.exclusive,
        every_s=settings.scenes.every_s,
        duration_s=duration_s,
        cuts_s=tuple(cuts_s),
        flat=weights.ravel(),
    )


def _cuts(path: Path, settings: Settings, progress: Progress) -> tuple[float, ...]:
    with open_video(path) as video:
        sampler = Sampler(video, settings.keyframes.model_copy(update=_FAST), settings.shots, progress)
        for _ in sampler:
            pass
        return tuple(shot.start_s for shot in sampler.shots[1:])


def dense_looks(path: Path, looker: Looker, every_s: float, progress: Progress) -> tuple[Floats, float]:
    """Take every look; return their scores, and how long the film is: known when it was read."""
    with open_video(path) as video:
        times = ((look + 0.5) * every_s for look in count())
        pictures = shown_at(video, times, lambda frame: looker.picture(video, frame), progress)
        rows = [row for _, row in looker.look(pictures)]
        if not rows:
            raise video.nothing_decoded()
        duration_s = video.duration_s
    return _filled(rows, looks_in(duration_s, every_s)), duration_s


def _filled(rows: Sequence[Floats], looks: int) -> Floats:
    """Return the looks as one array; one that fell short by rounding is the last again."""
    found: Floats = np.stack(rows[:looks])
    return np.concatenate([found, np.repeat(found[-1:], looks - len(found), axis=0)])
