"""Where exactly a class begins or ends. In the worker alone: it decodes.

Between two looks it is found by halves, right to the frame. A change of shot that is near goes before.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from analyzer.media import judge
from analyzer.media.judge import Glimpse
from analyzer.media.pixels import Image
from analyzer.media.shots import glimpse
from analyzer.media.video import SIDE_BY_SIDE, Video, open_video
from analyzer.media.within import Chain, look_within
from analyzer.overlap import ReadAhead, map_ahead
from analyzer.progress import Progress, forward
from analyzer.records import Interval
from analyzer.scenes.changes import Change, Times
from analyzer.scenes.choosing import Choice
from analyzer.scenes.classifying import Looker
from analyzer.scenes.placing import SNAP_S, snapped
from analyzer.settings import Settings


@dataclass(frozen=True, slots=True)
class Moment:
    """A frame as the classifier takes it, RGB uint8 (H, W, 3), and as shots are told by."""

    time_s: float
    image: Image
    glimpse: Glimpse


Moments = list[Moment]
"""In time order."""

R = TypeVar("R")

_ABOUT_S = 0.2
"""What lies so far before and after a change of shot tells whether it is one."""
_FAR_S = 4.0
"""Looks farther apart than this are brought nearer first: all frames between two wait in memory."""
_STEP_S = 1.0
"""By how much."""


def refine(path: Path, settings: Settings, changes: Sequence[Change], progress: Progress) -> Times:
    """Return the time of the first frame after each change, right to the frame.

    Where a choice begins, that frame shows it with the minimum score; where it ends, it no longer does.

    Args:
        path: the video.
        settings: `scenes` names the classifier and the minimum score.
        changes: rising by their spans.
        progress: told how far it is.

    Raises:
        InputError, MediaError, ModelError: see analyzer.scenes.scoring.score.
    """
    refiner = _Refiner(path, Looker(settings), settings.scenes.min_score, forward(progress))
    if any(change.span[1] - change.span[0] > _FAR_S for change in changes):
        spans = refiner.each(changes, refiner.between, _STEP_S)
        changes = [
            change.model_copy(update={"span": span}) for change, span in zip(changes, spans, strict=True)
        ]
    return Times(times_s=tuple(refiner.each(changes, refiner.after)))


class _Refiner:
    """Looks closely at the changes of one film."""

    def __init__(self, path: Path, looker: Looker, min_score: float, tell: Progress) -> None:
        self._path, self._looker, self._min_score, self._tell = path, looker, min_score, tell
        self._frame_s = 0.0

    def each(
        self, changes: Sequence[Change], find: Callable[[Change, Moments], R], step_s: float = 0.0
    ) -> list[R]:
        """Return what is found of each change in what is shown about it, in frames about so far apart."""
        order = sorted(range(len(changes)), key=lambda n: changes[n].span)
        found: dict[int, R] = {}
        with (
            open_video(self._path, SIDE_BY_SIDE) as video,
            ReadAhead(self._gathered(video, [changes[n] for n in order], step_s), 2) as ahead,
        ):
            self._frame_s = video.frame_s
            answers = map_ahead(lambda given: find(*given), ahead, self._looker.threads)
            for n, answer in zip(order, answers, strict=True):
                found[n] = answer
                self._tell(changes[n].span[0], video.duration_s)
        return [found[n] for n in range(len(changes))]

    def after(self, change: Change, moments: Moments) -> float:
        """Return the time of the first frame after a change, or of a change of shot that is near."""
        _, time_s = self.between(change, moments)
        near = [moment.glimpse for moment in moments if abs(moment.time_s - time_s) <= SNAP_S + _ABOUT_S]
        shots = judge.changes(near, self._frame_s)
        return snapped(time_s, sorted(shot.time_s for shot in shots))

    def between(self, change: Change, moments: Moments) -> Interval:
        """Return the times of the last frame before a change and the first after it; or the span's ends."""
        choice, (start_s, end_s) = Choice("", change.classes, change.without), change.span
        inside = [moment for moment in moments if start_s <= moment.time_s <= end_s]
        a, b = -1, len(inside)
        while b - a > 1:
            middle = (a + b) // 2
            scores = self._looker.classify([inside[middle].image])
            good = bool(choice.shown(scores, self._looker.exclusive).good(self._min_score)[0])
            a, b = (a, middle) if good == change.rising else (middle, b)
        before_s = inside[a].time_s if a >= 0 else start_s
        return before_s, inside[b].time_s if b < len(inside) else end_s

    def _gathered(
        self, video: Video, changes: Sequence[Change], step_s: float
    ) -> Iterator[tuple[Change, Moments]]:
        """Yield each change with what is shown between its looks, and a little before and after."""
        waiting: deque[tuple[Change, Moments]] = deque((change, []) for change in changes)
        spans = [_around(change) for change in changes]
        look = partial(self._moments, video=video, step_s=step_s)
        with closing(look_within(video, spans, "DEFAULT", look, self._tell)) as seen:
            for moment in seen:
                while waiting and _around(waiting[0][0])[1] < moment.time_s:
                    yield waiting.popleft()
                for change, moments in waiting:
                    if _around(change)[0] > moment.time_s:
                        break
                    moments.append(moment)
        yield from waiting

    def _moments(self, chain: Chain, video: Video, step_s: float) -> Iterator[Moment]:
        """Yield what the spans of a chain hold, so far apart at least."""
        due_s, over = 0.0, 0
        for time_s, frame in chain.frames():
            while over < len(chain.spans) and chain.spans[over][1] < time_s:
                over += 1
            within = over < len(chain.spans) and chain.spans[over][0] <= time_s
            if within and time_s >= due_s:
                due_s = time_s + step_s
                yield Moment(time_s, self._looker.picture(video, frame), glimpse(video, frame))


def _around(change: Change) -> Interval:
    """From where to where frames tell of a change, seconds."""
    return change.span[0] - SNAP_S, change.span[1] + SNAP_S
