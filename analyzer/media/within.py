"""Looks at some stretches of a film alone: the other groups of packets are passed over undecoded.

Groups that do not go on from one another are decoded side by side, as many as the video has decoders.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from math import inf
from typing import TypeVar

from av.video.frame import VideoFrame

from analyzer.media.decoder import Skip
from analyzer.media.packets import Group
from analyzer.media.sampling import MIN_GROUP_S
from analyzer.media.video import Video
from analyzer.overlap import SideBySide, with_next
from analyzer.progress import Progress, forward
from analyzer.records import Interval

R = TypeVar("R")

_AHEAD = 32
"""What the looks at each chain give waits in memory, at most so many."""


def look_within(
    video: Video,
    spans: Iterable[Interval],
    skip: Skip,
    look: Callable[["Chain"], Iterator[R]],
    progress: Progress,
) -> Generator[R]:
    """Yield what looks at the groups that reach into spans give, in order.

    Args:
        video: not yet read.
        spans: seconds, rising by their beginnings, endless if need be.
        skip: which frames are left out.
        look: what is made of the frames of a chain; called in several threads at once.
        progress: told how far the film has been read, and again with every result.
    """
    tell = forward(progress)
    parts = _parts(video, spans, tell)
    with SideBySide[R](video.decoders, _AHEAD) as at_work:

        def results(wait: bool) -> Iterator[R]:
            for result in at_work.results(wait):
                tell(0.0, video.duration_s)
                yield result

        for part in parts:
            at_work.add(look(Chain(video, part, parts, skip)))
            yield from results(wait=part.goes_on)
        yield from results(wait=True)


@dataclass(frozen=True, slots=True)
class _Part:
    """A group, and what of it is needed.

    Attributes:
        spans: that reach into it.
        end_s: when the next group begins; infinite after the last one.
        goes_on: whether the next one can only be decoded after it.
    """

    group: Group
    spans: list[Interval]
    end_s: float
    goes_on: bool


class Chain:
    """Groups that go on from one another: mostly a single one.

    Attributes:
        spans: those that reach into what was decoded so far, rising by their beginnings.
        end_s: where the last group so far ends; infinite at the end of the film.
    """

    def __init__(self, video: Video, first: _Part, parts: Iterator[_Part], skip: Skip) -> None:
        self.spans, self.end_s = list(first.spans), first.end_s
        self._video, self._first, self._parts, self._skip = video, first, parts, skip

    def frames(self) -> Iterator[tuple[float, VideoFrame]]:
        """Yield the frames with their times, once, as far as the spans need them.

        What is on screen where a span begins, the frame before it, is among them.
        """
        part: _Part | None = self._first
        with self._video.decoder() as decoder:
            while part:
                until_s = max((span[1] for span in part.spans), default=-inf)
                for frame in decoder.frames(part.group, self._skip):
                    time_s = self._video.time_s(frame)
                    yield time_s, frame
                    if time_s > until_s and not part.goes_on:
                        break
                part = self._read_on() if part.goes_on else None

    def _read_on(self) -> _Part | None:
        part = next(self._parts, None)
        if part:
            begun_s = self.spans[-1][0] if self.spans else -inf
            self.spans += [span for span in part.spans if span[0] > begun_s]
            self.end_s = part.end_s
        return part


def _parts(video: Video, spans: Iterable[Interval], progress: Progress) -> Iterator[_Part]:
    """Yield the groups that reach into spans, and those that they are decoded after."""
    coming, decoded, went_on = _Coming(spans), True, False
    for group, after in with_next(video.groups(MIN_GROUP_S)):
        video.start_clock(group)
        start_s = video.packet_s(group.packets[0])
        end_s = video.packet_s(after.packets[0]) if after else max(video.duration_s, coming.next_s)
        progress(start_s, video.duration_s)
        reaching = coming.between(start_s, end_s) if video.started else []
        if coming.over:
            return
        goes_on = after is not None and not after.entry
        decoded = (bool(reaching) or goes_on or went_on) and (decoded or group.entry)
        if decoded:
            yield _Part(group, reaching, end_s if after else inf, goes_on)
        went_on = decoded and goes_on


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

    def between(self, start_s: float, end_s: float) -> list[Interval]:
        """Return the spans that reach into a group, rising by their beginnings."""
        while self._next and self._next[0] <= end_s:
            self._open.append(self._next)
            self._next = next(self._spans, None)
        self._open = deque(span for span in self._open if span[1] >= start_s)
        return list(self._open)
