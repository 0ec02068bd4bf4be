"""From looks to blocks, by two sets of rules."""

from collections.abc import Iterable

import numpy as np
from scipy.ndimage import uniform_filter1d

from analyzer.scenes.blocks import Block
from analyzer.scenes.choosing import Choice, Shown
from analyzer.scenes.scores import Floats, Scores
from analyzer.settings import Scenes


def blocks_of(scores: Scores, choices: Iterable[Choice], rules: Scenes) -> list[Block]:
    """Return the blocks of each choice, by the rules that are set, in the order of their beginnings."""
    weights = _smoothed(scores.weights, rules.smooth_s / scores.every_s)
    if rules.rules == "miles-deep":
        found = [miles_deep(choice.name, choice.shown(weights, True), rules) for choice in choices]
    else:
        exclusive, every_s = scores.exclusive, scores.every_s
        shown = ((choice.name, choice.shown(weights, exclusive)) for choice in choices)
        found = [marquee(name, one, rules, every_s, exclusive) for name, one in shown]
    return sorted((block for some in found for block in some), key=lambda block: block.first)


def marquee(name: str, shown: Shown, rules: Scenes, every_s: float, exclusive: bool) -> list[Block]:
    """Return the blocks of a choice by our own rules.

    A block begins and ends with a good look, one that shows the choice with at least the minimum score.
    Stretches of other looks inside it last at most the maximum gap. Its coverage is the share of its looks
    that show the choice; where several classes can hold at once, that are good. Its score is the mean of
    these.
    """
    good = shown.good(rules.min_score)
    counted = shown.hits if exclusive else good
    runs = _runs(np.flatnonzero(good), int(rules.max_gap_s / every_s + 1e-6))
    made = (_block(name, first, last, counted, shown.values) for first, last in runs)
    return [
        block
        for block in made
        if (block.last - block.first + 1) * every_s >= rules.min_cut_s - 1e-6
        and block.coverage >= rules.min_coverage
    ]


def _runs(good: np.ndarray, most_between: int) -> list[tuple[int, int]]:
    """Join numbers, rising, that have at most so many between them; return the first and last of each."""
    if not len(good):
        return []
    breaks = np.flatnonzero(np.diff(good) > most_between + 1)
    firsts, lasts = good[np.append(0, breaks + 1)], good[np.append(breaks, len(good) - 1)]
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))


def _block(name: str, first: int, last: int, counted: np.ndarray, values: Floats) -> Block:
    inside = counted[first : last + 1]
    score = float(values[first : last + 1][inside].mean(dtype=np.float64))
    return Block(name, first, last, score, float(inside.mean()))


def miles_deep(name: str, shown: Shown, rules: Scenes) -> list[Block]:
    """Return the blocks of a choice exactly as miles-deep does, from looks a second apart.

    Its peculiarities: the look that opens a block counts neither for score nor coverage; a block must last a
    second more than the minimum between its first and last look; hits too weak to end it still count, also
    after its end, so that coverage may exceed 1; the video's last look ends a block without being looked at.
    Sums are of single precision, as there. A block without a hit, which only a minimum coverage of 0 keeps,
    has score 0: there it is not a number.
    """
    good, last = shown.good(rules.min_score), len(shown.hits) - 1
    found: list[Block] = []
    start: int | None = None
    hits, total, gap = 0, np.float32(0), 0
    for i, (hit, value) in enumerate(zip(shown.hits, shown.values, strict=True)):
        if start is None:
            if good[i]:
                start, hits, total, gap = i, 0, np.float32(0), 0
            continue
        if hit:
            hits, total = hits + 1, np.float32(total + value)
        if i < last:
            gap = 0 if good[i] else gap + 1
        if gap > rules.max_gap_s or i == last:
            end = i - gap
            coverage = np.float32(hits) / np.float32(end - start + 1)
            if start < end - rules.min_cut_s and coverage >= np.float32(rules.min_coverage):
                score = total / np.float32(max(1, hits))
                found.append(Block(name, start, end, float(score), float(coverage)))
            start = None
    return found


def _smoothed(weights: Floats, looks: float) -> Floats:
    """Average over so many looks, as many before as after each; near the film's ends over those there are."""
    aside = min(int(looks / 2 + 1e-6), len(weights))
    if not aside:
        return weights
    there = np.ones((len(weights), 1), np.float32)
    sums = (uniform_filter1d(a, 2 * aside + 1, axis=0, mode="constant") for a in (weights, there))
    return np.minimum(np.divide(*sums), np.float32(1))
