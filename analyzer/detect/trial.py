"""A model of the user's own is tried on two portraits before it is kept."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from analyzer.demo import pictures
from analyzer.detect.batch import Batch, Rgb
from analyzer.detect.blaze_finder import BlazeFinder
from analyzer.detect.networks import Networks
from analyzer.media.frame import Frame
from analyzer.settings import load
from models import backends
from models.backends import Setup
from models.boxes import Detections
from models.contracts import Classifier, Detector, Embedder, Extractor, PoseDetector
from models.errors import BrokenModelError
from models.own.description import Description

MIN_SCORE = 0.3
MOST_TOLD = 5


def try_out(about: Description, path: Path) -> str:
    """Return in words what a model finds in the two portraits of the demo.

    Args:
        about: what it is.
        path: its file, the description beside it.

    Raises:
        BrokenModelError: it does not give what its description says, or an embedder cannot tell them apart.
        ModelError: it cannot be opened.
    """
    networks = Networks(load())
    setup = Setup(path.parent, networks.engine, "auto", MIN_SCORE)
    model = backends.open_model(about.task, f"onnx:{path}", setup)
    images = list(pictures().values())
    try:
        if about.task in ("face-detector", "object-detector"):
            return _things(model, images)
        if about.task == "pose-detector":
            return _people(model, images)
        if about.task == "face-embedder":
            return _likeness(model, images, networks)
        return _vectors(model, images) if about.task == "image-feature" else _classes(model, images)
    except (ValueError, IndexError) as error:
        raise BrokenModelError(f"{path.name} does not give what {about.head} should: {error}") from error


def _things(model: Detector, images: Sequence[Rgb]) -> str:
    return "; ".join(_counted(detections) for detections in model.detect(images))


def _counted(found: Detections) -> str:
    """How many of what: all are faces where there are no labels."""
    counts = Counter(found.labels or ["face"] * len(found)).most_common()
    told = ", ".join(f"{count} {label}" for label, count in counts[:MOST_TOLD])
    return told + (" and more" if len(counts) > MOST_TOLD else "") or "nothing"


def _people(model: PoseDetector, images: Sequence[Rgb]) -> str:
    return "; ".join(f"{len(poses.scores)} people" for poses in model.detect(images))


def _vectors(model: Extractor, images: Sequence[Rgb]) -> str:
    vectors = _unit(model.features(images))
    return f"{vectors.shape[1]} numbers each, cosine {vectors[0] @ vectors[1]:.2f}"


def _classes(model: Classifier, images: Sequence[Rgb]) -> str:
    scores = model.classify(images)
    return "; ".join(f"{model.labels[row.argmax()]} {row.max():.2f}" for row in scores)


def _likeness(model: Embedder, images: Sequence[Rgb], networks: Networks) -> str:
    """How alike two people are, and each and the own mirror image."""
    finder = BlazeFinder(networks, load())
    found = finder.find(Batch([Frame(i, 0.0, image, (1.0, 1.0)) for i, image in enumerate(images)]))
    chips = [
        model.template.cut(image, faces.landmarks[0]) for image, faces in zip(images, found, strict=True)
    ]
    chips += [np.ascontiguousarray(chip[:, ::-1]) for chip in chips]
    vectors = _unit(model.embed(np.stack(chips)))
    other, same = vectors[0] @ vectors[1], min(vectors[0] @ vectors[2], vectors[1] @ vectors[3])
    if same <= other:
        raise BrokenModelError(
            f"two people are more alike to it (cosine {other:.2f}) than one and a mirror image ({same:.2f}): "
            "another --template, --colour, --mean or --scale?"
        )
    return f"cosine of the two people {other:.2f}, of one and the mirror image {same:.2f}"


def _unit(vectors: Any) -> Any:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
