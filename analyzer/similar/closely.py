"""A closer look at a film than its record took: in the worker process alone, for it decodes."""

from pathlib import Path

import numpy as np

from analyzer.media.looks import THUMB_SIDE, views_of
from analyzer.media.sampling import MIN_GROUP_S
from analyzer.media.video import open_video
from analyzer.progress import Progress
from analyzer.stores.entries import Prints

GAP_S = 0.12
"""Seconds from look to look, where that makes no more than MOST of them."""
MOST = 1500


def look_closely(path: Path, progress: Progress) -> Prints:
    """Return the hashes of a film at looks that are close to each other and evenly spread.

    Raises:
        InputError, MediaError: see analyzer.media.video.open_video; nothing could be decoded.
    """
    times, found = [], []
    last = -1.0
    with open_video(path) as video:
        gap = max(GAP_S, video.duration_s / MOST)
        for group in video.groups(MIN_GROUP_S):
            progress(video.packet_s(group.packets[0]), video.duration_s)
            for frame in video.walker.frames(group, "NONREF"):
                time_s = video.time_s(frame)
                if time_s - last < gap:
                    continue
                last = time_s
                views = views_of(video.image(frame, THUMB_SIDE))
                if views is not None:
                    times.append(time_s)
                    found.append(views)
        if last < 0:
            raise video.nothing_decoded()
    return Prints(times_s=np.array(times), hashes=np.array(found, np.uint64).reshape(-1, 3, 4))
