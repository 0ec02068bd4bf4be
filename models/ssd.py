"""What BlazeFace and the BlazePose detector share: anchors, and boxes with key points relative to them.

Method and numbers: MediaPipe 0.10.21, SsdAnchorsCalculator, TensorsToDetectionsCalculator and
NonMaxSuppressionCalculator with the options of its face_detection and pose_detection modules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.boxes import Detections, weighted_nms
from models.images import Floats, Image, letterbox, sigmoid
from models.sessions import Session

_OVERLAP = 0.3


@dataclass(frozen=True, slots=True)
class Layout:
    """The grid of a network's anchors.

    Attributes:
        side: of the network's square input.
        grids: for each layer, how many pixels apart its anchors are, and how many lie at each place.
    """

    side: int
    grids: tuple[tuple[int, int], ...]

    def anchors(self) -> Floats:
        """(n, 2) x and y of all anchors in pixels of the input, in the network's order."""
        layers = []
        for stride, count in self.grids:
            cells = (np.arange(-(-self.side // stride), dtype=np.float32) + 0.5) * stride
            y, x = np.meshgrid(cells, cells, indexing="ij")
            layers.append(np.repeat(np.stack([x.ravel(), y.ravel()], 1), count, axis=0))
        return np.concatenate(layers)


class AnchorDetector:
    """Finds things in whole images with a network of anchors.

    Args:
        session: outputs (N, n, 4 + 2k): centre, width, height and k points in pixels of the input, positions
            relative to the anchors; and (N, n, 1) scores before the logistic function.
        layout: of the network.
        min_score: 0 to 1; what is below is left out.
    """

    def __init__(self, session: Session, layout: Layout, min_score: float) -> None:
        self._session = session
        self._side = layout.side
        self._anchors = layout.anchors()
        self._min_logit = float(np.log(min_score / (1 - min_score)))

    def detect(self, images: Sequence[Image]) -> list[Detections]:
        """What is in each image, in order; images are RGB (H, W, 3) and may differ in size."""
        batch, boxes = letterbox(images, self._side, self._side, centred=True)
        values, logits = self._session.run(batch)
        found = []
        for box, image_values, image_logits in zip(boxes, values, logits[..., 0], strict=True):
            merged, scores = self._decode(image_values, image_logits)
            points = box.to_image(merged.reshape(len(merged), merged.shape[1] // 2, 2))
            found.append(Detections(points[:, :2].reshape(-1, 4), scores, points[:, 2:]))
        return found

    def _decode(self, values: Floats, logits: Floats) -> tuple[Floats, Floats]:
        """Rows of x0, y0, x1, y1 and points, in pixels of the input, and their scores."""
        likely = np.flatnonzero(logits >= self._min_logit)
        rows, anchors = values[likely], self._anchors[likely]
        half = rows[:, 2:4] / 2
        points = rows.reshape(len(rows), rows.shape[1] // 2, 2) + anchors[:, None]
        points[:, 0], points[:, 1] = points[:, 0] - half, points[:, 0] + half
        return weighted_nms(points.reshape(rows.shape), sigmoid(logits[likely]), _OVERLAP)
