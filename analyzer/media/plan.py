"""When to look: pure arithmetic on seconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Literal

Effort = Literal["fast", "balanced", "thorough"]

GAP_S = {"fast": 30.0, "balanced": 3.8, "thorough": 0.5}
"""Seconds after which a shot is looked at again; balanced promises 4, and frames lie apart."""
LOOKS = {"fast": 1, "balanced": 3, "thorough": 1}
"""Looks that each shot gets, where it has so many frames."""
KEY_EVERY_S = {"fast": 1.0, "balanced": 2.0, "thorough": 0.5}
"""Key frames come free, so they are looked at though nothing asks for it, at most this often."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The part of a shot that lies in one group of packets.

    Attributes:
        opens: the shot begins here.
        closes: the shot ends here.
        keys: times of the frames that are decoded already.
    """

    start_s: float
    end_s: float
    opens: bool
    closes: bool
    keys: Sequence[float] = ()


def times(effort: Effort, piece: Piece, last_s: float, had: int) -> list[float]:
    """Return when to look at a piece of a shot, rising.

    Args:
        effort: how often.
        piece: the part of the shot.
        last_s: when the shot was last looked at (meaningless where `had` is 0).
        had: how many looks the shot had before this piece.
    """
    chosen: list[float] = []
    for key in piece.keys:
        if not (had or chosen) or key - (chosen or [last_s])[-1] >= KEY_EVERY_S[effort]:
            chosen.append(key)
    if not (had or chosen):
        chosen.append(piece.start_s)
    # The next piece begins with a key frame: a shot that goes on has one look more to come.
    wanted = LOOKS[effort] - (0 if piece.closes else 1) - had
    posts = [*([last_s] if had else []), *chosen, piece.end_s]
    added: set[float] = set()
    for start, end in pairwise(posts):
        lacking = wanted - len(chosen) + 1 if end == piece.end_s else 1
        steps = max(ceil((end - start) / GAP_S[effort] - 1e-6), lacking, 1)
        added |= {max(start + (end - start) * i / steps, piece.start_s) for i in range(1, steps)}
    return sorted(added.union(chosen))
