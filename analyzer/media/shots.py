"""Which groups hold a change of shot, and where.

An encoder that looks for cuts begins a group, or sets an intra frame, where one is: such a frame that differs
from the last one is the cut, and nothing more is decoded. Where frames differ without such a sign, the
group between them is decoded and judged frame by frame, within an allowance; beyond it the packets' sizes
must do: where the picture changes, a packet is large.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from av.video.frame import VideoFrame

from analyzer.media import judge
from analyzer.media.judge import Change, Glimpse
from analyzer.media.packets import Group
from analyzer.media.plan import Effort
from analyzer.media.signs import CUT, Signs
from analyzer.media.video import Video
from analyzer.records import Shot

ALLOWANCE = {"fast": 0.05, "balanced": 1.0, "thorough": 1.0}
"""Share of a film's packets that may be decoded to judge changes."""
_CLEAR = 27.0
"""Content value that is a cut by PySceneDetect's own default."""
_SPIKE = 3.0
"""A packet this many times larger than most holds a new picture."""
_HELD = 32
_HELD_BYTES = 96 << 20
"""Frames of a judged group that are kept at hand, so that they need not be decoded again; at least four."""
_HELD_S = 0.2


@dataclass(slots=True)
class Stretch:
    """A group, and what was decoded of it.

    Attributes:
        frames: at hand, with glimpses of them, in time order; the first is the group's start.
    """

    group: Group
    start_s: float
    frames: list[tuple[Glimpse, VideoFrame]]

    def glimpses(self) -> list[Glimpse]:
        """What the frames at hand look like."""
        return [glimpse for glimpse, _ in self.frames]


def glimpse(video: Video, frame: VideoFrame) -> Glimpse:
    """Return a decoded frame as the judge sees it."""
    return Glimpse(video.time_s(frame), video.image(frame, judge.WIDTH))


@dataclass(slots=True)
class ShotFinder:
    """Finds changes of shot, stretch after stretch.

    Attributes:
        min_length_s: shots shorter than this are joined to the one before.
        changes: all found so far.
    """

    video: Video
    effort: Effort
    min_length_s: float
    changes: list[Change] = field(default_factory=list)
    _fades: judge.Fades = field(init=False)
    _signs: Signs = field(init=False)
    _read: int = 0
    _judged: int = 0

    def __post_init__(self) -> None:
        self._fades = judge.Fades(self.video.frame_s)
        self._signs = Signs(trusting=self.effort == "fast")

    def find(self, here: Stretch, after: Stretch | None) -> list[Change]:
        """Return the changes in a stretch and at the start of the one `after` it, in order."""
        seen = [*here.glimpses(), *(after.glimpses()[:1] if after else [])]
        found, open_pairs = self._by_sign(seen, here.group)
        size = len(here.group.packets)
        self._read += size
        # After the last group comes no frame that could tell whether it holds a change.
        doubtful = open_pairs or after is None
        if self._must_judge(here.group) or (doubtful and self._may_judge(size)):
            seen = [*self._walk(here), *(after.glimpses()[:1] if after else [])]
            found = judge.changes(seen, self.video.frame_s)
        else:
            found += [change for a, b in open_pairs for change in self._by_size(here.group, a, b)]
        found += self._fades.see(seen)
        return self._accept(found)

    def _by_sign(
        self, seen: list[Glimpse], group: Group
    ) -> tuple[list[Change], list[tuple[Glimpse, Glimpse]]]:
        """Return the changes that the encoder marked, and the pairs that differ without a clear mark."""
        marked, unclear = self._signs.read(seen, len(group.packets), group.keys)
        trusting = self.effort == "fast"  # what is in doubt will hardly be decoded
        changes = []
        for a, b in marked:
            if trusting or not judge.lit(a, b):
                changes.append(Change(b.time_s, "cut"))
            else:
                unclear.append((a, b))
        return changes, unclear

    def _must_judge(self, group: Group) -> bool:
        """Whether a group is decoded whole in any case: it is asked for, or the next one goes on from it."""
        return self.effort == "thorough" or not (group.entry and group.closed)

    def _may_judge(self, size: int) -> bool:
        if self._judged + size > ALLOWANCE[self.effort] * self._read:
            return False
        self._judged += size
        return True

    def _walk(self, here: Stretch) -> list[Glimpse]:
        """Decode a stretch whole; keep some of its frames at hand."""
        span = self.video.packet_s(here.group.packets[-1]) - here.start_s
        width, height = self.video.size
        apart = max(_HELD_S, span / max(4, min(_HELD, _HELD_BYTES // max(1, 3 * width * height))))
        here.frames.clear()
        seen = []
        for frame in self.video.walker.frames(here.group):
            seen.append(glimpse(self.video, frame))
            if not here.frames or seen[-1].time_s - here.frames[-1][0].time_s >= apart:
                here.frames.append((seen[-1], frame))
        return seen

    def _by_size(self, group: Group, a: Glimpse, b: Glimpse) -> list[Change]:
        """Guess where between two frames the shot changes: at the packet that is far larger than most."""
        if judge.dark(a) or judge.content(a, b) < CUT:
            return []
        times = [self.video.packet_s(packet) for packet in group.packets]
        inside = [(p.size, i) for i, p in enumerate(group.packets) if a.time_s < times[i] < b.time_s]
        if not inside or max(inside)[0] < _SPIKE * median(size for size, _ in inside):
            return [Change(b.time_s, "cut")] if judge.content(a, b) >= _CLEAR else []
        # Frames shown between the reference before it and the large one are coded after it, and small.
        large = max(inside)[1]
        before = max(times[:large])
        return [Change(min((t for t in times if t > before), default=times[large]), "cut")]

    def _accept(self, found: list[Change]) -> list[Change]:
        accepted = []
        for change in sorted(found, key=lambda c: c.time_s):
            last = self.changes[-1].time_s if self.changes else 0.0
            if change.time_s - last >= self.min_length_s:
                self.changes.append(change)
                accepted.append(change)
        return accepted

    def shots(self, looks_s: Sequence[float], end_s: float) -> tuple[Shot, ...]:
        """Return the shots up to the end of the film; one that was never looked at joins the one before."""
        ends = [*(change.time_s for change in self.changes[1:]), end_s]
        changes = [
            change
            for change, end in zip(self.changes, ends, strict=False)
            if bisect_left(looks_s, change.time_s) < bisect_left(looks_s, end)
        ]
        ends = [*(c.time_s for c in changes), end_s]
        first = Shot(start_s=0, end_s=ends[0], transition="start")
        rest = zip(changes, ends[1:], strict=True)
        return first, *(Shot(start_s=c.time_s, end_s=end, transition=c.transition) for c, end in rest)
