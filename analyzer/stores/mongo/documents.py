"""Entries as documents, and back."""

from typing import Any

import numpy as np
import numpy.typing as npt

from analyzer.records import Packed, Record, Tag
from analyzer.stores.entries import Entry, Performer, Prints, Row, Seen, Sighted
from analyzer.stores.mongo.link import Document

UNFINISHED = ""
"""The stamp of what is being written or removed."""

ONLY_ROW = {"objects": 0, "tags": 0, "prints": 0, "folded": 0}
"""Projection: what a Row needs."""

WITH_PRINTS = {"objects": 0, "tags": 0, "folded": 0}
"""Projection: what a Row and Prints need."""

_PACKED = {
    name: packed
    for name, field in Prints.model_fields.items()
    for packed in field.metadata
    if isinstance(packed, Packed)
}


def collection_of(row: Row) -> str:
    """Return which collection a row is of."""
    return "gallery" if row.gallery else "movie"


def movie(entry: Entry) -> Document:
    """Return the document of a movie or gallery, as one that is not finished."""
    row = entry.row.model_dump(exclude={"key", "gallery"})
    return {
        "_id": entry.row.key,
        **({"gid": entry.row.key} if entry.row.gallery else {}),
        **row,
        "stamp": UNFINISHED,
        "objects": [thing.model_dump() for thing in entry.objects],
        "tags": [tag.model_dump() for tag in entry.tags],
        "prints": {
            name: getattr(entry.prints, name).astype(packed.dtype).tobytes()
            for name, packed in _PACKED.items()
        },
        "folded": {
            "path": entry.row.path.casefold(),
            "objects": sorted({thing.label.casefold() for thing in entry.objects}),
            "tags": sorted({tag.name.casefold() for tag in entry.tags}),
        },
    }


def people(entry: Entry) -> list[Document]:
    """Return the documents of the people of a movie."""
    key, video = entry.row.key, entry.row.video
    return [
        {
            "_id": f"{key}:{performer.id}",
            "source": key,
            "appearance": appearance(video, performer.id),
            **performer.model_dump(),
        }
        for performer in entry.performers
    ]


def faces(entry: Entry) -> list[Document]:
    """Return the documents of the faces of a movie."""
    key = entry.row.key
    return [
        {
            "_id": f"{key}:{face.number}",
            "name": str(face.number),
            "source": key,
            **face.model_dump(exclude={"number"}),
        }
        for face in entry.faces
    ]


def appearance(video: str, person: str) -> str:
    """Return what says who it is across movies: copies of a video share it."""
    return f"{video}:{person}"


def words(entry: Entry) -> set[str]:
    """Return the names of the tags and object classes of a movie."""
    return {tag.name for tag in entry.tags} | {thing.label for thing in entry.objects}


def row(document: Document) -> Row:
    """Return a Row of a movie's document."""
    return Row(key=document["_id"], gallery="gid" in document, **_only(Row, document))


def prints(document: Document) -> Prints:
    """Return the Prints of a movie's document."""
    stored = document["prints"]
    return Prints(**{name: _unpacked(stored[name], packed) for name, packed in _PACKED.items()})


def entry(document: Document, people: list[Document], faces: list[Document]) -> Entry:
    """Return the Entry of a movie's documents."""
    return Entry(
        row=row(document),
        performers=tuple(Performer(**_only(Performer, person)) for person in people),
        faces=tuple(Sighted(number=int(face["name"]), **_only(Sighted, face)) for face in faces),
        objects=tuple(Seen(**thing) for thing in document["objects"]),
        tags=tuple(Tag(**tag) for tag in document["tags"]),
        prints=prints(document),
    )


def _only(model: type[Record], document: Document) -> dict[str, Any]:
    return {name: document[name] for name in model.model_fields if name in document}


def _unpacked(content: bytes, packed: Packed) -> npt.NDArray[Any]:
    return np.frombuffer(content, packed.dtype).reshape([-1 if n is None else n for n in packed.shape])
