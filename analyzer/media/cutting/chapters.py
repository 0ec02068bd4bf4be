"""Chapters of a film, where they are in what is cut of it."""

from fractions import Fraction
from typing import Any

from av.container import InputContainer

from analyzer.media.cutting.plans import Piece, Plan

_TICK = Fraction(1, 1000)


def moved_chapters(source: InputContainer, plan: Plan) -> list[Any]:
    """Return the chapters of which something is kept, on the result's clock."""
    chapters: list[Any] = []
    for chapter in source.chapters():
        base = chapter["time_base"] or Fraction(1)
        start, end = float(chapter["start"] * base) - plan.zero_s, float(chapter["end"] * base) - plan.zero_s
        kept = [placed for piece in plan.pieces if (placed := _placed(piece, start, end))]
        if kept:
            chapters.append(
                {
                    "id": len(chapters),
                    "start": round(kept[0][0] / _TICK),
                    "end": round(kept[-1][1] / _TICK),
                    "time_base": _TICK,
                    "metadata": chapter["metadata"],
                }
            )
    return chapters


def _placed(piece: Piece, start: float, end: float) -> tuple[float, float] | None:
    start, end = max(start, piece.start_s), min(end, piece.end_s)
    moved = piece.at_s - piece.start_s
    return (start + moved, end + moved) if end - start > _TICK else None
