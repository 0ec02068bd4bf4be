"""What is shown at certain times of a film, and at its key frames."""

from collections.abc import Callable, Iterable, Iterator
from itertools import tee

from av.video.frame import VideoFrame

from analyzer.media.pixels import Image
from analyzer.media.sampling import MIN_GROUP_S
from analyzer.media.video import Video
from analyzer.media.within import frames_within
from analyzer.progress import Progress, silent

ToImage = Callable[[VideoFrame], Image]
"""Makes of a frame the picture that is looked at."""


def shown_at(
    video: Video, times_s: Iterable[float], to_image: ToImage, progress: Progress = silent
) -> Iterator[tuple[float, Image]]:
    """Yield each time with the picture that is on screen then, as far as the film goes; at least the first.

    Frames that no other needs are not decoded: the picture may be that of the frame before.

    Args:
        video: not yet read.
        times_s: rising, endless if need be.
        to_image: see ToImage.
        progress: told how far the film has been read.
    """
    times, again = tee(times_s)
    wanted, shown = next(times, None), False
    before: VideoFrame | None = None
    for time_s, frame in frames_within(video, ((time, time) for time in again), "NONREF", progress):
        while wanted is not None and before is not None and wanted < time_s:
            yield wanted, to_image(before)
            wanted, shown = next(times, None), True
        before = frame
    while wanted is not None and before is not None and (wanted < video.duration_s or not shown):
        yield wanted, to_image(before)
        wanted, shown = next(times, None), True


def key_frames(video: Video, to_image: ToImage, progress: Progress = silent) -> Iterator[tuple[float, Image]]:
    """Yield the pictures that can be decoded on their own, with their times."""
    for group in video.groups(MIN_GROUP_S):
        progress(video.packet_s(group.packets[0]), video.duration_s)
        for frame in video.scout.alone(group):
            yield video.time_s(frame), to_image(frame)
