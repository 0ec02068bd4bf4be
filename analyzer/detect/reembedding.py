"""Faces are embedded by another model, from the crops that were kept of them."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from analyzer.detect.batch import Rgb
from analyzer.detect.crops import Jpeg, face_in, points_in, read_crop
from analyzer.detect.faces import Embedder
from analyzer.detect.networks import Networks, shared_networks
from analyzer.detect.opening import open_embedder
from analyzer.overlap import batched
from analyzer.records import Embedding, Face
from analyzer.settings import Settings
from models.facemesh import landmarks_of

CHUNK = 64
"""Crops that are decoded at a time."""


def reembed(crops: Iterable[Jpeg | None], settings: Settings) -> Iterator[Embedding | None]:
    """Yield each crop's embedding; None where there is no crop, or one that cannot be decoded.

    Raises:
        UsageError: there is no such model as the settings name.
        ModelError: it cannot be had.
    """
    networks = shared_networks(settings)
    embedder = open_embedder(networks, settings)
    for chunk in batched(crops, CHUNK):
        images = [None if jpeg is None else read_crop(jpeg) for jpeg in chunk]
        faces = [image for image in images if image is not None]
        vectors = iter(embedder.embed(_chips(faces, embedder, networks)) if faces else ())
        for image in images:
            vector = None if image is None else next(vectors).astype(np.float16)
            yield None if vector is None else Embedding(model=embedder.model, vector=vector)


def _chips(faces: Sequence[Rgb], embedder: Embedder, networks: Networks) -> Rgb:
    """Cut crops as the embedder has it; where it looks at the mouth, FaceMesh says where that is."""
    landmarks = [points_in(len(face)) for face in faces]
    if embedder.template.needs_mouth:
        meshes = networks.facemesh.landmarks(faces, [face_in(len(face))[None] for face in faces])
        rest = [landmarks_of(points)[0, len(landmarks[0]) :] for points, _ in meshes]
        landmarks = [np.concatenate(pair) for pair in zip(landmarks, rest, strict=True)]
    return np.stack([embedder.template.cut(*pair) for pair in zip(faces, landmarks, strict=True)])


def reembed_faces(faces: Sequence[Face], settings: Settings) -> tuple[Face, ...]:
    """Return the faces with embeddings of the model that the settings name; those without a crop have none.

    Raises:
        UsageError: there is no such model.
        ModelError: it cannot be had.
    """
    embeddings = reembed((face.crop for face in faces), settings)
    return tuple(
        face.model_copy(update={"embedding": embedding})
        for face, embedding in zip(faces, embeddings, strict=True)
    )
