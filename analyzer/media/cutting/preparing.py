"""Look at a file and plan its cut; what is to be encoded again goes into files of its own."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil
from pathlib import Path

from av.stream import Disposition

from analyzer.errors import CuttingError
from analyzer.media.cutting import encoders, parts, tracks
from analyzer.media.cutting.containers import MATROSKA, format_of
from analyzer.media.cutting.planning import Planner
from analyzer.media.cutting.plans import How, Piece, Plan, Stretch, Track
from analyzer.media.cutting.scan import Scan, film_of, opened, scan
from analyzer.media.cutting.streams import reported
from analyzer.paths import shown
from analyzer.progress import Progress, silent
from analyzer.records import Interval

Span = tuple[Fraction, Fraction]
"""Seconds from the first frame; half open."""

_STILL = Disposition.attached_pic | Disposition.timed_thumbnails
"""Of picture tracks that are no film."""
_HAIR_S = Fraction(1, 1_000_000)
"""Times are rounded to this."""


def prepare(
    path: Path,
    spans: Sequence[Interval],
    how: How,
    suffix: str,
    apart: bool,
    folder: Path,
    progress: Progress = silent,
) -> Plan:
    """Plan the cut of a file, and write what is to be encoded again into a folder.

    Args:
        path: the film.
        spans: seconds from the first frame, sorted, apart from each other.
        how: exactly, or at key frames.
        suffix: of the file that is wanted; the plan may name another.
        apart: whether each piece becomes a file; then spans that touch are not joined.
        folder: for the parts.
        progress: told that it goes on.

    Raises:
        InputError, MediaError: it cannot be opened or decoded.
        CuttingError: it cannot be cut.
    """
    scans = _scans(path, progress)
    main = next(iter(scans))
    zero = scans[main].zero * scans[main].time_base
    kept = _kept(scans[main], spans, how, apart)
    plans: dict[int, list[list[Stretch]]] = {}
    for number, found in scans.items():
        bounds = [(_stamp(zero + a, found), _stamp(zero + b, found)) for a, b in kept]
        planner = Planner(found, found.codec in encoders.MIXING)
        plans[number] = planner.plan(bounds, how if number == main else "exact")
    filled = [i for i, stretches in enumerate(plans[main]) if stretches]
    if not filled:
        raise CuttingError(f"{shown(path)}: no frame in what is to be kept; nothing was written")
    kept = [kept[i] for i in filled]
    plans = {number: [of_track[i] for i in filled] for number, of_track in plans.items()}
    suffix, films, notices = _described(path, suffix, scans, plans)
    for film in films:
        with reported(path):
            parts.write(path, film.stream, scans[film.stream], film.parts, folder, progress)
    return Plan(
        how=how,
        zero_s=float(zero) - films[0].lag_s,
        frame_s=float(1 / Fraction(films[0].rate)),
        longest_s=float(scans[main].longest * scans[main].time_base),
        format=format_of(suffix) or "matroska",
        suffix=suffix,
        pieces=_pieces(kept, [_first_of(scans[main], stretches[0]) for stretches in plans[main]], apart),
        tracks=tuple(films),
        notices=tuple(notices),
    )


def _scans(path: Path, progress: Progress) -> dict[int, Scan]:
    """Read all picture tracks that are film, the main one first."""
    with opened(path) as (container, main):
        films = [s.index for s in container.streams.video if not s.disposition & _STILL and s.codec_context]
    found = {}
    for number in sorted(films, key=lambda n: n != main.index):
        with opened(path) as (container, _):
            found[number] = scan(container, film_of(container, number), path, progress)
    return found


def _kept(main: Scan, spans: Sequence[Interval], how: How, apart: bool) -> list[Span]:
    """Return the spans, clipped to the film and joined where they touch."""
    base, zero = main.time_base, main.zero
    planner = Planner(main, mixes=False)
    kept: list[Span] = []
    for start_s, end_s in spans:
        start, end = Fraction(start_s), min(Fraction(end_s), (main.end - zero) * base)
        if how == "copy" and start < end:
            low, high = planner.snapped(*(_stamp(zero * base + t, main) for t in (start, end)))
            start, end = (low - zero) * base, (high - zero) * base
        if kept and not apart and start <= kept[-1][1] + _HAIR_S:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        elif start < end:
            kept.append((start, end))
    return kept


def _stamp(clock_s: Fraction, scan: Scan) -> int:
    """Return the first stamp of a track that is not before a time of the container's clock."""
    return ceil((clock_s - _HAIR_S) / scan.time_base)


def _first_of(scan: Scan, stretch: Stretch) -> Fraction:
    """Return when the first frame of a stretch is shown."""
    stamps = scan.stamps[stretch.first : stretch.last]
    return (min(s for s in stamps if s >= stretch.low and s not in scan.hidden) - scan.zero) * scan.time_base


def _pieces(kept: Sequence[Span], firsts: Sequence[Fraction], apart: bool) -> tuple[Piece, ...]:
    """Lay the spans one after another; what begins a file begins with its first frame."""
    pieces = []
    at = Fraction(0)
    for i, ((start, end), first) in enumerate(zip(kept, firsts, strict=True)):
        begin = first if apart or i == 0 else start
        pieces.append(Piece(start_s=float(begin), end_s=float(end), at_s=0 if apart else float(at)))
        at += end - begin
    return tuple(pieces)


def _described(
    path: Path, suffix: str, scans: dict[int, Scan], plans: dict[int, list[list[Stretch]]]
) -> tuple[str, list[Track], list[str]]:
    """Return the suffix of a container that takes everything, the tracks for it, and what there is to say."""
    notices = []
    for wanted in dict.fromkeys((suffix, MATROSKA)):
        form = format_of(wanted) or "matroska"
        found = [_described_track(path, number, scans[number], plans[number], form) for number in scans]
        films = [film for film in found if film]
        with opened(path) as (container, _):
            if len(films) == len(found) and tracks.holds(container, form):
                break
        notices = [f"{shown(path)}: {wanted} cannot hold what is in it; {MATROSKA} is written instead"]
    for film in films:
        if film.parts and film.codec != scans[film.stream].codec:
            was = scans[film.stream].codec
            notices.append(f"{shown(path)}: {was} is not encoded again; {film.codec} is written instead")
    return wanted, films, notices


def _described_track(
    path: Path, number: int, scan: Scan, stretches: list[list[Stretch]], form: str
) -> Track | None:
    with opened(path) as (container, _):
        return tracks.describe(container, film_of(container, number), scan, stretches, form)
