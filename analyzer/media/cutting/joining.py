"""Write the result of a cut: copied packets and encoded ones, every stream on one clock."""

import heapq
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer, OutputContainer
from av.stream import Stream

from analyzer.errors import CuttingError, DiskFullError
from analyzer.media.cutting.companions import Companions
from analyzer.media.cutting.film import Film
from analyzer.media.cutting.plans import Extent, Joined, Piece, Plan
from analyzer.media.cutting.scan import opened, packets
from analyzer.media.packets import Packet
from analyzer.paths import shown
from analyzer.progress import Progress
from analyzer.stores.whole import FULL

_STALE = ("major_brand", "minor_version", "compatible_brands", "encoder", "duration")
_COUNTS = ("BPS", "NUMBER_OF_", "DURATION", "_STATISTICS")
"""What programs write about a stream's size, which a cut changes."""
_MS = Fraction(1, 1000)


def join(path: Path, plan: Plan, folder: Path, target: Path, progress: Progress) -> Joined:
    """Write the result of a cut.

    Args:
        path: the film.
        plan: of its cut.
        folder: where what was encoded is.
        target: to write; its name says nothing.
        progress: told how far it is.

    Raises:
        CuttingError: the container does not take it.
        DiskFullError: no room.
    """
    with opened(path) as (source, _), _reported(path), av.open(f"file:{target}", "w", format=plan.format) as output:
        films = {track.stream: Film(path, plan, track, folder) for track in plan.tracks}
        others = Companions(path, plan)
        outs = _laid_out(path, source, output, films, others)
        output.metadata.update(_kept(source.metadata, _STALE))
        output.set_chapters(_chapters(source, plan))
        merged = heapq.merge(*(f.packets() for f in films.values()), others.packets(), key=lambda item: item[0])
        extents = _write(output, merged, plan, progress)
    kinds = {index: out.type for index, out in outs.items()}
    notices = [f"{shown(path)}: {plan.suffix} cannot hold its {what}; left out" for what in others.dropped]
    return Joined(
        extents=tuple(Extent(stream=n, kind=kinds[n], start_s=a, end_s=b) for n, (a, b) in sorted(extents.items())),
        joints_s=_joints(plan),
        notices=tuple(notices),
    )


@contextmanager
def _reported(path: Path) -> Iterator[None]:
    try:
        yield
    except (av.FFmpegError, OSError) as error:
        if error.errno in FULL:
            raise DiskFullError(f"{shown(path)}: no room for its cut; make some") from None
        raise CuttingError(f"{shown(path)}: its cut cannot be written: {error.strerror}") from None


def _laid_out(
    path: Path, source: InputContainer, output: OutputContainer, films: dict[int, Film], others: Companions
) -> dict[int, Stream]:
    """Add all streams, in the film's order."""
    outs = {}
    chapters = bool(source.chapters())
    for stream in source.streams:
        if stream.type == "data" and chapters and stream.name in (None, "bin_data"):
            continue  # titles of chapters, which the container writes anew
        if stream.index in films:
            out = films[stream.index].add_to(output, stream)
        else:
            cover = _cover(path, stream.index) if stream.type == "video" else None
            out = others.add_to(output, stream, cover)
        if out is not None and stream.type != "attachment":
            out.metadata.update(_kept(stream.metadata, _COUNTS))
            out.disposition = stream.disposition
        if out is not None:
            outs[out.index] = out
    return outs


def _cover(path: Path, number: int) -> bytes | None:
    with opened(path) as (container, _):
        return next((bytes(p) for p in packets(container, container.streams[number])), None)


def _kept(metadata: dict[str, str], without: tuple[str, ...]) -> dict[str, str]:
    return {key: value for key, value in metadata.items() if not key.startswith(without)}


def _chapters(source: InputContainer, plan: Plan) -> list[Any]:
    """Return the chapters as far as they are kept, where they are then."""
    chapters = []
    for chapter in source.chapters():
        base = chapter["time_base"] or Fraction(1)
        start, end = (float(chapter[edge] * base) - plan.zero_s for edge in ("start", "end"))
        left = [placed for piece in plan.pieces if (placed := _overlap(piece, start, end))]
        if left:
            times = {"start": round(left[0][0] / _MS), "end": round(left[-1][1] / _MS), "time_base": _MS}
            chapters.append({**chapter, **times, "id": len(chapters)})
    return chapters


def _overlap(piece: Piece, start: float, end: float) -> tuple[float, float] | None:
    start, end = max(start, piece.start_s), min(end, piece.end_s)
    moved = piece.at_s - piece.start_s
    return (start + moved, end + moved) if end - start > float(_MS) else None


def _write(
    output: OutputContainer, merged: Iterable[tuple[float, Packet]], plan: Plan, progress: Progress
) -> dict[int, tuple[float, float]]:
    """Write all packets; return from when to when each stream lasts."""
    whole = plan.pieces[-1].at_s + plan.pieces[-1].end_s - plan.pieces[-1].start_s
    extents: dict[int, tuple[float, float]] = {}
    told = 0.0
    for time_s, packet in merged:
        start = float(packet.pts * packet.time_base)
        end = start + float((packet.duration or 0) * packet.time_base)
        a, b = extents.get(packet.stream_index, (start, end))
        extents[packet.stream_index] = (min(a, start), max(b, end))
        output.mux_one(packet)
        if time_s - told >= 1:
            progress(told := time_s, whole)
    return extents


def _joints(plan: Plan) -> tuple[float, ...]:
    """Return where in the result each stretch of the main track begins."""
    main = plan.tracks[0]
    tick = Fraction(main.tick)
    found = []
    for piece, stretches in zip(plan.pieces, main.stretches, strict=True):
        for stretch in stretches:
            found.append(max(0.0, float(stretch.low * tick) - plan.zero_s - piece.start_s + piece.at_s))
    return tuple(found)
