"""How long a question takes of a large library."""

import time
from statistics import median

import numpy as np

from analyzer.library.matching import Matcher
from analyzer.people.likeness import random_directions
from analyzer.records import Embedding

VECTORS, ROUNDS = 1_000_000, 20


def main() -> None:
    """Print the time of the first question and of the next ones."""
    print("\n| vectors | of people | numbers each | first question, s | next, ms |")
    print("|---|---|---|---|---|")
    for people, size in ((VECTORS, 128), (VECTORS // 10, 128), (VECTORS // 10, 512)):
        rng = np.random.default_rng(0)
        vectors = rng.standard_normal((VECTORS, size), np.float32).astype(np.float16)
        references = [Embedding.model_construct(model="random", vector=vector) for vector in vectors]
        each = VECTORS // people
        known = {str(i): references[i * each : (i + 1) * each] for i in range(people)}
        matcher = Matcher(known, references[:2000], random_directions(size))
        first, *later = (_seconds(matcher, references[i]) for i in range(ROUNDS + 1))
        print(f"| {VECTORS:,} | {people:,} | {size} | {first:.1f} | {1000 * median(later):.0f} |", flush=True)


def _seconds(matcher: Matcher, query: Embedding) -> float:
    start = time.perf_counter()
    matcher.match([query])
    return time.perf_counter() - start
