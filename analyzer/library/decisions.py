"""What a user decides about people: one record a kind, one line of the journal each."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, TypeAdapter
from pydantic.dataclasses import dataclass

from analyzer.library.spots import RelativeBox, Spot
from analyzer.records import Hash64, Index, Record, Seconds

Key = Annotated[str, Field(pattern=r"^k[1-9]\d*$", description="a known person: k and the creating line")]
LONGEST_NAME = 200
PersonName = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]


def coarse(box: Sequence[float]) -> RelativeBox:
    """Return a box as anchors have it."""
    x0, y0, x1, y1 = (round(x, 4) for x in box)
    return x0, y0, x1, y1


@dataclass(frozen=True)
class Anchor:
    """A face by where and when it is seen: the sighting that shows it there is meant, whatever its number."""

    video: Hash64
    time_s: Seconds
    box: Annotated[RelativeBox, AfterValidator(coarse)]


def anchor_of(video: str, spot: Spot) -> Anchor:
    """Return the anchor of a face."""
    return Anchor(video=video, time_s=spot.time_s, box=spot.box)


class Decision(Record):
    """Base of all decisions.

    Attributes:
        n: its number in the journal, given as it is written.
        at: when, UTC.
        key: the person; None until it is written: a new one, named after the line.
        anchors: the sightings that it is about.
    """

    n: Index = 0
    at: str = ""
    do: str
    key: Key | None = None
    anchors: tuple[Anchor, ...] = ()


class Name(Decision):
    """The sightings are of the person, and that is the person's name."""

    do: Literal["name"] = "name"
    name: PersonName


class Enrol(Decision):
    """The faces of some photos are the person's."""

    do: Literal["enrol"] = "enrol"
    name: PersonName


class Alias(Decision):
    """The person is also called so."""

    do: Literal["alias"] = "alias"
    alias: PersonName


class Merge(Decision):
    """The sightings, and those of another known person, are of the person."""

    do: Literal["merge"] = "merge"
    other: Key | None = None


class Split(Decision):
    """The sightings are of a person of their own; `rest`: those beside them, which are not."""

    do: Literal["split"] = "split"
    rest: tuple[Anchor, ...] = ()


class Not(Decision):
    """The sightings are not of the person."""

    do: Literal["not"] = "not"


class Hide(Decision):
    """The person is left out of lists, or no longer."""

    do: Literal["hide"] = "hide"
    hidden: bool = True


class Undo(Decision):
    """Another decision does not count."""

    do: Literal["undo"] = "undo"
    undone: Index


AnyDecision = Annotated[
    Name | Enrol | Alias | Merge | Split | Not | Hide | Undo,
    Field(discriminator="do"),
]
DECISION: TypeAdapter[AnyDecision] = TypeAdapter(AnyDecision)
"""Reads a line of the journal."""


def numbered(decision: AnyDecision, n: int) -> AnyDecision:
    """Return a decision as line `n` of the journal, made now."""
    key = decision.key if decision.key or isinstance(decision, Undo) else f"k{n}"
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return decision.model_copy(update={"n": n, "at": at, "key": key})
