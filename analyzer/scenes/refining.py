"""Where exactly a class begins or ends: between two looks, by halves. In the worker alone: it decodes."""

from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from analyzer.media.pixels import Image
from analyzer.media.video import Video, open_video
from analyzer.media.within import frames_within
from analyzer.overlap import ReadAhead, map_ahead
from analyzer.progress import Progress
from analyzer.scenes.changes import Change, Times
from analyzer.scenes.choosing import Choice
from analyzer.scenes.classifying import Looker
from analyzer.settings import Settings

Pictures = list[tuple[float, Image]]
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
    looker = Looker(settings)

    def find(given: tuple[Change, Pictures]) -> float:
        change, pictures = given
        return _first(change, pictures, looker, settings.scenes.min_score)

    with open_video(path) as video, ReadAhead(_gathered(video, changes, looker, progress), 2) as ahead:
        return Times(times_s=tuple(map_ahead(find, ahead, looker.threads)))


def _gathered(
    video: Video, changes: Sequence[Change], looker: Looker, progress: Progress
) -> Iterator[tuple[Change, Pictures]]:
    """Yield each change with the pictures between its looks."""
    frames = frames_within(video, [change.span for change in changes], "DEFAULT", progress)
    waiting: deque[tuple[Change, Pictures]] = deque((change, []) for change in changes)
    for time_s, frame in frames:
        image = None
        while waiting and waiting[0][0].span[1] < time_s:
            yield waiting.popleft()
        for change, pictures in waiting:
            if change.span[0] > time_s:
                break
            image = looker.picture(video, frame) if image is None else image
            pictures.append((time_s, image))
    yield from waiting


def _first(change: Change, pictures: Pictures, looker: Looker, min_score: float) -> float:
    """Return the time of the first picture after a change; the span's end where there is none."""
    choice = Choice("", change.classes, change.without)
    a, b = -1, len(pictures)
    while b - a > 1:
        middle = (a + b) // 2
        scores = looker.classify([pictures[middle][1]])
        good = bool(choice.shown(scores, looker.exclusive).good(min_score)[0])
        a, b = (a, middle) if good == change.rising else (middle, b)
    return pictures[b][0] if b < len(pictures) else change.span[1]
