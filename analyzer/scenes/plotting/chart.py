"""The picture: a lane for each class under one time axis, drawn by matplotlib."""

import io
import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib import font_manager, style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analyzer.scenes.clock import clock
from analyzer.scenes.plotting.lanes import PALE, Lane, Subject, binned
from analyzer.scenes.plotting.words import shortened, subtitle, totals
from analyzer.scenes.scores import Scores

Look = dict[str, Any]

WIDTH, LEFT, RIGHT = 14.0, 2.3, 2.1
"""Of the picture, and of its margins, in inches."""
_HEADER, _FOOTER, _EDGE = 0.8, 0.45, 0.05
_STRIP, _CUTS = 0.26, 0.24
_DPI = 150
_BINS = 1000
_INK, _FAINT, _GRID = "#22262b", "#6b727b", "#e3e6ea"
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
_FAMILIES = ("Noto Sans CJK JP", "Microsoft YaHei", "Hiragino Sans", "Noto Sans Arabic", "Noto Emoji")
"""Fonts for what the first one, which comes with matplotlib, cannot write; those that are installed."""


def draw(subject: Subject, form: str, titled: bool = True) -> bytes:
    """Return the picture, with or without its title, as the bytes of a PNG or SVG file."""
    installed = set(font_manager.get_font_names())
    family = ["DejaVu Sans", *(name for name in _FAMILIES if name in installed)]
    look: Look = {"font.family": family, "font.size": 9, "text.color": _INK, "text.parse_math": False}
    look |= {"svg.fonttype": "none", "svg.hashsalt": "marquee"}
    # Warned of is what no font can write; what the user's own settings say does not count.
    with style.context(["default", look]), warnings.catch_warnings(action="ignore", category=UserWarning):
        return _bytes(_figure(subject, titled), form)


def _bytes(figure: Figure, form: str) -> bytes:
    nothing = {"png": ["Software"], "svg": ["Date", "Creator", "Format", "Type"]}[form]
    file = io.BytesIO()
    figure.savefig(file, format=form, dpi=_DPI, metadata=dict.fromkeys(nothing))
    return file.getvalue()


def _figure(subject: Subject, titled: bool) -> Figure:
    lanes, scores = subject.lanes, subject.scores
    pitch = min(0.75, max(0.32, 4.2 / len(lanes)))
    inside = _STRIP + _CUTS + pitch * len(lanes)
    height = inside + _FOOTER + (_HEADER if titled else _EDGE)
    figure = Figure(figsize=(WIDTH, height))
    figure.patch.set_gid("paper")
    box = (LEFT / WIDTH, _FOOTER / height, (WIDTH - LEFT - RIGHT) / WIDTH, inside / height)
    axes = figure.add_axes(box, facecolor="none")
    _prepare(axes, scores, inside)
    _strip(axes, lanes, scores)
    _cuts(axes, subject.cuts_s)
    for number, lane in enumerate(lanes):
        _lane(axes, lane, scores, _STRIP + _CUTS + pitch * number, pitch)
    if titled:
        figure.text(
            0.25 / WIDTH, 1 - 0.34 / height, shortened(subject.title, 110), fontsize=13, fontweight="bold"
        )
        figure.text(0.25 / WIDTH, 1 - 0.6 / height, subtitle(subject), color=_FAINT)
    return figure


def _prepare(axes: Axes, scores: Scores, inside: float) -> None:
    """Set up the axes: seconds to the right, inches downwards."""
    end = max(scores.duration_s, 0.001)
    axes.set(xlim=(0, end), ylim=(inside, 0), yticks=[])
    axes.spines[["left", "right", "top"]].set_visible(False)
    axes.spines["bottom"].set(color=_GRID, gid="axis")
    step = next((step for step in _STEPS if end / step <= 13), round(end / 10))
    ticks = np.arange(0, end, step)
    axes.set_xticks(ticks, [clock(tick) for tick in ticks])
    axes.tick_params(axis="x", color=_GRID, labelcolor=_FAINT)
    _verticals(axes, ticks, (_STRIP + _CUTS, inside), color=_GRID, linewidth=0.8, gid="grid")


def _verticals(axes: Axes, at: Iterable[float], span: tuple[float, float], **look: Any) -> None:
    x = np.repeat(np.asarray([*at], np.float64), 3)
    axes.plot(x, np.resize([*span, np.nan], len(x)), zorder=0, **look)


def _strip(axes: Axes, lanes: Sequence[Lane], scores: Scores) -> None:
    """The strongest class at each time, as its colour."""
    mean = binned(scores.weights, _BINS)
    strongest = mean.mean.argmax(axis=1)
    colours = {lane.label: lane.colour for lane in lanes}
    starts = np.flatnonzero(np.diff(strongest, prepend=-1))
    times = _times(mean.edges, scores)
    ends = times[[*starts[1:], -1]]
    shades = [colours.get(scores.labels[number], PALE) for number in strongest[starts]]
    bars = list(zip(times[starts], ends - times[starts], strict=True))
    axes.broken_barh(bars, (0, _STRIP - 0.04), color=shades, linewidth=0.3)
    _beside(axes, "strongest", -0.01, _STRIP - 0.06, color=_FAINT, gid="faint-strip")


def _times(edges: np.ndarray, scores: Scores) -> np.ndarray:
    times = np.minimum(edges * scores.every_s, scores.duration_s)
    return np.append(times[:-1], scores.duration_s)


def _cuts(axes: Axes, cuts_s: Sequence[float]) -> None:
    alpha = max(0.3, min(1.0, 300 / max(1, len(cuts_s))))
    span = (_STRIP + 0.02, _STRIP + 0.13)
    _verticals(axes, cuts_s, span, color=_FAINT, linewidth=0.7, alpha=alpha, gid="cuts")
    _beside(axes, "shot cuts", -0.01, span[1] + 0.02, color=_FAINT, gid="faint-cuts")


def _lane(axes: Axes, lane: Lane, scores: Scores, top: float, pitch: float) -> None:
    """Weights as a hill, scenes as bars below it."""
    base = top + 0.74 * pitch
    axes.hlines(base, 0, scores.duration_s, color=_GRID, linewidth=0.8, gid=f"base-{top}")
    _hill(axes, lane, scores, base, 0.7 * pitch)
    bars = [(scene.start_s, scene.end_s - scene.start_s) for scene in lane.scenes]
    axes.broken_barh(bars, (base + 0.07 * pitch, 0.13 * pitch), color=lane.colour, linewidth=1.2)
    _beside(axes, shortened(lane.label, 30), -0.01, base)
    _beside(axes, totals(lane, scores), 1.01, base, color=_FAINT, gid=f"faint-{top}")


def _hill(axes: Axes, lane: Lane, scores: Scores, base: float, tall: float) -> None:
    """The means of neighbouring looks and, paler, the highest of them."""
    weights = binned(lane.weights, _BINS)
    times = _times(weights.edges, scores)
    for values in (weights.peak, weights.mean):
        seen = values.round(2)
        keep = np.flatnonzero(np.diff(seen, prepend=np.nan))
        edges = np.append(times[keep], times[-1])
        look: Look = {"color": lane.colour, "alpha": 0.45, "linewidth": 0}
        axes.stairs(base - tall * seen[keep], edges, baseline=base, fill=True, **look)


def _beside(axes: Axes, text: str, x: float, y: float, **look: Any) -> None:
    """Write left of the lanes, or right of them where x is more than 1."""
    side = "right" if x < 0 else "left"
    axes.text(x, y, text, transform=axes.get_yaxis_transform(), ha=side, va="bottom", **look)
