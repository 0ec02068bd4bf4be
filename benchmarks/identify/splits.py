"""Who is enrolled, who is a stranger of the library and who one never seen: by chance, many times."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.identify.photos import Photo


@dataclass(frozen=True)
class Split:
    """One draw.

    Attributes:
        known: the photographs that each person is enrolled with.
        cohort: all photographs of people of the library who have no name; nobody of them is asked about.
        own: what is asked about of enrolled people: some photographs of one person each time.
        impostors: the same of people who are in neither.
    """

    known: dict[str, list[Photo]]
    cohort: list[Photo]
    own: list[list[Photo]]
    impostors: list[list[Photo]]


def splits(
    photos: Sequence[Photo], enrolled: int, draws: int, *, asked: int = 1, cohort: bool = True
) -> Iterator[Split]:
    """Draw splits; the same arguments give the same ones.

    Half the people with more than `enrolled` photographs are enrolled, by photographs in which a face was
    found, as a user would take another if none was. Of all others half are the cohort and half the impostors.
    `asked` photographs at a time are asked about; fewer only of people who have no more.
    """
    people = defaultdict(list)
    for photo in photos:
        people[photo.who].append(photo)
    for seed in range(draws):
        rng = np.random.default_rng(seed)
        able = [who for who, theirs in people.items() if sum(bool(p.faces) for p in theirs) > enrolled]
        chosen = rng.permutation(able)[: len(able) // 2].tolist()
        known = {who: _some(rng, people[who], enrolled) for who in chosen}
        rest = [[photo for photo in people[who] if photo not in known[who]] for who in chosen]
        others = rng.permutation([who for who in people if who not in known]).tolist()
        unnamed = others[: len(others) // 2] if cohort else []
        strangers = [photo for who in unnamed for photo in people[who]]
        never = [people[who] for who in others[len(unnamed) :]]
        yield Split(known, strangers, _in_turns(rng, rest, asked), _in_turns(rng, never, asked))


def _some(rng: np.random.Generator, photos: Sequence[Photo], count: int) -> list[Photo]:
    usable = [photo for photo in photos if photo.faces]
    return [usable[i] for i in rng.permutation(len(usable))[:count]]


def _in_turns(rng: np.random.Generator, people: Sequence[list[Photo]], count: int) -> list[list[Photo]]:
    groups = []
    for photos in people:
        mixed = [photos[i] for i in rng.permutation(len(photos))]
        groups += [mixed[i : i + count] for i in range(0, max(1, len(mixed) - count + 1), count)]
    return groups
