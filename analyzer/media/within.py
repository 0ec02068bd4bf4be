"""Frames of some stretches of a film alone: the other groups of packets are passed over undecoded."""

from collections import deque
from collections.abc import Iterable, Iterator

from av.video.frame import VideoFrame

from analyzer.media.decoder import Skip
from analyzer.media.packets import Group
from analyzer.media.shots import MIN_GROUP_S
from analyzer.media.video import Video
from analyzer.overlap import with_next
from analyzer.progress import Progress, silent
from analyzer.records import Interval


def frames_within(
    video: Video, spans: Iterable[Interval], skip: Skip, progress: Progress = silent
) -> Iterator[tuple[float, VideoFrame]]:
    """Yield the frames, with their times, of the groups that reach into spans, each as far as they need it.

    Args:
        video: not yet read.
        spans: seconds, rising by their beginnings, endless if need be. What is on screen at a beginning, the
            last frame before it, is yielded too.
        skip: which frames are left out.
        progress: told how far the film has been read.
    """
    coming = _Coming(spans)
    decoded = True
    for number, (group, after) in enumerate(with_next(video.groups(MIN_GROUP_S))):
        if number == 0:
            _start_clock(video, group)
        start_s = video.packet_s(group.packets[0])
        end_s = video.packet_s(after.packets[0]) if after else max(video.duration_s, coming.next_s)
        progress(start_s, video.duration_s)
        until_s = coming.between(start_s, end_s)
        if coming.over:
            return
        goes_on = after is not None and not after.entry  # then it can only be decoded after this one
        decoded = (until_s is not None or goes_on) and (decoded or group.entry)
        if decoded:
            for frame in video.walker.frames(group, skip):
                time_s = video.time_s(frame)
                yield time_s, frame
                if until_s is not None and time_s > until_s and not goes_on:
                    break


class _Coming:
    """The spans that are still to come."""

    def __init__(self, spans: Iterable[Interval]) -> None:
        self._spans = iter(spans)
        self._open: deque[Interval] = deque()
        self._next = next(self._spans, None)

    @property
    def next_s(self) -> float:
        """When the next one begins: the last frame stays on screen, whatever is asked about after it."""
        return self._next[0] if self._next else 0.0

    @property
    def over(self) -> bool:
        """Whether there are no more."""
        return self._next is None and not self._open

    def between(self, start_s: float, end_s: float) -> float | None:
        """Return how far a group is needed by the spans that reach into it; None: not at all."""
        while self._next and self._next[0] <= end_s:
            self._open.append(self._next)
            self._next = next(self._spans, None)
        self._open = deque(span for span in self._open if span[1] >= start_s)
        return max((span[1] for span in self._open), default=None)


def _start_clock(video: Video, group: Group) -> None:
    """Times are counted from the film's first frame: the first that is asked about."""
    for frame in video.scout.alone(group):
        video.time_s(frame)
        return
