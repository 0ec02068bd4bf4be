"""What a match means: the same film, a clip of it, something in common, or nothing."""

from typing import Literal

from analyzer.records import Record, Seconds
from analyzer.similar.aligning import Line
from analyzer.similar.comparing import Film, Match

Relation = Literal["file", "same", "part", "whole", "shares"]
"""The same file, the same film, a clip of ours, what ours is a clip of, or what has a stretch of it."""

CERTAIN = 999.0
"""The score of the same file."""
_LOOKS, _LOOKS_AS_LONG = 3, 2
"""So many pictures must agree; of films that begin and end together, as copies do, fewer."""
_AS_LONG, _TOGETHER_S = 2.0, 1.0
"""What it adds to the score that two films begin and end together, within so many seconds."""
_LENGTH_S, _LENGTH_SHARE = 5.0, 0.6
"""What two films have in common is at least so long, or so much of the shorter one."""
_SNAP_S = 3.5
"""What ends so near to either film's end ends there: the last looks may have missed what they should show."""
_MISSING_S, _MISSING_SHARE, _SAME_SHARE = 12.0, 0.1, 0.6
"""The same film lacks at most so much, in seconds or as a share, and has so much of the longer one."""
_CLIP_LACKS_S = 2.0
"""A clip shows at most so much that the whole does not, or as much as a copy may lack."""


class Common(Record):
    """What two films have in common.

    Attributes:
        relation: of the other to ours: "part" is a clip of ours, of "whole" ours is a clip.
        ours_s, theirs_s: from when to when, in either.
        speed: seconds of theirs that pass in a second of ours.
        mirrored: whether one is the other's mirror image.
        score: log10 of the odds that the compared pictures give.
        looks: different pictures that agree.
    """

    relation: Relation
    ours_s: tuple[Seconds, Seconds]
    theirs_s: tuple[Seconds, Seconds]
    speed: float
    mirrored: bool
    score: float
    looks: int

    def turned(self) -> "Common":
        """Return the same as seen from the other film."""
        turn: dict[Relation, Relation] = {"part": "whole", "whole": "part"}
        return self.model_copy(
            update={
                "relation": turn.get(self.relation, self.relation),
                "ours_s": self.theirs_s,
                "theirs_s": self.ours_s,
                "speed": round(1 / self.speed, 4),
            }
        )


def the_same_file(duration_s: float) -> Common:
    """Return what a file has in common with a copy of it."""
    whole = (0.0, duration_s)
    return Common(
        relation="file", ours_s=whole, theirs_s=whole, speed=1, mirrored=False, score=CERTAIN, looks=0
    )


def judge(match: Match, ours: Film, theirs: Film, enough: float) -> Common | None:
    """Return what two films have in common; None if that is not sure enough, or too little."""
    together = _together(match.line, ours, theirs)
    score = match.evidence.score + (_AS_LONG if together else 0.0)
    if score < enough or match.evidence.looks < (_LOOKS_AS_LONG if together else _LOOKS):
        return None
    begin, end = match.evidence.within(ours.duration_s)
    first, last = max(0.0, match.line.here(0.0)), min(ours.duration_s, match.line.here(theirs.duration_s))
    begin = first if begin - first < _SNAP_S else begin
    end = last if last - end < _SNAP_S else end
    length, shorter = end - begin, min(ours.duration_s, theirs.duration_s)
    if length < min(_LENGTH_S, _LENGTH_SHARE * shorter):
        return None
    there = match.line.there(begin), match.line.there(end)
    return Common(
        relation=_relation(length, length * match.line.speed, ours, theirs),
        ours_s=(begin, end),
        theirs_s=(max(0.0, there[0]), max(0.0, there[1])),
        speed=round(match.line.speed, 4),
        mirrored=match.variant.mirrored,
        score=round(score, 1),
        looks=match.evidence.looks,
    )


def _together(line: Line, ours: Film, theirs: Film) -> bool:
    ends = line.there(0.0), line.there(ours.duration_s) - theirs.duration_s
    return max(map(abs, ends)) <= _TOGETHER_S


def _relation(ours_s: float, theirs_s: float, ours: Film, theirs: Film) -> Relation:
    """What films are to each other that have so many seconds in common, as counted in either."""
    lacks, their_lacks = ours.duration_s - ours_s, theirs.duration_s - theirs_s
    longer = max(ours.duration_s, theirs.duration_s)
    little = max(lacks, their_lacks) <= max(_MISSING_S, _MISSING_SHARE * longer)
    if little and max(ours_s, theirs_s) >= _SAME_SHARE * longer:
        return "same"
    if lacks <= max(_CLIP_LACKS_S, _MISSING_SHARE * ours.duration_s):
        return "whole"
    if their_lacks <= max(_CLIP_LACKS_S, _MISSING_SHARE * theirs.duration_s):
        return "part"
    return "shares"
