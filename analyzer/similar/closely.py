"""A closer look at a film than its record took: in the worker process alone, for it decodes."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from av.video.frame import VideoFrame

from analyzer.media.looks import THUMB_SIDE, views_of
from analyzer.media.sampling import MIN_GROUP_S
from analyzer.media.video import Video, open_video
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
        for time_s, frame in _frames(video, span, progress):
            if time_s - last < GAP_S or not span[0] <= time_s <= span[1]:
                continue
            last = time_s
            views = views_of(video.image(frame, THUMB_SIDE))
            if views is not None:
                times.append(time_s)
                found.append(views)
    return Prints(times_s=np.array(times), hashes=np.array(found, np.uint64).reshape(-1, 3, 4))


def _frames(video: Video, span: Interval, progress: Progress) -> Iterator[tuple[float, VideoFrame]]:
    """Yield the frames, with their times, of the groups that reach into a stretch."""
    decoded = True
    for number, group in enumerate(video.groups(MIN_GROUP_S)):
        if number == 0:
            for frame in video.scout.alone(group):
                video.time_s(frame)  # the clock begins with the first frame that is asked about
                break
        start_s, end_s = (video.packet_s(group.packets[at]) for at in (0, -1))
        progress(start_s, video.duration_s)
        if start_s > span[1]:
            return
        decoded = end_s + MIN_GROUP_S >= span[0] and (decoded or group.entry)
        if decoded:
            yield from ((video.time_s(frame), frame) for frame in video.walker.frames(group, "NONREF"))
