"""What is shown at certain times of a film, and at its key frames."""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from av.video.frame import VideoFrame

from analyzer.media.judge import Glimpse
from analyzer.media.packets import Group
from analyzer.media.pixels import Image
from analyzer.media.sampling import MIN_GROUP_S
from analyzer.media.shots import glimpse
from analyzer.media.signs import Signs
from analyzer.media.video import Video
from analyzer.media.within import Chain, look_within
from analyzer.overlap import SideBySide, with_next
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

    Frames that no other needs are not decoded: the picture may be that of the frame before. Where nothing can
    be decoded it is that of the time before.

    Args:
        video: not yet read.
        times_s: rising, endless if need be; iterated twice.
        to_image: see ToImage; called in several threads.
        progress: told how far the film has been read.
    """
    spans = ((time_s, time_s) for time_s in times_s)
    coming, before = iter(times_s), None
    wanted = next(coming, None)
    look = partial(_shown_in, to_image=to_image)
    with closing(look_within(video, spans, "NONREF", look, progress)) as answers:
        for answered_s, image in answers:
            while wanted is not None and wanted <= answered_s:
                if before is not None and wanted >= video.duration_s:
                    return
                yield wanted, image if before is None or wanted == answered_s else before
                wanted = next(coming, None)
            before = image
    while wanted is not None and before is not None and wanted < video.duration_s:
        yield wanted, before
        wanted = next(coming, None)


def _shown_in(chain: Chain, to_image: ToImage) -> Iterator[tuple[float, Image]]:
    """Yield what is on screen where spans begin, as far as frames before that come."""
    number, before = 0, None
    for time_s, frame in chain.frames():
        while number < len(chain.spans) and chain.spans[number][0] < time_s:
            if before:
                yield chain.spans[number][0], to_image(before)
            number += 1
        before = frame
    for wanted_s, _ in chain.spans[number:]:
        if before and wanted_s < chain.end_s:
            yield wanted_s, to_image(before)


def key_frames(
    video: Video, to_image: ToImage, progress: Progress = silent
) -> Iterator[tuple[KeyFrame, Image]]:
    """Yield the frames that can be decoded on their own, with the pictures of them.

    Args:
        video: not yet read.
        to_image: see ToImage; called in several threads.
        progress: told how far the film has been read.
    """
    signs, marked = Signs(trusting=False), set()
    with closing(_alone(video, to_image, progress)) as seen:
        for here, after in with_next(seen):
            glimpses = [glimpse for glimpse, _ in [*here.frames, *(after.frames[:1] if after else [])]]
            cuts, _ = signs.read(glimpses, here.packets, here.keys)
            marked |= {begins.time_s for _, begins in cuts}
            for glimpse, image in here.frames:
                yield KeyFrame(glimpse.time_s, glimpse.time_s in marked), image


@dataclass(frozen=True, slots=True)
class _Alone:
    """What of a group can be decoded on its own, and how the group is made; see Signs."""

    packets: int
    keys: int
    frames: list[tuple[Glimpse, Image]]


def _alone(video: Video, to_image: ToImage, progress: Progress) -> Generator[_Alone]:
    def look(group: Group) -> Iterator[_Alone]:
        with video.decoder() as decoder:
            frames = [(glimpse(video, frame), to_image(frame)) for frame in decoder.alone(group)]
        yield _Alone(len(group.packets), group.keys, frames)

    with SideBySide[_Alone](video.decoders, depth=1) as at_work:
        for group in video.groups(MIN_GROUP_S):
            video.start_clock(group)
            progress(video.packet_s(group.packets[0]), video.duration_s)
            at_work.add(look(group))
            yield from at_work.results(wait=False)
        yield from at_work.results(wait=True)
