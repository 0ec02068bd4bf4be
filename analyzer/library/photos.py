"""Photos of one person: which way up each is, and which face in it is theirs.

The faces of all photos are grouped; the person is who is in the most of them. Somebody upside down is found,
too, but as a face that nobody has: each photo is looked at in all four directions, and the one that shows the
clearest face is believed.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from analyzer.library.excerpt import of_one
from analyzer.media.gallery import Turn
from analyzer.people.grouping import group
from analyzer.people.likeness import prior_of
from analyzer.people.tracks import side, tells
from analyzer.records import Face, Keyframe, Movie, Track

TURNS: tuple[Turn, ...] = (0, 180, 90, 270)
"""Degrees clockwise in which photos are looked at."""
UPRIGHT = 0.05
"""How much clearer a face must be in another direction than upright: a few upright faces are less clear."""
BYSTANDER = 0.5
"""In a photo that no other one explains, faces this much smaller than the largest are not meant."""


@dataclass(frozen=True)
class Choice:
    """What the photos show.

    Attributes:
        movie: a record of the person alone, one face and track a photo; None where no photo is of any use.
        left_out: why, by the name of the photo.
    """

    movie: Movie | None
    left_out: Mapping[str, str]


def choose(looks: Sequence[Movie], names: Collection[str]) -> Choice:
    """Choose the face of each photo that is the person's.

    Args:
        looks: records of the same photos, one a turn of TURNS.
        names: of all photos, as the records have them.
    """
    keyframes = looks[0].keyframes
    shown = {k: faces for k in range(len(keyframes)) if (faces := _faces(looks, k))}
    left_out = dict.fromkeys(
        sorted(set(names) - {_name(k) for k in keyframes}),
        "cannot be read: it is damaged, or of no known format",
    )
    left_out |= {_name(keyframes[k]): _nothing(keyframes, k) for k in range(len(keyframes)) if k not in shown}
    chosen, confidence = _agreed(shown) if len(shown) > 1 else _alone(shown)
    left_out |= {
        _name(keyframes[k]): _unlike(faces, len(shown)) for k, faces in shown.items() if k not in chosen
    }
    if not chosen:
        return Choice(None, left_out)
    tracks = [
        Track(shot=k, start_s=k, end_s=k + 1, faces=(i,), embedding=face.embedding)
        for i, (k, face) in enumerate(chosen.items())
    ]
    return Choice(of_one(looks[0], list(chosen.values()), tracks, confidence), left_out)


def _faces(looks: Sequence[Movie], keyframe: int) -> list[Face]:
    """The faces of a photo that have an embedding, the right way up."""
    best: list[Face] = []
    clearest = 0.0
    for i, look in enumerate(looks):
        faces = [face for face in look.faces if face.keyframe == keyframe and face.embedding]
        clear = max((face.score * face.presence for face in faces), default=0.0) - (UPRIGHT if i else 0)
        if clear > clearest:
            best, clearest = faces, clear
    return best


def _agreed(shown: Mapping[int, Sequence[Face]]) -> tuple[dict[int, Face], float]:
    """The face of each photo that is of the person in the most photos, if that is one person."""
    faces = [face for found in shown.values() for face in found]
    embeddings = [face.embedding for face in faces if face.embedding]
    vectors = np.stack([embedding.vector for embedding in embeddings]).astype(np.float32)
    apart = [(i, j) for i, j in combinations(range(len(faces)), 2) if faces[i].keyframe == faces[j].keyframe]
    weights = [face.quality.overall if tells(face) else 0.0 for face in faces]
    prior = prior_of(embeddings[0].model, vectors.shape[1])
    groups = group(vectors, prior, apart, weights if any(weights) else None)
    (label, most), *others = Counter(x for x in groups.labels.tolist() if x >= 0).most_common(2)
    if most < 2 or (others and others[0][1] == most):
        return {}, 0.0
    members = [face for face, x in zip(faces, groups.labels.tolist(), strict=True) if x == label]
    return {face.keyframe: face for face in members}, float(groups.confidence[label])


def _alone(shown: Mapping[int, Sequence[Face]]) -> tuple[dict[int, Face], float]:
    """The one face of the only photo that shows any."""
    chosen = {}
    for k, faces in shown.items():
        largest = max(side(face) for face in faces)
        meant = [face for face in faces if side(face) > BYSTANDER * largest]
        if len(meant) == 1:
            chosen[k] = meant[0]
    return chosen, 0.5


def _name(keyframe: Keyframe) -> str:
    return keyframe.picture or ""


def _nothing(keyframes: Sequence[Keyframe], k: int) -> str:
    seen_as = keyframes[k].seen_as
    if seen_as is not None and seen_as != k:
        return f"is the same picture as {_name(keyframes[seen_as])}"
    return "shows no face, whichever way it is turned"


def _unlike(faces: Sequence[Face], photos: int) -> str:
    if photos == 1:
        return f"shows {len(faces)} faces; cut it to the one, or give other photos of that person, too"
    if len(faces) > 1:
        return f"shows {len(faces)} faces, and none is clearly that of the other photos"
    return "shows a face that is not like those of the other photos"
