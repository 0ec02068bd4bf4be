"""Write the result of a cut: copied packets and encoded ones, every stream on one clock."""

import heapq
from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
from av.container import InputContainer, OutputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from analyzer.errors import CuttingError
from analyzer.media.cutting.chapters import moved_chapters
from analyzer.media.cutting.companions import Companions
from analyzer.media.cutting.film import Film
from analyzer.media.cutting.plans import Extent, Joined, Plan
from analyzer.media.cutting.scan import opened
from analyzer.media.cutting.streams import reported
from analyzer.media.packets import Packet
from analyzer.paths import shown
from analyzer.progress import Progress

_STALE = ("major_brand", "minor_version", "compatible_brands", "encoder", "duration")
_COUNTS = ("BPS", "NUMBER_OF_", "DURATION", "_STATISTICS")
"""What programs write about a stream's size, which a cut changes."""

_DAMAGED = 0.05
"""So large a share of frames may be too damaged to be encoded."""

Times = dict[int, tuple[float, float]]
"""From when to when streams last, by their index."""


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
    films = {track.stream: Film(path, plan, track, folder) for track in plan.tracks}
    others = Companions(path, plan)
    with reported(path), opened(path) as (source, _):
        output = av.open(f"file:{target}", "w", format=plan.format)
        try:
            _lay_out(source, output, films, others)
            output.metadata.update(_kept(source.metadata, _STALE))
            output.set_chapters(moved_chapters(source, plan))
            merged = heapq.merge(
                *(f.packets() for f in films.values()), others.packets(), key=lambda item: item[0]
            )
            times = _write(output, merged, plan, progress)
            lost = sum(_lost(path, film) for film in films.values())
            extents = _extents(output, times, films[plan.tracks[0].stream].out)
        finally:
            output.close()
    notices = [f"{shown(path)}: {plan.suffix} cannot hold its {what}; left out" for what in others.dropped]
    if lost:
        notices.append(f"{shown(path)}: {lost} damaged frames are left out")
    return Joined(extents=extents, joints_s=_joints(plan), notices=tuple(notices))


def _lay_out(
    source: InputContainer, output: OutputContainer, films: dict[int, Film], others: Companions
) -> None:
    """Add all streams, in the film's order."""
    chapters = bool(source.chapters())
    for stream in source.streams:
        if stream.type == "data" and chapters and stream.name in (None, "bin_data"):
            continue  # titles of chapters, which the container writes anew
        film = films.get(stream.index)
        out = film.add_to(output, cast(VideoStream, stream)) if film else others.add_to(output, stream)
        if out is not None and out.type != "attachment":
            out.metadata.update(_kept(stream.metadata, _COUNTS))
            out.disposition = stream.disposition


def _kept(metadata: dict[str, str], without: tuple[str, ...]) -> dict[str, str]:
    return {key: value for key, value in metadata.items() if not key.startswith(without)}


def _write(
    output: OutputContainer, merged: Iterable[tuple[float, Packet]], plan: Plan, progress: Progress
) -> Times:
    """Write all packets."""
    whole = plan.pieces[-1].at_s + plan.pieces[-1].end_s - plan.pieces[-1].start_s
    times: Times = {}
    told = 0.0
    for time_s, packet in merged:
        start = float((packet.pts or 0) * packet.time_base)
        end = start + float((packet.duration or 0) * packet.time_base)
        a, b = times.get(packet.stream_index, (start, end))
        times[packet.stream_index] = (min(a, start), max(b, end))
        output.mux_one(packet)
        if time_s - told >= 1:
            told = time_s
            progress(told, whole)
    return times


def _lost(path: Path, film: Film) -> int:
    """Return how many frames are missing of what was encoded, where that is no more than damage explains."""
    if not 0 <= film.missing <= _DAMAGED * film.wanted:
        came = film.wanted - film.missing
        raise CuttingError(f"{shown(path)}: {came} of {film.wanted} frames were encoded; nothing is kept")
    return film.missing


def _extents(output: OutputContainer, times: Times, main: Stream) -> tuple[Extent, ...]:
    extents = {}
    seen: Counter[str] = Counter()
    for stream in output.streams:
        if stream.index in times:
            start, end = times[stream.index]
            extents[stream.index] = Extent(
                kind=stream.type, number=seen[stream.type], start_s=start, end_s=end
            )
        seen[stream.type] += 1
    return (extents.pop(main.index), *extents.values())


def _joints(plan: Plan) -> tuple[float, ...]:
    main = plan.tracks[0]
    found = []
    for piece, stretches in zip(plan.pieces, main.stretches, strict=True):
        moved = piece.at_s - piece.start_s - plan.zero_s
        found += [max(0.0, float(stretch.low * Fraction(main.tick)) + moved) for stretch in stretches]
    last = plan.pieces[-1]
    return (*found, last.at_s + last.end_s - last.start_s)
