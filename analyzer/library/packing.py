"""Cards as they are kept: the numbers of all people of a video in common columns, which read fast."""

from itertools import accumulate, chain, pairwise
from typing import Annotated

import numpy as np
import numpy.typing as npt

from analyzer.library.cards import Appearance, Card
from analyzer.library.columns import Columns, columns_of
from analyzer.library.sightings import Sightings
from analyzer.records import Index, Packed, Record


class _Person(Record):
    """An appearance; `intervals` and `sightings` are how many of the card's are its own."""

    id: str
    role: str
    screen_time_s: float
    confidence: float
    intervals: Index
    sightings: Index


class _File(Record):
    card: Card
    people: tuple[_Person, ...]
    intervals: Annotated[npt.NDArray[np.float64], Packed("<f8", (None, 2))]
    sightings: Columns


def pack(card: Card) -> bytes:
    """Return a card as a file's content."""
    file = _File(
        card=card.model_copy(update={"people": ()}),
        people=tuple(
            _Person(
                id=person.id,
                role=person.role,
                screen_time_s=person.screen_time_s,
                confidence=person.confidence,
                intervals=len(person.intervals),
                sightings=len(person.sightings),
            )
            for person in card.people
        ),
        intervals=np.array([i for person in card.people for i in person.intervals]).reshape(-1, 2),
        sightings=columns_of(list(chain.from_iterable(person.sightings for person in card.people))),
    )
    return file.model_dump_json(exclude_none=True).encode("utf-8") + b"\n"


def unpack(content: bytes) -> Card:
    """Return the card of a file.

    Raises:
        ValueError: it is damaged.
    """
    file = _File.model_validate_json(content)
    if sum(person.sightings for person in file.people) != len(file.sightings.starts):
        raise ValueError("not as many sightings as its people have")
    seen, when = Sightings(file.sightings), file.intervals.tolist()
    bounds = pairwise(accumulate((p.sightings for p in file.people), initial=0))
    stretches = pairwise(accumulate((p.intervals for p in file.people), initial=0))
    people = tuple(
        Appearance.model_construct(
            id=person.id,
            role=person.role,
            screen_time_s=person.screen_time_s,
            confidence=person.confidence,
            intervals=tuple((start, end) for start, end in when[slice(*stretch)]),
            sightings=seen[slice(*bound)],
        )
        for person, bound, stretch in zip(file.people, bounds, stretches, strict=True)
    )
    return file.card.model_copy(update={"people": people})
