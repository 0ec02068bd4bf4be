"""Labelled photographs of ../shared/data, embedded by Marquee's own networks."""

import csv
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np

from analyzer import load_settings
from analyzer.detect.batch import Batch
from analyzer.detect.blaze_finder import BlazeFinder
from analyzer.detect.dlib_embedder import DlibEmbedder
from analyzer.detect.faces import Faces
from analyzer.detect.networks import shared_networks
from analyzer.media.sampling import Frame
from analyzer.people.tracks import tells
from analyzer.records import Face
from benchmarks.people.case import Case, Floats, Pairs
from models.catalog import built_in

DATA = Path(__file__).parents[3] / "shared" / "data" / "faces"
MAX_SIDE = 1920

Photo = tuple[str | None, list[Face]]
"""Whose the largest face is, if that is known, and the faces, the largest first."""


def lfw() -> Case:
    """20 people with 12 photographs and 75 with one, a file and a face each: nobody is seen together."""
    files = sorted(_folder("lfw_subset").rglob("*.jpg"))
    return _case((file.parent.name, embed(file)[:1]) for file in files)


def deepface() -> Case:
    """DeepFace's own test pictures: nine people of 25 files are judged; all other faces are there, too."""
    folder = _folder("deepface")
    with (folder / "identities_from_pairs.csv").open(encoding="utf-8") as file:
        known = {row["file"]: row["identity"] for row in csv.DictReader(file)}
    return _case((known.get(file.name), embed(file)) for file in sorted(folder.glob("*.jpg")))


def embed(path: Path) -> list[Face]:
    """Return the faces of a photograph, the largest first."""
    settings = load_settings()
    networks = shared_networks(settings)
    image = cv2.imread(str(path))
    assert image is not None, path
    scale = min(1.0, MAX_SIDE / max(image.shape[:2]))
    image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    frame = Frame(0, 0.0, np.ascontiguousarray(image[..., ::-1], np.uint8), (1.0, 1.0))
    faces = Faces(BlazeFinder(networks, settings), DlibEmbedder(networks, settings), with_crops=False).detect(
        Batch([frame])
    )
    return sorted(faces, key=lambda face: -(face.box[2] - face.box[0]) * (face.box[3] - face.box[1]))


def _folder(name: str) -> Path:
    if not (DATA / name).is_dir():
        raise FileNotFoundError(f"no {DATA / name}: the photographs are not part of the project")
    return DATA / name


def _case(photos: Iterable[Photo]) -> Case:
    names: dict[str, int] = {}
    vectors: list[Floats] = []
    weights, truth, unseen = [], [], []
    apart: list[tuple[int, int]] = []
    for name, faces in photos:
        who = names.setdefault(name, len(names)) if name else -1
        if not faces and name:
            unseen.append(who)
        apart += _together(len(vectors), len(faces))
        for rank, face in enumerate(faces):
            assert face.embedding
            vectors.append(face.embedding.vector.astype(np.float32))
            weights.append(face.quality.overall if tells(face) else 0.0)
            truth.append(who if rank == 0 else -1)
    prior = built_in()["dlib"].likeness
    assert prior
    return Case(
        np.stack(vectors),
        np.array(weights, np.float32),
        np.array(truth, np.intp),
        apart,
        prior,
        dlib=True,
        unseen=np.array(unseen, np.intp),
    )


def _together(first: int, count: int) -> Pairs:
    return list(combinations(range(first, first + count), 2))
