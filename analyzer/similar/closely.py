"""A closer look at a film than its record took: in the worker process alone, for it decodes."""

from pathlib import Path

import numpy as np

from analyzer.media.looks import THUMB_SIDE, views_of
from analyzer.media.video import open_video
from analyzer.media.within import frames_within
from analyzer.progress import Progress
from analyzer.records import Interval
from analyzer.stores.entries import Prints

GAP_S = 0.12
"""Seconds from look to look."""


def look_closely(path: Path, span: Interval, progress: Progress) -> Prints:
    """Return the hashes of a stretch of film, at looks close to each other.

    Raises:
        InputError, MediaError: see analyzer.media.video.open_video.
    """
    times, found = [], []
    last = -GAP_S
    with open_video(path) as video:
        for time_s, frame in frames_within(video, [span], "NONREF", progress):
            if time_s - last < GAP_S or not span[0] <= time_s <= span[1]:
                continue
            last = time_s
            views = views_of(video.image(frame, THUMB_SIDE))
            if views is not None:
                times.append(time_s)
                found.append(views)
    return Prints(times_s=np.array(times), hashes=np.array(found, np.uint64).reshape(-1, 3, 4))
