"""From a video to the frames that are worth analyzing, as one stream.

    packets -> groups -> stretches (with the frames that decode alone) -> changes of shot
            -> stops (when to look) -> looks -> frames to analyze

One group of packets is read ahead. A group is decoded only as far as its stops ask. The frames at hand are a
few of the two stretches, and the sharpest of a shot that so far is all blur.
"""

from collections.abc import Iterator

from av.video.frame import VideoFrame

from analyzer.media import fingerprint, looks, plan
from analyzer.media.frame import Frame
from analyzer.media.ledger import Ledger
from analyzer.media.plan import Planner, Stop
from analyzer.media.shots import ShotFinder, Stretch, glimpse
from analyzer.media.video import Video
from analyzer.overlap import with_next
from analyzer.progress import Progress, silent
from analyzer.records import Keyframe, Shot, Source
from analyzer.settings import Keyframes, Shots

MIN_GROUP_S = 1.0
"""Groups are at least so long, also where every frame is a key frame."""


class Sampler:
    """Iterate once; the attributes are whole after that.

    Args:
        progress: told how far the film has been read, whether or not frames come of it.

    Attributes:
        keyframes: every look that was taken, analyzed or not.
        shots: the shots, without gaps from 0 to the film's end.
        phash: perceptual hash of the film, 64 bits.

    Raises:
        MediaError: while iterating: nothing could be decoded.
    """

    def __init__(self, video: Video, keyframes: Keyframes, shots: Shots, progress: Progress = silent) -> None:
        self.keyframes: tuple[Keyframe, ...] = ()
        self.shots: tuple[Shot, ...] = ()
        self.phash: int | None = None
        self._video = video
        self._progress = progress
        self._settings = keyframes
        self._finder = ShotFinder(video, keyframes.effort, shots.min_length_s)
        self._planner = Planner(keyframes.effort, video.duration_s)
        self._ledger = Ledger(keyframes)
        self._shot = 0
        self._blurred: Frame | None = None

    def __iter__(self) -> Iterator[Frame]:
        for here, after in with_next(self._stretches()):
            changes = [change.time_s for change in self._finder.find(here, after)]
            end_s = after.start_s if after else self._video.duration_s
            keys = [glimpse.time_s for glimpse in here.glimpses()[:1]]
            stops = self._planner.stops(here.start_s, end_s, keys, changes, last=after is None)
            for stop, frame in self._visit(here, stops):
                yield from self._look(stop, frame)
        yield from self._end_shot()
        self._finish()

    def source(self) -> Source:
        """Return what is known of the video; whole only after iterating.

        Raises:
            InputError: the file is gone.
        """
        return self._video.source(self.phash)

    def _stretches(self) -> Iterator[Stretch]:
        """Read the groups, and decode of each what can be decoded alone."""
        for group in self._video.groups(MIN_GROUP_S):
            frames = [(glimpse(self._video, frame), frame) for frame in self._video.scout.alone(group)]
            start_s = self._video.packet_s(group.packets[0])
            self._progress(start_s, self._video.duration_s)
            yield Stretch(group, start_s, frames)

    def _visit(self, here: Stretch, stops: list[Stop]) -> Iterator[tuple[Stop, VideoFrame]]:
        """Find a frame for each stop: at hand if there is one near, else by decoding the group so far."""
        at_hand = [(stop, _nearest(here, stop)) for stop in stops]
        alone = here.group.entry and here.group.closed
        found = {id(frame) for _, frame in at_hand if frame}
        if not alone or len(found) == len(stops):
            yield from ((stop, frame) for stop, frame in at_hand if frame)
            return
        left = list(stops)
        for frame in self._video.walker.frames(here.group, "NONREF"):
            time_s = self._video.time_s(frame) + self._video.frame_s / 2
            while left and time_s >= left[0].end_s:
                left.pop(0)
            if left and time_s >= left[0].time_s:
                yield left.pop(0), frame
            if not left:
                return

    def _look(self, stop: Stop, frame: VideoFrame) -> Iterator[Frame]:
        """Record a look; yield the frame if it is to be analyzed."""
        time_s = self._video.time_s(frame)
        entries = self._ledger.entries
        if entries and time_s <= entries[-1].time_s:
            return
        if stop.shot != self._shot:
            yield from self._end_shot()
            self._shot = stop.shot
        measures = looks.measure(self._video.image(frame, looks.THUMB_SIDE))
        index = len(entries)
        if self._ledger.note(time_s, measures):
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
        times, tiles = [e.time_s for e in entries], [e.measures.tile for e in entries]
        self.shots = self._finder.shots(times, end_s)
        self.keyframes = self._ledger.keyframes(self.shots)
        self.phash = fingerprint.film_phash(tiles, times, end_s)


def _nearest(here: Stretch, stop: Stop) -> VideoFrame | None:
    """Return the frame at hand that is nearest to a stop, in its piece and near enough."""
    near = [
        (abs(glimpse.time_s - stop.time_s), i)
        for i, (glimpse, _) in enumerate(here.frames)
        if stop.start_s - plan.CLOSE_S <= glimpse.time_s < stop.end_s - 1e-6
    ]
    if not near or min(near)[0] > stop.slack_s:
        return None
    return here.frames[min(near)[1]][1]
