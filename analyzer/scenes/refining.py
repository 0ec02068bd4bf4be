"""Where exactly a class begins or ends. In the worker alone: it decodes.

Between two looks it is found by halves, right to the frame. A change of shot that is near goes before.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from analyzer.media import judge
from analyzer.media.judge import Glimpse
from analyzer.media.pixels import Image
from analyzer.media.shots import glimpse
from analyzer.media.video import Video, open_video
from analyzer.media.within import frames_within
from analyzer.overlap import ReadAhead, map_ahead
from analyzer.progress import Progress, forward
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
    looker, tell = Looker(settings), forward(progress)
    min_score, times = settings.scenes.min_score, []
    with open_video(path) as video, ReadAhead(_gathered(video, changes, looker, tell), 2) as ahead:

        def find(given: tuple[Change, Moments]) -> float:
            change, moments = given
            time_s = _first(change, moments, looker, min_score)
            shots = judge.changes([moment.glimpse for moment in moments], video.frame_s)
            return snapped(time_s, sorted(shot.time_s for shot in shots))

        for time_s in map_ahead(find, ahead, looker.threads):
            times.append(time_s)
            tell(time_s, video.duration_s)
    return Times(times_s=tuple(times))


def _gathered(
    video: Video, changes: Sequence[Change], looker: Looker, progress: Progress
) -> Iterator[tuple[Change, Moments]]:
    """Yield each change with what is shown between its looks, and a little before and after."""
    waiting: deque[tuple[Change, Moments]] = deque((change, []) for change in changes)
    spans = [(change.span[0] - SNAP_S, change.span[1] + SNAP_S) for change in changes]
    for time_s, frame in frames_within(video, spans, "DEFAULT", progress):
        moment = None
        while waiting and waiting[0][0].span[1] + SNAP_S < time_s:
            yield waiting.popleft()
        for change, moments in waiting:
            if change.span[0] - SNAP_S > time_s:
                break
            moment = moment or Moment(time_s, looker.picture(video, frame), glimpse(video, frame))
            moments.append(moment)
    yield from waiting


def _first(change: Change, moments: Moments, looker: Looker, min_score: float) -> float:
    """Return the time of the first frame after a change; the span's end where there is none."""
    choice = Choice("", change.classes, change.without)
    between = [moment for moment in moments if change.span[0] <= moment.time_s <= change.span[1]]
    a, b = -1, len(between)
    while b - a > 1:
        middle = (a + b) // 2
        scores = looker.classify([between[middle].image])
        good = bool(choice.shown(scores, looker.exclusive).good(min_score)[0])
        a, b = (a, middle) if good == change.rising else (middle, b)
    return between[b].time_s if b < len(between) else change.span[1]
