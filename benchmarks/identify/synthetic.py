"""Generated faces of another size: 512 random directions, four looks a person, noise; see ../shared/tools."""

import numpy as np

from analyzer.people.likeness import random_directions
from analyzer.records import Embedding
from benchmarks.identify.photos import FULL, Photo
from benchmarks.people.generator import tool

SIZE, PEOPLE, TRACKS = 512, 60, 1500
LIKENESS = random_directions(SIZE)


def photos(level: str, seed: int) -> tuple[Photo, ...]:
    """Return one face each of many tracks: 60 people who recur, and some who are seen once.

    Raises:
        FileNotFoundError: the generator is not there; it is not part of the project.
    """
    made = tool().make(seed, cast=PEOPLE, tracks=TRACKS, d=SIZE, faces=1, **tool().LEVELS[level])
    vectors, _, truth = made
    return tuple(
        Photo(str(who), str(i), {FULL: Embedding(model="random", vector=vector.astype(np.float16))})
        for i, (who, (vector,)) in enumerate(zip(truth, vectors, strict=True))
    )
