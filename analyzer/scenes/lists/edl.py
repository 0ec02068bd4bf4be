"""Scenes as an edit decision list (CMX 3600)."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from opentimelineio.opentime import RationalTime

from analyzer.paths import one_line, shown
from analyzer.records import Scene, Source
from analyzer.scenes.lists.pieces import USUAL_RATE, Stretch, stretches

_SLOWED = Fraction(1000, 1001)
_DROPPING = (30 * _SLOWED, 60 * _SLOWED)
_RATES = (*map(Fraction, (24, 25, 30, 48, 50, 60)), 24 * _SLOWED, 48 * _SLOWED, *_DROPPING)
"""Frames a second that there are timecodes for."""


def timecode_rate(source: Source) -> Fraction:
    """Return the rate of timecodes that fits a film: its own, a multiple or a part of it, the nearest."""
    own = source.frame_rate or USUAL_RATE

    def misfit(rate: Fraction) -> tuple[Fraction, Fraction]:
        ratio = max(own / rate, rate / own)
        return abs(ratio - round(ratio)), ratio

    return min(_RATES, key=misfit)


def edl(film: Path, source: Source, scenes: Sequence[Scene]) -> str:
    """Return an event for each stretch of film that scenes show, one after another, picture and sound.

    Timecodes drop frames, and so agree with the clock, at 29.97 and 59.94 frames a second.
    """
    rate = timecode_rate(source)
    name = shown(Path(film.name))
    mode = "DROP FRAME" if rate in _DROPPING else "NON-DROP FRAME"
    lines = [f"TITLE: {name}", f"FCM: {mode}"]
    for number, stretch in enumerate(stretches(source, scenes, rate), 1):
        lines += ["", f"{number:03}  AX       AA/V  C        {_timecodes(stretch, rate)}"]
        lines += [f"* FROM CLIP NAME: {name}", f"* FROM FILE: {shown(film)}"]
        lines += [f"* COMMENT: {_described(piece.scene)}" for piece in stretch.pieces]
    return "".join(f"{line}\n" for line in lines)


def _timecodes(stretch: Stretch, rate: Fraction) -> str:
    """In and out of the film, in and out of what is recorded."""
    recorded = (stretch.at, stretch.at + stretch.end - stretch.first)
    frames = (stretch.first, stretch.end, *recorded)
    return " ".join(RationalTime(frame, float(rate)).to_timecode() for frame in frames)


def _described(scene: Scene) -> str:
    return f"{one_line(scene.label)} (score {scene.score:.2f}, coverage {scene.coverage:.2f})"
