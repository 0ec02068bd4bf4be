"""Labelled photographs of ../shared/data, found and embedded by Marquee as they are and made small."""

import csv
import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from analyzer import load_settings
from analyzer.detect.batch import Batch
from analyzer.detect.blaze_finder import BlazeFinder
from analyzer.detect.dlib_embedder import DlibEmbedder
from analyzer.detect.faces import Faces, Floats
from analyzer.detect.networks import shared_networks
from analyzer.media.sampling import Frame
from analyzer.records import Embedding, Face

DATA = Path(__file__).parents[3] / "shared" / "data" / "faces"
MAX_SIDE = 1920
FULL, PLAIN, SMALL = "as they are", "as they are, not mirrored", {"32 pixels": 32, "24 pixels": 24}
"""How faces are looked at: as Marquee does; as dlib's users do; and in photographs made so small that the
face's box has so many pixels between its sides (geometric mean)."""
WRONG = {
    "Recep_Tayyip_Erdogan_0004.jpg": "another man, known as a wrong label of LFW",
    "Hans_Blix_0003.jpg": "another man: the crop is of the wrong face",
    "Hans_Blix_0011.jpg": "another man: the crop is of the wrong face",
}
"""Photographs that show somebody else, as seen by eye."""

Image = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Photo:
    """One picture of one person.

    Attributes:
        who: the person.
        name: of the file.
        faces: its largest face, as FULL, PLAIN and SMALL look at it, where one was found.
    """

    who: str
    name: str
    faces: dict[str, Embedding]


@functools.cache
def lfw() -> tuple[Photo, ...]:
    """20 people with 12 photographs and 75 with one.

    Raises:
        FileNotFoundError: they are not there; they are not part of the project.
    """
    return _photos((file.parent.name, file) for file in sorted(_folder("lfw_subset").rglob("*.jpg")))


@functools.cache
def web() -> tuple[Photo, ...]:
    """Web photographs of the tests and examples of DeepFace, face_recognition and OpenFace.

    Raises:
        FileNotFoundError: as for `lfw`.
    """
    deepface, train = _folder("deepface"), _folder("ageitgey/examples/knn_examples/train")
    with (deepface / "identities_from_pairs.csv").open(encoding="utf-8") as file:
        files = [(row["identity"], deepface / row["file"]) for row in csv.DictReader(file)]
    files += [(file.parent.name, file) for file in sorted(train.rglob("*.jp*g"))]
    files += [(file.stem.split("-")[0], file) for file in sorted(_folder("openface").glob("*-[12].jpg"))]
    return _photos(files)


def _folder(name: str) -> Path:
    if not (DATA / name).is_dir():
        raise FileNotFoundError(f"no {DATA / name}: labelled photographs are not part of the project")
    return DATA / name


def _photos(files: Iterable[tuple[str, Path]]) -> tuple[Photo, ...]:
    return tuple(_photo(who, file) for who, file in files)


def _photo(who: str, file: Path) -> Photo:
    image = cv2.imread(str(file))
    assert image is not None, file
    picture = _shrunk(np.asarray(image[..., ::-1], np.uint8), min(1.0, MAX_SIDE / max(image.shape[:2])))
    face = _largest(picture)
    if face is None:
        return Photo(who, file.name, {})
    faces = {FULL: _half(face, 0), PLAIN: _half(face, 1)}
    for name, pixels in SMALL.items():
        if small := _largest(_shrunk(picture, min(1.0, pixels / _side(face)))):
            faces[name] = _half(small, 0)
    return Photo(who, file.name, faces)


class _Twice(DlibEmbedder):
    """Each face as Marquee embeds it, and behind that its vector without the mirror image."""

    def embed(self, chips: Image) -> Floats:
        return np.hstack([super().embed(chips), self._network.embed(chips)])


def _half(face: Face, which: int) -> Embedding:
    assert face.embedding
    vector = np.split(face.embedding.vector, 2)[which]
    return Embedding(model=face.embedding.model, vector=vector)


def _shrunk(image: Image, scale: float) -> Image:
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(small, np.uint8)


def _largest(image: Image) -> Face | None:
    frame = Frame(0, 0.0, image, (1.0, 1.0))
    faces: Sequence[Face] = _detector().detect(Batch([frame]))
    return max(faces, key=_side, default=None)


def _side(face: Face) -> float:
    x0, y0, x1, y1 = face.box
    return float(((x1 - x0) * (y1 - y0)) ** 0.5)


@functools.cache
def _detector() -> Faces:
    settings = load_settings()
    networks = shared_networks(settings)
    return Faces(BlazeFinder(networks, settings), _Twice(networks, settings), with_crops=False)
