"""What is drawn: the classes that matter most, each with its weights and scenes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from analyzer.records import Scene
from analyzer.scenes.choosing import OTHER
from analyzer.scenes.scores import Floats, Scores

MOST = 32
"""Classes that are drawn."""
COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377")
"""Of the first classes: Paul Tol's "bright", which colour-blind people can tell apart."""
GREY = "#7c848e"
"""Of the classes after those."""
PALE = "#bcc2c9"
"""Of `other`, and of what is not drawn."""


@dataclass(frozen=True, slots=True, eq=False)
class Lane:
    """One class.

    Attributes:
        label: of the class, or of the scenes where these are of none.
        colour: as #rrggbb.
        weights: (looks,) 0 to 1; all 0 where it is no class.
        scenes: of this label, by their beginnings.
    """

    label: str
    colour: str
    weights: Floats
    scenes: tuple[Scene, ...]

    @property
    def total_s(self) -> float:
        """Seconds in its scenes."""
        return sum(scene.end_s - scene.start_s for scene in self.scenes)


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """What is drawn.

    Attributes:
        title: of the picture.
        scores: of the film.
        lanes: from top to bottom.
        cuts_s: where shots begin, rising.
    """

    title: str
    scores: Scores
    lanes: tuple[Lane, ...]
    cuts_s: tuple[float, ...]


def lanes_of(scores: Scores, scenes: Sequence[Scene]) -> tuple[Lane, ...]:
    """Return the classes to draw: most time in scenes first, then the heaviest; `other` comes last."""
    of_label: dict[str, list[Scene]] = {}
    for scene in sorted(scenes, key=lambda scene: (scene.start_s, scene.end_s)):
        of_label.setdefault(scene.label, []).append(scene)
    weights = dict(zip(scores.labels, scores.weights.T, strict=True))
    nothing = np.zeros(len(scores.weights), np.float32)
    lanes = [
        Lane(label, GREY, weights.get(label, nothing), tuple(of_label.get(label, ())))
        for label in dict.fromkeys((*scores.labels, *of_label))
    ]
    lanes.sort(key=lambda lane: (-lane.total_s, -float(lane.weights.sum(dtype=np.float64))))
    shown = sorted(lanes[:MOST], key=lambda lane: lane.label == OTHER)
    colours = iter(COLOURS)
    return tuple(replace(lane, colour=PALE if lane.label == OTHER else next(colours, GREY)) for lane in shown)


@dataclass(frozen=True, slots=True, eq=False)
class Binned:
    """Weights of neighbouring looks together.

    Attributes:
        edges: (bins + 1,) numbers of looks: where each begins, and the end of the last.
        mean, peak: (bins, ...) of the looks of each.
    """

    edges: npt.NDArray[np.intp]
    mean: Floats
    peak: Floats


def binned(weights: Floats, most: int) -> Binned:
    """Return weights (looks, ...) as at most so many bins."""
    bins = min(most, len(weights))
    edges = np.linspace(0, len(weights), bins + 1).astype(np.intp)
    widths = np.diff(edges).reshape(-1, *[1] * (weights.ndim - 1))
    mean = np.add.reduceat(weights, edges[:-1], axis=0) / widths
    return Binned(edges, mean.astype(np.float32), np.maximum.reduceat(weights, edges[:-1], axis=0))
