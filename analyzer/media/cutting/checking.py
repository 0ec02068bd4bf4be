"""Read back what a cut wrote: nothing gets its name that is not what was asked for."""

from bisect import bisect_left
from collections import Counter
from pathlib import Path

import av
from av.stream import Stream

from analyzer.errors import CuttingError, MarqueeError
from analyzer.media.cutting.decoding import Run, stamp_of
from analyzer.media.cutting.plans import Joined, Plan
from analyzer.media.cutting.scan import opened, packets
from analyzer.media.packets import Packet
from analyzer.paths import shown
from analyzer.progress import Progress

_SYNC_S = 0.02
"""Sound and pictures may be so much farther from each other than they were."""
_COPIED_S = 0.25
"""A copied cut, which is not exact anyway, may be so much longer or shorter."""
_NEAR_S = 0.5
"""What is shown so soon before or after a joint is decoded."""
_LOST_BY_COPYING = 0.5
"""So large a share of that may be lost where frames before a key frame are needed after it."""

Bounds = dict[tuple[str, int], tuple[float, float]]
"""From when to when a stream lasts, by its kind and its number among these."""


def check(path: Path, plan: Plan, joined: Joined, written: Path, progress: Progress) -> Joined:
    """Read a result through, and decode it where one way of getting frames gives way to another.

    Args:
        path: the film.
        plan: of its cut.
        joined: what was written.
        written: the result.
        progress: told how far it is.

    Returns:
        `joined`, with a notice where frames of a copied cut do not decode.

    Raises:
        CuttingError: it is not what was asked for, or does not decode.
    """
    try:
        _check_times(plan, joined, _bounds(written, progress))
        if _rotation(path) != _rotation(written):
            raise CuttingError("it is turned another way")
        lost, near = _lost(joined, written, progress)
        if lost > near * (_LOST_BY_COPYING if plan.how == "copy" else 0):
            raise CuttingError(f"{lost} of {near} frames at its joints do not decode")
    except (MarqueeError, av.FFmpegError) as error:
        reason = str(error).replace(f"{shown(written)}: ", "")
        raise CuttingError(f"{shown(path)}: its cut failed the check, nothing is kept: {reason}") from None
    if not lost:
        return joined
    notice = (
        f"{shown(path)}: {lost} frames at the joints need others that are cut off; cut exactly to keep them"
    )
    return joined.model_copy(update={"notices": (*joined.notices, notice)})


def _lost(joined: Joined, written: Path, progress: Progress) -> tuple[int, int]:
    """Return how many frames at joints do not decode, and how many there are."""
    with opened(written) as (container, stream):
        run = Run(stream)
        for packet in packets(container, stream):
            run.add(packet, _is_near(packet, joined))
            progress(0, 0)
        run.end()
        return run.lost, run.near


def _numbered(streams: list[Stream]) -> dict[int, tuple[str, int]]:
    """Return the kind of each stream and its number among these, by its index."""
    seen: Counter[str] = Counter()
    keys: dict[int, tuple[str, int]] = {}
    for stream in streams:
        keys[stream.index] = (stream.type, seen[stream.type])
        seen[stream.type] += 1
    return keys


def _bounds(written: Path, progress: Progress) -> Bounds:
    found: Bounds = {}
    with opened(written) as (container, _):
        streams = [s for s in container.streams if s.type != "attachment"]
        keys = _numbered(streams)
        for packet in packets(container, *streams):
            timed = packet.dts if packet.pts is None or container.format.name == "avi" else packet.pts
            start = float((timed or 0) * packet.time_base)  # a cover has no time
            end = start + float((packet.duration or 0) * packet.time_base)
            a, b = found.get(keys[packet.stream_index], (start, end))
            found[keys[packet.stream_index]] = (min(a, start), max(b, end))
            progress(0, 0)
    return found


def _check_times(plan: Plan, joined: Joined, found: Bounds) -> None:
    """Compare how long the film lasts, and from when to when each sound track does, with what was written."""
    for extent in joined.extents:
        if (extent.kind, extent.number) not in found:
            raise CuttingError(f"{extent.kind} track {extent.number} is missing")
    main = joined.extents[0]
    start, end = found["video", main.number]
    asked = sum(piece.end_s - piece.start_s for piece in plan.pieces)
    if abs(end - start - asked) > plan.longest_s + (_COPIED_S if plan.how == "copy" else _SYNC_S):
        raise CuttingError(f"it lasts {end - start:.3f} s, not {asked:.3f} s")
    for extent in joined.extents:
        if extent.kind == "audio":
            a, b = (t - start for t in found["audio", extent.number])
            early = a - (extent.start_s - main.start_s)
            late = b - (extent.end_s - main.start_s)
            off = max(early if extent.start_s >= 0 else 0.0, late, key=abs)
            if abs(off) > _SYNC_S:
                raise CuttingError(f"sound track {extent.number} is {off * 1000:.0f} ms off")


def _rotation(path: Path) -> int:
    with opened(path) as (container, stream):
        for packet in packets(container, stream):
            for frame in packet.decode():
                return frame.rotation
    return 0


def _is_near(packet: Packet, joined: Joined) -> bool:
    time_s = float(stamp_of(packet) * packet.time_base)
    after = bisect_left(joined.joints_s, time_s - _NEAR_S)
    return after < len(joined.joints_s) and joined.joints_s[after] <= time_s + _NEAR_S
