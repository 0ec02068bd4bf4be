"""Sightings: one person in one shot, with the best faces. Kept as columns: a library has millions of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar, overload

import numpy as np
import numpy.typing as npt
from pydantic_core import core_schema

from analyzer.library.columns import Columns, Vectors, columns_of
from analyzer.library.spots import Sighting, Spot
from analyzer.records import Embedding

T = TypeVar("T")

PER_SIGHTING = ("starts", "ends", "weights", "time_counts", "spot_counts")
PER_SPOT = ("faces", "spot_times", "boxes", "qualities")


class Sightings(Sequence[Sighting]):
    """A sequence of sightings that makes each when it is asked for."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns

    def __len__(self) -> int:
        return len(self.columns.starts)

    @overload
    def __getitem__(self, index: int) -> Sighting: ...
    @overload
    def __getitem__(self, index: slice) -> Sightings: ...
    def __getitem__(self, index: int | slice) -> Sighting | Sightings:
        if isinstance(index, slice):
            first, last, step = index.indices(len(self))
            return self._between(first, max(first, last)) if step == 1 else Sightings.of(list(self)[index])
        i, columns = range(len(self))[index], self.columns
        return Sighting(
            start_s=columns.starts[i],
            end_s=columns.ends[i],
            times=tuple(self.times_of(i)),
            spots=tuple(self.spot(s) for s in range(*self.spot_ends[i : i + 2])),
            embedding=self._embedding(i),
            weight=columns.weights[i],
        )

    def _between(self, first: int, last: int) -> Sightings:
        columns = self.columns
        times, spots = (
            slice(int(ends[first]), int(ends[last])) for ends in (self._time_ends, self.spot_ends)
        )
        parts = [v.part(slice(*np.searchsorted(v.rows, [first, last])), first) for v in columns.vectors]
        changed: dict[str, Any] = {name: getattr(columns, name)[first:last] for name in PER_SIGHTING}
        changed |= {name: getattr(columns, name)[spots] for name in PER_SPOT}
        changed |= {name: _shifted(getattr(columns, name), spots) for name in ("pictures", "crops")}
        changed |= {"times": columns.times[times], "vectors": tuple(part for part in parts if len(part.rows))}
        return Sightings(columns.model_copy(update=changed))

    @cached_property
    def spot_ends(self) -> npt.NDArray[np.intp]:
        """Where the spots of each sighting begin, and at last where all end (n + 1,)."""
        return _ends(self.columns.spot_counts)

    @cached_property
    def _time_ends(self) -> npt.NDArray[np.intp]:
        return _ends(self.columns.time_counts)

    def times_of(self, index: int) -> list[float]:
        """Return the times of one sighting."""
        return list(map(float, self.columns.times[slice(*self._time_ends[index : index + 2])]))

    def vectors(self, model: str) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.float16]]:
        """Return which sightings have an embedding of a model (m,), and the embeddings (m, d)."""
        for vectors in self.columns.vectors:
            if vectors.model == model:
                return vectors.rows, vectors.table
        return np.zeros(0, np.uint32), np.zeros((0, 0), np.float16)

    def _embedding(self, index: int) -> Embedding | None:
        for vectors in self.columns.vectors:
            for row in np.flatnonzero(vectors.rows == index):
                return Embedding(model=vectors.model, vector=vectors.table[row])
        return None

    def spot(self, spot: int) -> Spot:
        """Return a spot by its number among those of all sightings."""
        columns = self.columns
        return Spot(
            face=columns.faces[spot],
            time_s=columns.spot_times[spot],
            box=columns.boxes[spot].tolist(),
            quality=columns.qualities[spot],
            picture=columns.pictures.get(spot),
            crop=columns.crops.get(spot),
        )

    def without_faces(self, rows: Collection[int]) -> Sightings:
        """Return the sightings without the embeddings and crops of some."""
        gone = {s for row in rows for s in range(*self.spot_ends[row : row + 2])}
        vectors: list[Vectors] = []
        for of_model in self.columns.vectors:
            kept = np.array([row not in rows for row in of_model.rows.tolist()], bool)
            if kept.any():
                vectors.append(of_model.part(kept))
        crops = {s: crop for s, crop in self.columns.crops.items() if s not in gone}
        changed = {"vectors": tuple(vectors), "crops": crops}
        return Sightings(self.columns.model_copy(update=changed))

    @classmethod
    def of(cls, sightings: Sequence[Sighting]) -> Sightings:
        """Return sightings as columns."""
        return cls(columns_of(sightings))

    @classmethod
    def _read(cls, value: Any) -> Sightings:
        if isinstance(value, Sightings):
            return value
        return cls(Columns.model_validate(value)) if isinstance(value, dict) else cls.of(value)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: Callable[[Any], core_schema.CoreSchema]
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._read,
            serialization=core_schema.plain_serializer_function_ser_schema(lambda seen: seen.columns),
        )


def _ends(counts: npt.NDArray[np.uint32]) -> npt.NDArray[np.intp]:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.intp)


def _shifted(by_spot: Mapping[int, T], spots: slice) -> dict[int, T]:
    return {i - spots.start: value for i, value in by_spot.items() if spots.start <= i < spots.stop}
