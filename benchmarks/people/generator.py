"""Films and libraries with a known truth: `synthetic_tracks` of ../shared/tools, made more like films.

Random directions, no faces: they show whether a method copes with a cast whose parts fall off as 1/rank, with
looks, noisy frames and passers-by; and here also with frames of several people, with mirrors, and with cast
members who look alike.
"""

import importlib.util
from collections.abc import Iterator
from functools import cache
from itertools import combinations
from pathlib import Path
from types import ModuleType

import numpy as np

from analyzer.people.likeness import random_directions
from benchmarks.people.case import Case, Floats, Labels, unit

TOOL = Path(__file__).parents[3] / "shared" / "tools" / "synthetic_tracks.py"
LEVELS = ("easy", "mid", "hard")

PAIRS = 0.2
"""Pairs of tracks that share a frame, for each track."""
MIRRORS = 0.03
"""Of these pairs, in how many one person is seen twice: in a mirror or on a photograph."""
LOOK_ALIKES = 3
"""Pairs of cast members whose mean faces have the cosine LIKENESS."""
LIKENESS = 0.5


@cache
def tool() -> ModuleType:
    """Return the module `synthetic_tracks`.

    Raises:
        FileNotFoundError: it is not there; it is not part of the project.
    """
    if not TOOL.is_file():
        raise FileNotFoundError(f"no {TOOL}: the generator is not part of the project")
    spec = importlib.util.spec_from_file_location("synthetic_tracks", TOOL)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def film(
    seed: int,
    level: str,
    *,
    lifelike: bool = True,
    cast: int = 30,
    tracks: int = 1500,
    faces: int = 8,
    size: int = 512,
) -> Case:
    """Return one film.

    Args:
        seed: what it is made from.
        level: of LEVELS.
        lifelike: with mirrors and look-alikes; frames with several people are always there.
        cast: people who are seen more than once.
        tracks: of all people together.
        faces: of each track.
        size: of the vectors.
    """
    shape = {"cast": cast, "tracks": tracks, "faces": faces, "d": size}
    found, quality, truth = tool().make(seed, **shape, **tool().LEVELS[level])
    rng = np.random.default_rng([seed, 1])
    apart = list(seen_together(truth, round(PAIRS * tracks), rng))
    if lifelike:
        for a, b in look_alikes(truth, cast, rng):
            resemble(found, truth, a, b)
        mirrored = list(mirrors(truth, round(MIRRORS * len(apart)), rng))
        apart = apart[: len(apart) - len(mirrored)] + mirrored
    pooled = unit((found * quality[..., None]).sum(1)).astype(np.float32)
    weights = quality.sum(1).astype(np.float32)
    return Case(pooled, weights, truth.astype(np.intp), apart, random_directions(size))


def seen_together(truth: Labels, count: int, rng: np.random.Generator) -> Iterator[tuple[int, int]]:
    """Yield `count` pairs of tracks of two people: frames show two to four people."""
    while count > 0:
        tracks = rng.choice(len(truth), int(rng.integers(2, 5)), replace=False)
        first = np.unique(truth[tracks], return_index=True)[1]
        for a, b in list(combinations(sorted(tracks[first].tolist()), 2))[:count]:
            yield a, b
            count -= 1


def mirrors(truth: Labels, count: int, rng: np.random.Generator) -> Iterator[tuple[int, int]]:
    """Yield `count` pairs of tracks of one person each."""
    while count > 0:
        a = int(rng.integers(len(truth)))
        others = np.setdiff1d(np.flatnonzero(truth == truth[a]), [a])
        if len(others):
            yield a, int(rng.choice(others))
            count -= 1


def look_alikes(truth: Labels, cast: int, rng: np.random.Generator) -> Iterator[tuple[int, int]]:
    """Yield pairs of cast members, nobody twice."""
    seen = np.intersect1d(np.arange(cast), truth)
    chosen = rng.permutation(seen)[: 2 * LOOK_ALIKES].tolist()
    yield from zip(chosen[::2], chosen[1::2], strict=True)


def resemble(faces: Floats, truth: Labels, a: int, b: int) -> None:
    """Turn the mean face of b so that its cosine to that of a is LIKENESS; in place."""
    of_a, of_b = (unit(faces[truth == who].mean((0, 1))) for who in (a, b))
    beside = unit(of_b - (of_b @ of_a) * of_a)
    target = LIKENESS * of_a + np.sqrt(1 - LIKENESS**2) * beside
    theirs = faces[truth == b]
    faces[truth == b] = unit(theirs + (theirs @ of_b)[..., None] * (target - of_b))
