"""How long things are seen: sums over the stretches of film that keyframes stand for."""

from collections.abc import Collection, Sequence
from itertools import accumulate

from analyzer.records import Interval, Keyframe


def span_starts(keyframes: Sequence[Keyframe]) -> list[float]:
    """Return where each keyframe's stretch of film begins, in seconds: the stretches follow each other."""
    return [0.0, *accumulate(keyframe.span_s for keyframe in keyframes)][: len(keyframes)]


def intervals(seen_in: Collection[int], keyframes: Sequence[Keyframe]) -> tuple[Interval, ...]:
    """Return when something is on screen that was found in the keyframes `seen_in`.

    A keyframe that was not analyzed counts as the one it is `seen_as`. Touching stretches are merged.
    """
    merged: list[Interval] = []
    for start, keyframe in zip(span_starts(keyframes), keyframes, strict=True):
        if keyframe.seen_as not in seen_in or not keyframe.span_s:
            continue
        end = start + keyframe.span_s
        if merged and start - merged[-1][1] < 1e-4:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return tuple(merged)


def screen_time(when: Sequence[Interval]) -> float:
    """Return the seconds that the intervals add up to."""
    return sum(end - start for start, end in when)
