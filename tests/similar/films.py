"""Made-up films of hashes alone."""

import numpy as np

from analyzer.similar.comparing import Film
from analyzer.stores.entries import Prints

GAP_S = 3.0


def film(seed: int, duration_s: float = 300.0, gap_s: float = GAP_S) -> Film:
    """A film whose every look is another picture, unlike all others."""
    rng = np.random.default_rng(seed)
    times = np.arange(0.5, duration_s, gap_s)
    return Film(
        duration_s=duration_s,
        prints=Prints(times_s=times, hashes=rng.integers(0, 2**64, (len(times), 3, 4), np.uint64)),
    )


def edited(
    film: Film, start_s: float = 0, end_s: float = 1e9, speed: float = 1.0, noise: float = 0.05, seed: int = 0
) -> Film:
    """A stretch of a film, played faster; each bit of its hashes is turned with a probability."""
    rng = np.random.default_rng(seed)
    times, end_s = film.prints.times_s, min(end_s, film.duration_s)
    inside = (times >= start_s) & (times < end_s)
    hashes = film.prints.hashes[inside]
    bits = rng.random((*hashes.shape, 64)) < noise
    turned = np.packbits(bits, axis=-1).view(np.uint64)[..., 0]
    prints = Prints(times_s=(times[inside] - start_s) / speed, hashes=hashes ^ turned)
    return Film(duration_s=(end_s - start_s) / speed, prints=prints)
