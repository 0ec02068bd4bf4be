"""What is shown at certain times of a film, and at its key frames."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import tee

from av.video.frame import VideoFrame

from analyzer.media.pixels import Image
from analyzer.media.shots import stretches
from analyzer.media.signs import Signs
from analyzer.media.video import Video
from analyzer.media.within import frames_within
from analyzer.overlap import with_next
from analyzer.progress import Progress, silent

ToImage = Callable[[VideoFrame], Image]
"""Makes of a frame the picture that is looked at."""


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """A frame that can be decoded on its own.

    Attributes:
        time_s: when it is shown.
        marked: whether the encoder set it because a shot begins there.
    """

    time_s: float
    marked: bool


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


def key_frames(
    video: Video, to_image: ToImage, progress: Progress = silent
) -> Iterator[tuple[KeyFrame, Image]]:
    """Yield the frames that can be decoded on their own, with the pictures of them.

    Args:
        video: not yet read.
        to_image: see ToImage.
        progress: told how far the film has been read.
    """
    signs, marked = Signs(trusting=False), set()
    for here, after in with_next(stretches(video, progress)):
        changes, _ = signs.read([*here.glimpses(), *(after.glimpses()[:1] if after else [])], here.group)
        marked |= {change.time_s for change in changes}
        for glimpse, frame in here.frames:
            yield KeyFrame(glimpse.time_s, glimpse.time_s in marked), to_image(frame)
