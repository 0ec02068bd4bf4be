"""Batches of frames go through the detectors; findings come out in order. Images end here."""

from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import Any

from analyzer.detect.batch import Batch, Detector
from analyzer.media.frame import Frame
from analyzer.overlap import batched, map_ahead
from models.engines import Engine

Findings = dict[str, Sequence[Any]]
"""Records by kind: faces, poses, objects, features, tags."""


def look(
    frames: Iterable[Frame], detectors: Mapping[str, Detector[Any]], engine: Engine
) -> Generator[Findings, None, None]:
    """Yield the findings of each batch, in order.

    One batch more than the engine has streams is in hand: while one is prepared in Python, the others are in
    the networks. Lazy: no more batches of images than that, and two, are alive at once.
    """

    def find(batch: Batch) -> Findings:
        return {kind: detector.detect(batch) for kind, detector in detectors.items()}

    yield from map_ahead(find, map(Batch, batched(frames, engine.batch_size)), engine.streams + 1)
