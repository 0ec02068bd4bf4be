"""How fast hashes and films are searched, how large the index is, and whether strangers stay strangers."""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import cv2
import numpy as np

from analyzer.media.views import views
from analyzer.progress import silent
from analyzer.similar.comparing import Film
from analyzer.similar.dedupe import duplicates
from analyzer.similar.films import BITS, Films
from analyzer.similar.index import HashIndex
from analyzer.similar.quality import Condition
from analyzer.similar.searching import Searcher
from analyzer.stores.entries import Prints
from benchmarks.similar.records import row

ROUNDS = 9
LOOKS, WAYS = 300, 6
"""Keyframes of a film that are looked for, each as three views and mirrored."""
_BITS_OFF = 0.08
"""Share of bits that are others in what is looked for."""


def search(count: int) -> dict[str, float]:
    """Return how long it takes to make an index of so many hashes, and to ask it for a film and one hash."""
    rng = np.random.default_rng(0)
    hashes = rng.integers(0, 2**64, count, np.uint64)
    known = hashes[: LOOKS * WAYS]
    queries = known ^ _noise(rng, len(known))
    started = time.perf_counter()
    index = HashIndex(hashes)
    made = time.perf_counter() - started
    asked, found = index.near(queries, BITS)
    one = queries[:1]
    return {
        "making the index, s": made,
        f"{len(queries)} hashes, s": _timed(lambda: index.near(queries, BITS)),
        "one hash, ms": 1e3 * _timed(lambda: index.near(one, BITS)),
        "one hash by looking at all, ms": 1e3 * _timed(lambda: _brute(hashes, one)),
        "share found": float((asked == found).sum() / (np.bitwise_count(queries ^ known) <= BITS).sum()),
    }


def strangers(films: int, looks: int) -> dict[str, float]:
    """Make films of pictures that no two share and look for copies among them."""
    rng = np.random.default_rng(1)
    made = [_film(rng, looks) for _ in range(films)]
    started = time.perf_counter()
    store = Films((row(Path(f"/{n}.mp4"), film), film.prints) for n, film in enumerate(made))
    opened = time.perf_counter() - started
    likely = _timed(lambda: store.candidates(made[0].prints), 3)
    started = time.perf_counter()
    found = duplicates(store, Searcher(store, None), lambda row: Condition(), silent)
    return {
        "films": films,
        "pairs": films * (films - 1) / 2,
        "hashes": 3.0 * films * looks,
        "opening, s": opened,
        "candidates of one film, s": likely,
        "dedupe, s": time.perf_counter() - started,
        "pairs found wrongly": sum(len(g.copies) - 1 for g in found.groups) + len(found.clips),
    }


def a_look() -> dict[str, float]:
    """Return milliseconds that the hashes of one keyframe take."""
    picture = _picture(np.random.default_rng(2))
    return {"views of a keyframe, ms": 1e3 * _timed(lambda: [views(picture) for _ in range(100)]) / 100}


def _film(rng: np.random.Generator, looks: int) -> Film:
    hashes = [found for _ in range(looks) if (found := views(_picture(rng))) is not None]
    times = np.arange(len(hashes)) * 2.0
    return Film(duration_s=2.0 * looks, prints=Prints(times_s=times, hashes=np.array(hashes)))


def _picture(rng: np.random.Generator) -> np.ndarray:
    """Noise whose power falls as in photographs, lit from above as they mostly are."""
    image = np.zeros((144, 256), np.float32)
    for cells in (2, 4, 8, 16, 32):
        noise = rng.normal(0, 1, (cells, 2 * cells)).astype(np.float32)
        image += cv2.resize(noise, (256, 144), interpolation=cv2.INTER_CUBIC) * (60 / cells)
    image -= np.linspace(-20, 20, 144, dtype=np.float32)[:, None]
    return np.clip(image + 128, 0, 255).astype(np.uint8)


def _noise(rng: np.random.Generator, count: int) -> np.ndarray:
    return np.packbits(rng.random((count, 64)) < _BITS_OFF, axis=1).view(np.uint64)[:, 0]


def _brute(hashes: np.ndarray, queries: np.ndarray) -> list[np.ndarray]:
    return [np.flatnonzero(np.bitwise_count(hashes ^ query) <= BITS) for query in queries]


def _timed(act: Callable[[], object], rounds: int = ROUNDS) -> float:
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        act()
        taken.append(time.perf_counter() - started)
    return median(taken)
