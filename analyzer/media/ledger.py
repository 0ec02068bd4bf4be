"""The keyframe records: who stands for whom, in which shot, and for how long."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from analyzer.media import fingerprint
from analyzer.media.looks import Measures
from analyzer.records import Keyframe, Shot
from analyzer.settings import Keyframes


@dataclass(slots=True)
class Entry:
    """A look that was taken; `seen_as` is filled in by the end of its shot."""

    time_s: float
    measures: Measures
    seen_as: int | None = None


@dataclass(slots=True)
class Ledger:
    """Decides which looks are worth analyzing, and keeps the record of all of them.

    Attributes:
        settings: what counts as black, blurred and repeated.
        entries: all looks so far, in time order.
    """

    settings: Keyframes
    entries: list[Entry] = field(default_factory=list)
    _analyzed: list[int] = field(default_factory=list)
    _blurred: list[int] = field(default_factory=list)

    def note(self, time_s: float, measures: Measures) -> bool:
        """Record a look at the open shot; return whether it is to be analyzed."""
        index = len(self.entries)
        entry = Entry(time_s, measures)
        self.entries.append(entry)
        if measures.brightness < self.settings.black_below:
            return False
        if measures.sharpness < self.settings.blurred_below:
            self._blurred.append(index)
            return False
        if self._analyzed and self._repeats(measures):
            entry.seen_as = self._analyzed[-1]
            return False
        self._take(index)
        return True

    def _repeats(self, measures: Measures) -> bool:
        last = self.entries[self._analyzed[-1]].measures
        return fingerprint.distance(last.phash, measures.phash) <= self.settings.repeat_bits

    def _take(self, index: int) -> None:
        self.entries[index].seen_as = index
        self._analyzed.append(index)

    def rescue(self) -> int | None:
        """Return the sharpest look of a shot that so far shows nothing but blur."""
        if self._analyzed or not self._blurred:
            return None
        return max(self._blurred, key=lambda i: self.entries[i].measures.sharpness)

    def end_shot(self, rescued: int | None) -> None:
        """Close the shot: blurred looks are seen as the nearest analyzed one."""
        if rescued is not None:
            self._take(rescued)
        for index in self._blurred:
            if self._analyzed and index != rescued:
                self.entries[index].seen_as = min(self._analyzed, key=lambda i: abs(i - index))
        self._analyzed.clear()
        self._blurred.clear()

    def keyframes(self, shots: Sequence[Shot]) -> tuple[Keyframe, ...]:
        """Return the records. Each stands for the time from midway to midway, within its shot."""
        starts = [shot.start_s for shot in shots]
        of = [max(0, bisect_right(starts, entry.time_s + 1e-6) - 1) for entry in self.entries]
        return tuple(
            Keyframe(
                time_s=entry.time_s,
                span_s=self._span(i, of, shots),
                shot=of[i],
                seen_as=entry.seen_as,
                phash=f"{entry.measures.phash:016x}",
                views=entry.measures.views,
                sharpness=entry.measures.sharpness,
                brightness=entry.measures.brightness,
                histogram=entry.measures.histogram,
            )
            for i, entry in enumerate(self.entries)
        )

    def _span(self, i: int, of: Sequence[int], shots: Sequence[Shot]) -> float:
        shot, time = shots[of[i]], self.entries[i].time_s
        first = i == 0 or of[i - 1] != of[i]
        last = i + 1 == len(of) or of[i + 1] != of[i]
        begin = shot.start_s if first else (self.entries[i - 1].time_s + time) / 2
        end = shot.end_s if last else (time + self.entries[i + 1].time_s) / 2
        return max(0.0, end - begin)
