"""From blocks to scenes: where exactly they begin and end."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analyzer.records import Interval, Scene
from analyzer.scenes.blocks import Block
from analyzer.scenes.scores import Scores

SNAP_S = 0.5
"""An end this near to a change of shot is put there."""


@dataclass(frozen=True, slots=True)
class Edge:
    """Where a choice begins or ceases to be shown.

    Attributes:
        look: the first that shows it, or the first that does not any more.
        choice: its name.
        rising: whether it begins.
    """

    look: int
    choice: str
    rising: bool


def edges_of(scores: Scores, blocks: Sequence[Block]) -> list[Edge]:
    """Return the beginnings and ends of blocks that lie inside the film, each once, in order."""
    edges = {Edge(block.first, block.label, True) for block in blocks}
    edges |= {Edge(block.last + 1, block.label, False) for block in blocks}
    inside = [edge for edge in edges if 0 < edge.look < len(scores.weights)]
    return sorted(inside, key=lambda edge: (edge.look, edge.choice, edge.rising))


def span_of(edge: Edge, every_s: float) -> Interval:
    """Return the times of the looks on either side of an edge, seconds."""
    return (edge.look - 0.5) * every_s, (edge.look + 0.5) * every_s


def known_exactly(scores: Scores, edges: Sequence[Edge]) -> dict[Edge, float]:
    """Return when edges are, seconds, as far as the scores tell right to the frame."""
    found = {}
    for edge in edges:
        start_s, end_s = span_of(edge, scores.every_s)
        at = bisect_right(scores.cuts_s, start_s)
        if at < len(scores.cuts_s) and scores.cuts_s[at] <= end_s:
            found[edge] = scores.cuts_s[at]
    return found


def place(scores: Scores, blocks: Sequence[Block], found: Mapping[Edge, float]) -> tuple[Scene, ...]:
    """Return the scenes of blocks, in order.

    Args:
        scores: what they were made of.
        blocks: in any order.
        found: when edges were found to be exactly, seconds; without that, between the looks.
    """
    end_s = scores.duration_s

    def at(edge: Edge) -> float:
        if edge.look == 0:
            return 0.0
        if edge.look >= len(scores.weights):
            return end_s
        return min(end_s, found.get(edge, edge.look * scores.every_s))

    scenes = []
    for block in blocks:
        start_s = at(Edge(block.first, block.label, True))
        stop_s = at(Edge(block.last + 1, block.label, False))
        if start_s < stop_s:
            scenes.append(_scene(block, start_s, stop_s))
    return tuple(sorted(scenes, key=lambda scene: (scene.start_s, scene.end_s)))


def place_whole(blocks: Sequence[Block], duration_s: float) -> tuple[Scene, ...]:
    """Return the scenes of blocks as whole seconds, both first and last included, as miles-deep counts."""
    return tuple(_scene(block, block.first, min(block.last + 1, duration_s)) for block in blocks)


def _scene(block: Block, start_s: float, end_s: float) -> Scene:
    return Scene(
        label=block.label, start_s=start_s, end_s=end_s, score=block.score, coverage=min(1.0, block.coverage)
    )


def snapped(time_s: float, cuts_s: Sequence[float]) -> float:
    """Return the nearest of some changes of shot, rising, if it is near enough, else the time itself."""
    at = bisect_left(cuts_s, time_s)
    near = [cut for cut in cuts_s[max(0, at - 1) : at + 1] if abs(cut - time_s) <= SNAP_S]
    return min(near, key=lambda cut: abs(cut - time_s), default=time_s)
