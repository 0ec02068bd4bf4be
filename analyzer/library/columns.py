"""Sightings as columns of numbers: quick to read, small in memory."""

from collections.abc import Sequence
from itertools import chain
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt

from analyzer.library.spots import Crop, Sighting
from analyzer.records import Packed, Record, Vector

Floats = Annotated[npt.NDArray[np.float64], Packed("<f8", (None,))]
Short = Annotated[npt.NDArray[np.float32], Packed("<f4", (None,))]
Counts = Annotated[npt.NDArray[np.uint32], Packed("<u4", (None,))]


class Vectors(Record):
    """Embeddings of one model; `rows`: of which sightings, `values`: one after another."""

    model: str
    rows: Counts
    values: Vector

    @property
    def table(self) -> npt.NDArray[np.float16]:
        """A row a sighting."""
        return self.values.reshape(len(self.rows), -1)

    def part(self, which: slice | npt.NDArray[np.bool_], first: int = 0) -> "Vectors":
        """Return some of them, the rows counted from `first`."""
        rows = (self.rows[which] - first).astype(np.uint32)
        return self.model_copy(update={"rows": rows, "values": self.table[which].ravel()})


class Columns(Record):
    """Sightings, column by column; `counts` say how many of the flat columns belong to each.

    Attributes:
        pictures, crops: by the number of the spot.
    """

    starts: Floats
    ends: Floats
    weights: Short
    time_counts: Counts
    times: Floats
    spot_counts: Counts
    faces: Counts
    spot_times: Floats
    boxes: Annotated[npt.NDArray[np.float32], Packed("<f4", (None, 4))]
    qualities: Short
    pictures: dict[int, str]
    crops: dict[int, Crop]
    vectors: tuple[Vectors, ...]


def columns_of(sightings: Sequence[Sighting]) -> Columns:
    """Return sightings as columns."""
    spots = list(chain.from_iterable(sighting.spots for sighting in sightings))
    columns = {
        "starts": [s.start_s for s in sightings],
        "ends": [s.end_s for s in sightings],
        "weights": [s.weight for s in sightings],
        "time_counts": [len(s.times) for s in sightings],
        "times": list(chain.from_iterable(s.times for s in sightings)),
        "spot_counts": [len(s.spots) for s in sightings],
        "faces": [spot.face for spot in spots],
        "spot_times": [spot.time_s for spot in spots],
        "boxes": np.array([spot.box for spot in spots], np.float32).reshape(-1, 4),
        "qualities": [spot.quality for spot in spots],
        "pictures": {i: spot.picture for i, spot in enumerate(spots) if spot.picture is not None},
        "crops": {i: spot.crop for i, spot in enumerate(spots) if spot.crop is not None},
        "vectors": _vectors(sightings),
    }
    return Columns.model_validate(columns)


def _vectors(sightings: Sequence[Sighting]) -> tuple[dict[str, Any], ...]:
    by_model: dict[str, dict[int, npt.NDArray[np.float16]]] = {}
    for i, sighting in enumerate(sightings):
        if sighting.embedding:
            by_model.setdefault(sighting.embedding.model, {})[i] = sighting.embedding.vector
    return tuple(
        {"model": model, "rows": list(rows), "values": np.concatenate(list(rows.values()))}
        for model, rows in by_model.items()
    )
