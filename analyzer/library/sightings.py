"""Sightings: one person in one shot, with the best faces. Kept as columns: a library has millions of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from itertools import chain
from typing import Annotated, Any, overload

import numpy as np
import numpy.typing as npt
from pydantic import Field
from pydantic_core import core_schema

from analyzer.records import Embedding, Index, Packed, Record, Score, Seconds, Vector

Share = Annotated[float, Field(allow_inf_nan=False)]
RelativeBox = tuple[Share, Share, Share, Share]
"""x0, y0, x1, y1 as shares of the picture's width and height."""

Crop = Annotated[npt.NDArray[np.uint8], Packed("<u1", (None,))]
Floats = Annotated[npt.NDArray[np.float64], Packed("<f8", (None,))]
Short = Annotated[npt.NDArray[np.float32], Packed("<f4", (None,))]
Counts = Annotated[npt.NDArray[np.uint32], Packed("<u4", (None,))]


class Spot(Record):
    """One face of a track, one of its best.

    Attributes:
        face: its index in the movie's faces: "<video>:<face>" names it on the command line.
        picture: of a gallery: the file it is in.
        crop: JPEG of the aligned face; None where crops are not kept.
    """

    face: Index
    time_s: Seconds
    box: RelativeBox
    quality: Score
    picture: str | None = None
    crop: Crop | None = None


class Sighting(Record):
    """One track: one person in one shot, or in one picture.

    Attributes:
        times: of the keyframes that show the face, seconds; two sightings that share one are two people.
        spots: its best faces, the best first.
        embedding: of its faces together, weighted by quality.
        weight: the sum of its faces' qualities.
    """

    start_s: Seconds
    end_s: Seconds
    times: tuple[Seconds, ...]
    spots: Annotated[tuple[Spot, ...], Field(min_length=1)]
    embedding: Embedding | None
    weight: Annotated[float, Field(ge=0)]


class Vectors(Record):
    """Embeddings of one model; `rows`: of which sightings, `values`: one after another."""

    model: str
    rows: Counts
    values: Vector

    @property
    def table(self) -> npt.NDArray[np.float16]:
        """A row a sighting."""
        return self.values.reshape(len(self.rows), -1)


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


class Sightings(Sequence[Sighting]):
    """A sequence of sightings that makes each when it is asked for."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns

    def __len__(self) -> int:
        return len(self.columns.starts)

    @overload
    def __getitem__(self, index: int) -> Sighting: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Sighting]: ...
    def __getitem__(self, index: int | slice) -> Sighting | Sequence[Sighting]:
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(len(self))))
        i, columns = range(len(self))[index], self.columns
        return Sighting(
            start_s=columns.starts[i],
            end_s=columns.ends[i],
            times=tuple(self.times_of(i)),
            spots=tuple(self.spot(s) for s in range(*self.spot_ends[i : i + 2])),
            embedding=self._embedding(i),
            weight=columns.weights[i],
        )

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
        vectors = []
        for of_model in self.columns.vectors:
            kept = [i for i, row in enumerate(of_model.rows.tolist()) if row not in rows]
            values = of_model.table[kept].ravel()
            vectors.append(Vectors(model=of_model.model, rows=of_model.rows[kept], values=values))
        crops = {s: crop for s, crop in self.columns.crops.items() if s not in gone}
        changed = {"vectors": tuple(v for v in vectors if len(v.rows)), "crops": crops}
        return Sightings(self.columns.model_copy(update=changed))

    @classmethod
    def of(cls, sightings: Sequence[Sighting]) -> Sightings:
        """Return sightings as columns."""
        return cls(Columns.model_validate(_columns(sightings)))

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


def _columns(sightings: Sequence[Sighting]) -> dict[str, Any]:
    spots = list(chain.from_iterable(sighting.spots for sighting in sightings))
    return {
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


def _vectors(sightings: Sequence[Sighting]) -> tuple[dict[str, Any], ...]:
    by_model: dict[str, dict[int, npt.NDArray[np.float16]]] = {}
    for i, sighting in enumerate(sightings):
        if sighting.embedding:
            by_model.setdefault(sighting.embedding.model, {})[i] = sighting.embedding.vector
    return tuple(
        {"model": model, "rows": list(rows), "values": np.concatenate(list(rows.values()))}
        for model, rows in by_model.items()
    )


def _ends(counts: npt.NDArray[np.uint32]) -> npt.NDArray[np.intp]:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.intp)
