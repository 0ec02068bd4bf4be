"""Faces are embedded by another model, from the crops that were kept of them."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from analyzer.detect.crops import Jpeg, points_in, read_crop
from analyzer.detect.faces import Embedder
from analyzer.detect.networks import shared_networks
from analyzer.detect.opening import open_embedder
from analyzer.overlap import batched
from analyzer.records import Embedding, Face
from analyzer.settings import Settings

CHUNK = 64
"""Crops that are decoded at a time."""


def reembed(crops: Iterable[Jpeg | None], embedder: Embedder) -> Iterator[Embedding | None]:
    """Yield each crop's embedding; None where there is no crop, or one that cannot be decoded."""
    for chunk in batched(crops, CHUNK):
        images = [None if jpeg is None else read_crop(jpeg) for jpeg in chunk]
        chips = [embedder.align(image, points_in(len(image))) for image in images if image is not None]
        vectors = iter(embedder.embed(np.stack(chips)) if chips else ())
        for image in images:
            vector = None if image is None else next(vectors).astype(np.float16)
            yield None if vector is None else Embedding(model=embedder.model, vector=vector)


def reembed_faces(faces: Sequence[Face], settings: Settings) -> tuple[Face, ...]:
    """Return the faces with embeddings of the model that the settings name; those without a crop have none.

    Raises:
        UsageError: there is no such model.
        ModelError: it cannot be had.
    """
    embedder = open_embedder(shared_networks(settings), settings)
    embeddings = reembed((face.crop for face in faces), embedder)
    return tuple(
        face.model_copy(update={"embedding": embedding})
        for face, embedding in zip(faces, embeddings, strict=True)
    )
