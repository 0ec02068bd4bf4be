"""Read back what a cut wrote: nothing bears its name that is not what was asked for."""

from fractions import Fraction
from pathlib import Path

from av.video.frame import VideoFrame

from analyzer.errors import CuttingError, MarqueeError
from analyzer.media.cutting.plans import Extent, Joined, Plan
from analyzer.media.cutting.scan import opened, packets
from analyzer.media.packets import Group, Packet, group
from analyzer.media.video import open_video
from analyzer.paths import shown
from analyzer.progress import Progress

_SYNC_S = 0.02
"""Sound and pictures may be so far from each other, more than they were."""


def check(path: Path, plan: Plan, joined: Joined, written: Path, progress: Progress) -> Joined:
    """Read a result through, and decode it at its start, its end and all of its joints.

    Args:
        path: the film, for messages.
        plan: of its cut.
        joined: what was written.
        written: the result.
        progress: told how far it is.

    Raises:
        CuttingError: it is not what was asked for, or does not decode.
    """
    try:
        _check_streams(plan, joined, written)
        _check_pictures(path, plan, joined, written, progress)
    except CuttingError as error:
        raise CuttingError(f"{shown(path)}: its cut failed a check and was deleted: {error}") from None
    except MarqueeError as error:
        reason = str(error).replace(f"{shown(written)}: ", "")
        raise CuttingError(f"{shown(path)}: its cut failed a check and was deleted: {reason}") from None
    return joined


def _check_streams(plan: Plan, joined: Joined, written: Path) -> None:
    """Compare how long the film lasts, and when each sound track begins and ends against it."""
    found = _extents(written)
    pictures = [e for e in joined.extents if e.kind == "video"]
    asked = sum(piece.end_s - piece.start_s for piece in plan.pieces)
    for wanted in joined.extents:
        if wanted.stream not in found:
            raise CuttingError(f"{wanted.kind} track {wanted.stream} is not in it")
    main = next(e for e in pictures if e.stream in found)
    base = found[main.stream].start_s - main.start_s
    lasts = found[main.stream].end_s - found[main.stream].start_s
    if abs(lasts - asked) > max(plan.frame_s, abs(main.end_s - asked)) * 1.5:
        raise CuttingError(f"it lasts {lasts:.3f} s, not {asked:.3f} s")
    for wanted in joined.extents:
        if wanted.kind != "audio":
            continue
        start = found[wanted.stream].start_s - base - wanted.start_s
        end = found[wanted.stream].end_s - base - wanted.end_s
        worst = max(start if wanted.start_s >= 0 else 0, -start, abs(end), key=abs)
        if abs(worst) > _SYNC_S:
            raise CuttingError(f"sound track {wanted.stream} is {worst * 1000:.0f} ms off")


def _extents(written: Path) -> dict[int, Extent]:
    extents: dict[int, Extent] = {}
    with opened(written) as (container, _):
        streams = [s for s in container.streams if s.type in ("video", "audio", "subtitle", "data")]
        found: dict[int, tuple[float, float]] = {}
        for packet in packets(container, *streams):
            tick = packet.time_base or Fraction(1)
            stamp = packet.pts if packet.pts is not None else packet.dts
            if stamp is None:
                continue
            start, end = float(stamp * tick), float((stamp + (packet.duration or 0)) * tick)
            a, b = found.get(packet.stream_index, (start, end))
            found[packet.stream_index] = (min(a, start), max(b, end))
        for s in streams:
            if s.index in found:
                a, b = found[s.index]
                extents[s.index] = Extent(stream=s.index, kind=s.type, start_s=a, end_s=b)
    return extents


def _check_pictures(path: Path, plan: Plan, joined: Joined, written: Path, progress: Progress) -> None:
    """Decode groups with joints in them; every packet must give its frame."""
    with open_video(written) as video:
        tick = None
        first: VideoFrame | None = None
        for piece in video.groups(0):
            tick = tick or piece.packets[0].time_base
            packets_ = piece.packets
            start, end = _span(piece)
            joints = [j for j in joined.joints_s]
            if first is None or any(start * tick - 1 <= j <= end * tick + 1 for j in joints):
                frames = list(video.walker.frames(piece))
                first = first or (frames[0] if frames else None)
                wanted = sum(not p.is_discard for p in packets_)
                if video.health.damaged or len(frames) < wanted:
                    at = float(start * tick)
                    raise CuttingError(f"{wanted - len(frames)} of {wanted} frames from {at:.1f} s on do not decode")
            progress(float(start * tick), video.duration_s)


def _span(piece: Group) -> tuple[int, int]:
    stamps = [p.pts if p.pts is not None else p.dts or 0 for p in piece.packets]
    return min(stamps), max(stamps)
