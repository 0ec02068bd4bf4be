"""What is written in the picture."""

import unicodedata

from analyzer.paths import one_line
from analyzer.scenes.clock import clock
from analyzer.scenes.plotting.lanes import Lane, Subject
from analyzer.scenes.scores import Scores


def shortened(text: str, most: int) -> str:
    """Return a text as one line of at most so many letters; wide ones, such as Chinese, count twice."""
    line, width = one_line(text), 0
    for place, letter in enumerate(line):
        width += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if width > most:
            return line[: place - 1] + "…"
    return line


def subtitle(subject: Subject) -> str:
    """Return what was looked at, by what, and what of it is shown."""
    scores, lanes = subject.scores, subject.lanes
    left_out = len(scores.labels) - len(lanes)
    classes = f"the {len(lanes)} strongest of {len(scores.labels):,} classes" if left_out > 0 else None
    scenes = sum(len(lane.scenes) for lane in lanes)
    return "   ·   ".join(
        (
            shortened(scores.model, 60),
            f"a look every {scores.every_s:g} s",
            classes or counted(len(scores.labels), "class", "es"),
            counted(scenes, "block"),
            counted(len(subject.cuts_s), "shot cut"),
        )
    )


def totals(lane: Lane, scores: Scores) -> str:
    """Return how long the scenes of a lane are together; nothing where there is none."""
    if not lane.scenes:
        return ""
    share = lane.total_s / max(lane.total_s, scores.duration_s, 0.001)
    return f"{clock(lane.total_s)}  {share:.0%}  {counted(len(lane.scenes), 'block')}"


def counted(number: int, thing: str, plural: str = "s") -> str:
    """Return a number with what is counted."""
    return f"{number:,} {thing}{plural if number != 1 else ''}"
