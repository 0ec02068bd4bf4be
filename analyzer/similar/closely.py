"""A closer look at a film than its record took: in the worker process alone, for it decodes."""

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np

from analyzer.media.looks import THUMB_SIDE, views_of
from analyzer.media.video import SIDE_BY_SIDE, Video, open_video
from analyzer.media.views import Hashes
from analyzer.media.within import Chain, look_within
from analyzer.progress import Progress
from analyzer.records import Interval
from analyzer.stores.entries import Prints

GAP_S = 0.12
"""Seconds from look to look, less where a group of pictures begins."""


def look_closely(path: Path, span: Interval, progress: Progress) -> Prints:
    """Return the hashes of a stretch of film, at looks close to each other.

    Raises:
        InputError, MediaError: see analyzer.media.video.open_video.
    """
    with open_video(path, SIDE_BY_SIDE) as video:
        look = partial(_looks, video=video, span=span)
        with closing(look_within(video, [span], "NONREF", look, progress)) as seen:
            looks = list(seen)
    hashes = np.array([views for _, views in looks], np.uint64).reshape(-1, 3, 4)
    return Prints(times_s=np.array([time_s for time_s, _ in looks]), hashes=hashes)


def _looks(chain: Chain, video: Video, span: Interval) -> Iterator[tuple[float, Hashes]]:
    last_s = -GAP_S
    for time_s, frame in chain.frames():
        if time_s - last_s >= GAP_S and span[0] <= time_s <= span[1]:
            last_s = time_s
            views = views_of(video.image(frame, THUMB_SIDE))
            if views is not None:
                yield time_s, views
