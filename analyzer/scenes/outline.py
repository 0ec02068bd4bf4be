"""What key frames tell of the looks between them, and what they leave open."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analyzer.media.looking import KeyFrame
from analyzer.scenes.scores import Floats

Times = npt.NDArray[np.float64]

_ODDS = 3.0
"""A class is sure if it is so many times as likely as any other, where several can hold, as not."""
_LONGEST = 32
"""Looks that are decided together; their pictures wait in memory."""


@dataclass(frozen=True, slots=True)
class Run:
    """Looks in a row that have to be decided.

    Attributes:
        start, end: their numbers, half open.
        before, after: scores (classes,) of the key frames on either side; None: not looked at.
    """

    start: int
    end: int
    before: Floats | None
    after: Floats | None


class Outline:
    """The looks at a film, as far as its key frames tell them.

    Between two key frames that show the same, so do all looks. Where they differ and the later one begins a
    shot, by the word of the encoder, all looks show what the earlier one does. The rest is open.

    Args:
        times: of the looks, seconds, rising.
        keys: the key frames, at least one.
        rows: scores of each (n, classes).
        exclusive: see Classifier.
    """

    def __init__(self, times: Times, keys: Sequence[KeyFrame], rows: Floats, exclusive: bool) -> None:
        self._times, self._keys, self._rows, self._exclusive = times, keys, rows, exclusive
        self._at: Times = np.array([key.time_s for key in keys])
        self._edges = [*np.searchsorted(times, self._at).tolist(), len(times)]
        self._alike, self._marked = [], []
        for before, after, key in zip(rows, rows[1:], keys[1:], strict=False):
            self._alike.append(alike(before, after, exclusive))
            self._marked.append(key.marked and _sure(before, exclusive) and _sure(after, exclusive))

    def weights(self) -> Floats:
        """Return the scores of all looks (n, classes); those of runs are only guessed."""
        right = np.searchsorted(self._at, self._times, "right").clip(1, max(1, len(self._at) - 1))
        left, right = right - 1, np.minimum(right, len(self._at) - 1)
        span = np.maximum(self._at[right] - self._at[left], 1e-9)
        share = ((self._times - self._at[left]) / span).clip(0, 1)[:, None]
        weights = np.asarray(self._rows[left] * (1 - share) + self._rows[right] * share, np.float32)
        for number in self._ended_by_a_cut():
            weights[self._edges[number] : self._edges[number + 1]] = self._rows[number]
        return weights

    def runs(self) -> Iterator[Run]:
        """Yield the looks that are open, in order: among them those after the last key frame."""
        last = len(self._keys) - 1
        for number, before in enumerate(self._rows):
            if number == last or not (self._alike[number] or self._marked[number]):
                after = None if number == last else self._rows[number + 1]
                yield from _split(Run(self._edges[number], self._edges[number + 1], before, after))

    def cuts_s(self, weights: Floats) -> tuple[float, ...]:
        """Return when classes change from one look to the next, right to the frame, where key frames tell.

        Args:
            weights: scores of all looks (n, classes), decided: the one after a cut shows what the cut began.
        """
        edges = self._edges
        return tuple(
            self._keys[number + 1].time_s
            for number in self._ended_by_a_cut()
            if edges[number] < edges[number + 1] < edges[number + 2]
            and alike(weights[edges[number + 1]], self._rows[number + 1], self._exclusive)
        )

    def _ended_by_a_cut(self) -> list[int]:
        """The numbers of key frames that show something else than the next one, where a shot begins."""
        return [n for n, marked in enumerate(self._marked) if marked and not self._alike[n]]


def alike(a: Floats, b: Floats, exclusive: bool) -> bool:
    """Return whether two rows of scores (classes,) show the same classes, and surely so."""
    same = a.argmax() == b.argmax() if exclusive else np.array_equal(a >= 0.5, b >= 0.5)
    return bool(same) and _sure(a, exclusive) and _sure(b, exclusive)


def _sure(row: Floats, exclusive: bool) -> bool:
    if not exclusive:
        return bool((np.maximum(row, 1 - row) >= _ODDS * np.minimum(row, 1 - row)).all())
    best, others = row.max(), np.delete(row, row.argmax())
    return bool(best >= _ODDS * others.max(initial=0.0))


def _split(run: Run) -> Iterator[Run]:
    for start in range(run.start, run.end, _LONGEST):
        end = min(start + _LONGEST, run.end)
        yield Run(
            start, end, run.before if start == run.start else None, run.after if end == run.end else None
        )
