"""From blocks to scenes: where exactly they begin and end."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analyzer.records import Interval, Scene
from analyzer.scenes.blocks import Block
from analyzer.scenes.scores import Scores

SNAP_S = 0.5
"""An end this near to a change of shot is put there."""


@dataclass(frozen=True, slots=True)
class Edge:
    """Where a choice begins or ceases to be shown: between two looks.

    Attributes:
        choice: its name.
        span: times of the two looks, seconds.
        rising: whether it begins.
    """

    choice: str
    span: Interval
    rising: bool


def edges_of(scores: Scores, blocks: Sequence[Block]) -> list[Edge]:
    """Return the beginnings and ends of blocks that lie inside the film, each once, rising."""
    every_s, last = scores.every_s, len(scores.weights) - 1
    edges = {
        Edge(block.label, ((look - 0.5) * every_s, (look + 0.5) * every_s), rising)
        for block in blocks
        for look, rising in ((block.first, True), (block.last + 1, False))
        if 0 < look <= last
    }
    return sorted(edges, key=lambda edge: edge.span)


def place(scores: Scores, blocks: Sequence[Block], found: Mapping[Edge, float]) -> tuple[Scene, ...]:
    """Return the scenes of blocks.

    Args:
        scores: what they were made of.
        blocks: in any order.
        found: where edges were found to be exactly; without that, between the looks.
    """
    every_s, end_s = scores.every_s, scores.duration_s
    last = len(scores.weights) - 1
    exact = {(e.choice, round(e.span[0] / every_s + 0.5), e.rising): t for e, t in found.items()}

    def at(label: str, look: int, rising: bool) -> float:
        if look == 0 or look > last:
            return 0.0 if look == 0 else end_s
        return min(end_s, _snapped(exact.get((label, look, rising), look * every_s), scores.cuts_s))

    scenes = []
    for block in blocks:
        start, end = at(block.label, block.first, True), at(block.label, block.last + 1, False)
        if start < end:
            scenes.append(_scene(block, start, end))
    return tuple(sorted(scenes, key=lambda scene: (scene.start_s, scene.end_s)))


def place_whole(blocks: Sequence[Block], duration_s: float) -> tuple[Scene, ...]:
    """Return the scenes of blocks as whole seconds, both first and last included, as miles-deep counts."""
    return tuple(_scene(block, block.first, min(block.last + 1, duration_s)) for block in blocks)


def _scene(block: Block, start_s: float, end_s: float) -> Scene:
    return Scene(
        label=block.label, start_s=start_s, end_s=end_s, score=block.score, coverage=min(1.0, block.coverage)
    )


def _snapped(time_s: float, cuts_s: Sequence[float]) -> float:
    """The nearest change of shot if it is near, else the time itself."""
    at = bisect_left(cuts_s, time_s)
    near = [cut for cut in cuts_s[max(0, at - 1) : at + 1] if abs(cut - time_s) <= SNAP_S]
    return min(near, key=lambda cut: abs(cut - time_s), default=time_s)
