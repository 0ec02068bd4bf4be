"""Files of packets that are decoded and encoded again: all of a film that the encoder gets to see."""

from bisect import bisect_left
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
from av.video.stream import VideoStream

from analyzer.media.cutting.ordering import DecodeClock, delay_of
from analyzer.media.cutting.planning import REORDERED
from analyzer.media.cutting.plans import AHEAD, Part, Stretch
from analyzer.media.cutting.scan import Scan, film_of, opened, pictures
from analyzer.media.packets import Packet
from analyzer.progress import Progress

Stretches = tuple[tuple[Stretch, ...], ...]


def part_path(folder: Path, track: int, number: int) -> Path:
    """Return where a part's packets are."""
    return folder / f"{track}.{number}.part"


def encoded_path(folder: Path, track: int, number: int) -> Path:
    """Return where a part is once it is encoded."""
    return folder / f"{track}.{number}.encoded"


def assign(scan: Scan, stretches: Sequence[Sequence[Stretch]]) -> tuple[Stretches, tuple[Part, ...]]:
    """Give each stretch to be encoded a part of its own; all of a counted track share one."""
    encoded = [s for piece in stretches for s in piece if s.part is not None]
    if scan.counted:
        parts = (_counted(scan, encoded),) if encoded else ()
        return tuple(map(tuple, stretches)), parts
    numbers = iter(range(len(encoded)))
    given = tuple(
        tuple(s if s.part is None else s.model_copy(update={"part": next(numbers)}) for s in piece)
        for piece in stretches
    )
    return given, tuple(_timed(scan, s) for s in encoded)


def _timed(scan: Scan, stretch: Stretch) -> Part:
    shift = scan.stamps[stretch.first] - AHEAD * usual_length(scan)
    low, high = (float((s - shift - Fraction(1, 2)) * scan.time_base) for s in (stretch.low, stretch.high))
    return Part(
        first=stretch.first, last=stretch.last, select=f"between(t,{low:.9f},{high:.9f})", shift=shift
    )


def _counted(scan: Scan, stretches: Sequence[Stretch]) -> Part:
    ranges = [tuple(bisect_left(scan.stamps, x) for x in (s.low, s.high)) for s in stretches]
    stamps: list[int] = []
    keys = []
    for low, high in ranges:
        keys.append(len(stamps))
        stamps += scan.stamps[low:high]
    select = "+".join(f"between(n,{low},{high - 1})" for low, high in ranges)
    last = min(max(s.last for s in stretches) + REORDERED, len(scan.stamps))
    return Part(first=0, last=last, select=select, stamps=tuple(stamps), keys=tuple(keys))


def usual_length(scan: Scan) -> int:
    """Return how long a frame of a track is mostly shown, in its units."""
    return max(1, sorted(scan.lengths)[len(scan.lengths) // 2])


def write(
    path: Path, track: int, scan: Scan, parts: Sequence[Part], folder: Path, progress: Progress
) -> None:
    """Write the packets of a track's parts, each into its file."""
    waiting = sorted(enumerate(parts), key=lambda part: part[1].first)
    writers: list[_Writer] = []
    with opened(path) as (container, _):
        stream = film_of(container, track)
        for n, packet in pictures(container, stream):
            while waiting and waiting[0][1].first <= n:
                number, part = waiting.pop(0)
                writers.append(_Writer(part_path(folder, track, number), part, scan, stream))
            for writer in writers:
                writer.write(n, packet)
            if n % 1000 == 0:
                progress(0, 0)
            writers = [writer for writer in writers if not writer.done]
            if not (waiting or writers):
                return


class _Writer:
    """A part's file while it is written."""

    def __init__(self, path: Path, part: Part, scan: Scan, template: VideoStream) -> None:
        stamps = scan.stamps[part.first : part.last]
        self.done = False
        self._part = part
        self._scan = scan
        self._clock = DecodeClock(delay_of(stamps), usual_length(scan))
        self._container = av.open(f"file:{path}", "w", format="avi" if scan.counted else "nut")
        self._stream = self._container.add_stream_from_template(template, opaque=True)
        self._rate = template.average_rate or Fraction(25)
        if scan.counted:
            self._stream.time_base = 1 / self._rate

    def write(self, n: int, packet: Packet) -> None:
        """Write packet number `n` of the track, unless it cannot be decoded without those before."""
        part, scan = self._part, self._scan
        if scan.counted:
            packet.pts = packet.dts = n
        elif scan.stamps[n] >= scan.stamps[part.first]:
            packet.pts = scan.stamps[n] - part.shift
            packet.dts = self._clock.next(packet.pts)
        if scan.counted or scan.stamps[n] >= scan.stamps[part.first]:
            packet.duration = 1 if scan.counted else scan.lengths[n]
            packet.time_base = 1 / self._rate if scan.counted else scan.time_base
            packet.stream = self._stream
            self._container.mux(packet)
        if n + 1 >= part.last:
            self._container.close()
            self.done = True
