"""From a video to the frames that are worth analyzing, as one stream.

    packets -> groups -> scouted (the frames that decode alone) -> changes of shot -> pieces of shots
            -> plan (when to look) -> looks -> frames to analyze

One group of packets is read ahead. Groups are decoded only as far as the plan asks; no picture is kept but
the sharpest of a shot that so far is all blur.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from av.video.frame import VideoFrame

from analyzer.media import fingerprint, judge, looks, plan
from analyzer.media.judge import Change, Glimpse
from analyzer.media.ledger import Ledger
from analyzer.media.packets import Group
from analyzer.media.pixels import Image
from analyzer.media.plan import Piece
from analyzer.media.shots import Scouted, ShotFinder
from analyzer.media.video import Video
from analyzer.records import Keyframe, Shot
from analyzer.settings import Keyframes, Shots

MIN_GROUP_S = 1.0
_MANY_KEYS = 4
_INTRA_CODECS = {"h264", "hevc"}


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame to analyze.

    Attributes:
        index: of its keyframe record.
        time_s: seconds after the first frame.
        image: RGB uint8 (H, W, 3), C-contiguous, upright, square pixels.
        scale: factors of x and y from pixels of `image` to pixels of the full upright frame.
    """

    index: int
    time_s: float
    image: Image
    scale: tuple[float, float]


class Sampler:
    """Iterate once; `keyframes`, `shots` and `phash` are whole after that.

    Attributes:
        keyframes: every look that was taken, analyzed or not.
        shots: the shots, without gaps from 0 to the film's end.
        phash: perceptual hash of the film, 64 bits.

    Raises:
        MediaError: while iterating: nothing could be decoded.
    """

    def __init__(self, video: Video, keyframes: Keyframes, shots: Shots) -> None:
        self.keyframes: tuple[Keyframe, ...] = ()
        self.shots: tuple[Shot, ...] = ()
        self.phash: int | None = None
        self._video = video
        self._settings = keyframes
        self._ledger = Ledger(keyframes)
        self._finder = ShotFinder(keyframes.effort, shots.min_length_s, video.frame_s, self._glimpses)
        self._blurred: Frame | None = None
        self._looks = 0

    def __iter__(self) -> Iterator[Frame]:
        for here, after in _with_next(self._scouted()):
            changes = self._finder.find(here, after)
            yield from self._visit(here, after, changes)
        yield from self._end_shot()
        self._finish()

    def _scouted(self) -> Iterator[Scouted]:
        """Glimpse the frames of each group that decode alone."""
        for group in self._video.groups(MIN_GROUP_S):
            frames = list(self._intra(group))
            glimpses = [self._glimpse(frame) for frame in frames]
            yield Scouted(group, frames, glimpses, self._video.start_s(group))

    def _intra(self, group: Group) -> Iterable[VideoFrame]:
        if self._video.codec in _INTRA_CODECS and group.entry and group.keys <= _MANY_KEYS:
            return self._video.frames(group, "NONINTRA")
        key = self._video.key_frame(group)
        return [key] if key else []

    def _glimpse(self, frame: VideoFrame) -> Glimpse:
        return Glimpse(self._video.time_s(frame), self._video.image(frame, judge.WIDTH))

    def _glimpses(self, group: Group) -> Iterator[Glimpse]:
        return (self._glimpse(frame) for frame in self._video.frames(group))

    def _visit(self, here: Scouted, after: Scouted | None, changes: list[Change]) -> Iterator[Frame]:
        """Look at the pieces of shots in one group."""
        wanted = self._plan(here, after, changes)
        if not wanted and here.group.entry:
            return
        for frame in self._frames(here, wanted):
            time_s = self._video.time_s(frame)
            if wanted and time_s >= wanted[0][0] - self._video.frame_s / 2:
                opens = False
                while wanted and time_s >= wanted[0][0] - self._video.frame_s / 2:
                    opens |= wanted.pop(0)[1]
                if opens:
                    yield from self._end_shot()
                yield from self._look(frame, time_s)
                if not wanted and here.group.entry and here.group.closed:
                    return

    def _frames(self, here: Scouted, wanted: list[tuple[float, bool]]) -> Iterable[VideoFrame]:
        """The frames at hand, if they are all that is wanted; else those of the group."""
        at_hand = {glimpse.time_s for glimpse in here.glimpses}
        if here.group.entry and here.group.closed and all(time in at_hand for time, _ in wanted):
            return here.frames
        return self._video.frames(here.group, "NONREF")

    def _plan(self, here: Scouted, after: Scouted | None, changes: list[Change]) -> list[tuple[float, bool]]:
        end_s = after.start_s if after else self._video.duration_s
        starts = [here.start_s, *(c.time_s for c in changes if c.time_s < end_s)]
        wanted: list[tuple[float, bool]] = []
        had, last = self._looks, self._last_s
        for i, (start, end) in enumerate(zip(starts, [*starts[1:], end_s], strict=True)):
            opens = i > 0 or self._opens
            closes = i + 1 < len(starts) or after is None or any(c.time_s >= end_s for c in changes)
            keys = [g.time_s for g in here.glimpses if start - 1e-6 <= g.time_s < end - 1e-6]
            piece = Piece(start, end, opens, closes, keys)
            chosen = plan.times(self._settings.effort, piece, last, 0 if opens else had)
            wanted += [(time, opens and n == 0) for n, time in enumerate(chosen)]
            had = (0 if opens else had) + len(chosen)
            last = chosen[-1] if chosen else last
        self._looks, self._last_s = had, last
        self._opens = any(c.time_s >= end_s for c in changes)
        return wanted

    _last_s = 0.0
    _opens = True

    def _look(self, frame: VideoFrame, time_s: float) -> Iterator[Frame]:
        entries = self._ledger.entries
        if entries and time_s <= entries[-1].time_s:
            return
        measures = looks.measure(self._video.image(frame, looks.THUMB_WIDTH))
        analyze = self._ledger.note(time_s, measures)
        index = len(entries) - 1
        if analyze:
            self._blurred = None
            yield self._frame(frame, index, time_s)
        elif self._ledger.rescue() == index:
            self._blurred = self._frame(frame, index, time_s)

    def _frame(self, frame: VideoFrame, index: int, time_s: float) -> Frame:
        image = self._video.image(frame, self._settings.max_side)
        width, height = self._video.size
        return Frame(index, time_s, image, (width / image.shape[1], height / image.shape[0]))

    def _end_shot(self) -> Iterator[Frame]:
        """Close the shot; one that is all blur is seen by its sharpest frame."""
        if self._blurred:
            yield self._blurred
        self._ledger.end_shot(self._blurred.index if self._blurred else None)
        self._blurred = None

    def _finish(self) -> None:
        entries = self._ledger.entries
        if not entries:
            raise self._video.nothing_decoded()
        end_s = self._video.duration_s
        self.shots = self._finder.shots(end_s)
        self.keyframes = self._ledger.keyframes(self.shots)
        self.phash = fingerprint.film_phash(
            [e.measures.tile for e in entries], [e.time_s for e in entries], end_s
        )


def _with_next(items: Iterable[Scouted]) -> Iterator[tuple[Scouted, Scouted | None]]:
    """Yield each item with the one after it."""
    previous: Scouted | None = None
    for item in items:
        if previous:
            yield previous, item
        previous = item
    if previous:
        yield previous, None
