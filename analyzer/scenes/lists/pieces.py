"""Scenes in frames, and where they come to lie when everything else is cut away."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from analyzer.records import Scene, Source
from analyzer.scenes.lists.times import shown_s

USUAL_RATE = Fraction(25)
"""Frames a second where a film has no rate of its own."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A scene in frames of the film: the first, and the first after it."""

    scene: Scene
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Film without a break that one scene, or several that overlap, show.

    Attributes:
        pieces: the scenes, by their beginnings.
        first, end: frames of the film: the first, and the first after it.
        at: how many frames of other stretches come before it.
    """

    pieces: tuple[Piece, ...]
    first: int
    end: int
    at: int


def stretches(source: Source, scenes: Sequence[Scene], rate: Fraction) -> list[Stretch]:
    """Return the film that scenes show, each frame once.

    Args:
        source: of the film.
        scenes: by their beginnings.
        rate: frames a second to count in.
    """
    found: list[Stretch] = []
    for scene in scenes:
        first = _frame(shown_s(source, scene.start_s), rate)
        piece = Piece(scene, first, max(first + 1, _frame(shown_s(source, scene.end_s), rate)))
        last = found[-1] if found else None
        if last and piece.first < last.end:
            found[-1] = Stretch((*last.pieces, piece), last.first, max(last.end, piece.end), last.at)
        else:
            at = last.at + last.end - last.first if last else 0
            found.append(Stretch((piece,), piece.first, piece.end, at))
    return found


def _frame(time_s: float, rate: Fraction) -> int:
    return round(Fraction(round(time_s * 1_000_000), 1_000_000) * rate)
