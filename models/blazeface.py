"""BlazeFace: faces with six key points.

Key points: the subject's right eye and left eye, nose tip, mouth, right ear and left ear (tragion).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from models.boxes import Detections, nms
from models.images import Image
from models.sessions import Session
from models.ssd import AnchorDetector, Layout

LAYOUTS = {
    "full": Layout(192, ((4, 1),)),
    "short": Layout(128, ((8, 2), (16, 6))),
}

OBLONG = 1.2
"""A picture whose sides are in this proportion is looked at in squares, too."""
_OVERLAP = 0.3
_SMALL = 0.4
_MOST = 8


class BlazeFace(AnchorDetector):
    """The face detector of MediaPipe.

    Args:
        session: of blazeface-full or blazeface-short.
        variant: "full" finds faces of most sizes, "short" those that fill the picture.
        min_score: 0 to 1.
    """

    def __init__(self, session: Session, variant: Literal["full", "short"], min_score: float = 0.5) -> None:
        super().__init__(session, LAYOUTS[variant], min_score)

    def detect_closely(self, images: Sequence[Image]) -> list[Detections]:
        """What is in each image, looked at as a whole and square by square: finds faces half as large.

        The squares are as high as the image (as wide, if it is upright) and overlap by a quarter at least.
        """
        places = [[(0, 0, *image.shape[1::-1]), *squares(*image.shape[1::-1])] for image in images]
        views = [
            np.ascontiguousarray(image[y0:y1, x0:x1])
            for image, boxes in zip(images, places, strict=True)
            for x0, y0, x1, y1 in boxes
        ]
        found = iter(self.detect(views))
        return [_together([(box, next(found)) for box in boxes]) for boxes in places]


def squares(width: int, height: int) -> list[tuple[int, int, int, int]]:
    """Boxes x0, y0, x1, y1 of overlapping squares that cover an oblong; none for what is nearly square."""
    side, length = min(width, height), max(width, height)
    if length < OBLONG * side:
        return []
    count = min(-(-(length - side) // max(1, side * 3 // 4)) + 1, _MOST)
    starts = [round((length - side) * i / (count - 1)) for i in range(count)]
    if width > height:
        return [(start, 0, start + side, side) for start in starts]
    return [(0, start, side, start + side) for start in starts]


def _together(parts: Sequence[tuple[tuple[int, int, int, int], Detections]]) -> Detections:
    """One picture's detections out of its parts, the whole first: each face once.

    A square may cut a large face in two; large faces are left to the whole.
    """
    (_, whole), *others = parts
    boxes, scores, points = [whole.boxes], [whole.scores], [whole.points]
    for (x0, y0, _, y1), part in others:
        small = (part.boxes[:, 2:] - part.boxes[:, :2]).max(1, initial=0) <= _SMALL * (y1 - y0)
        boxes.append(part.boxes[small] + np.array((x0, y0, x0, y0), np.float32))
        scores.append(part.scores[small])
        points.append(part.points[small] + np.array((x0, y0), np.float32))
    every, sure, spots = np.concatenate(boxes), np.concatenate(scores), np.concatenate(points)
    kept = nms(every, sure, np.zeros(len(sure), np.intp), _OVERLAP)
    return Detections(every[kept], sure[kept], spots[kept])
