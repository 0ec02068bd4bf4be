"""Batches of frames go through the detectors; findings come out in order. Images end here."""

from collections.abc import Generator, Iterable, Mapping
from typing import Any

from analyzer.detect.batch import Batch, Detector
from analyzer.media.sampling import Frame
from analyzer.overlap import batched, map_ahead

IN_FLIGHT = 2
"""Batches computed side by side: while one is prepared in Python, others are in the networks."""

Findings = dict[str, list[Any]]
"""Records by kind: faces, poses, objects, features."""


def look(
    frames: Iterable[Frame], detectors: Mapping[str, Detector[Any]], batch_size: int
) -> Generator[tuple[float, Findings], None, None]:
    """Yield (time of the last frame, findings) for each batch, in order.

    Lazy: at most IN_FLIGHT + 2 batches of images are alive at once.
    """

    def find(batch: Batch) -> tuple[float, Findings]:
        findings = {kind: detector.detect(batch) for kind, detector in detectors.items()}
        return batch.frames[-1].time_s, findings

    yield from map_ahead(find, map(Batch, batched(frames, batch_size)), IN_FLIGHT)
