"""BlazeFace: faces with six key points.

Key points: the subject's right eye and left eye, nose tip, mouth, right ear and left ear (tragion).
"""

from __future__ import annotations

from typing import Literal

from models.sessions import Session
from models.ssd import AnchorDetector, Layout

LAYOUTS = {
    "full": Layout(192, ((4, 1),)),
    "short": Layout(128, ((8, 2), (16, 6))),
}


class BlazeFace(AnchorDetector):
    """The face detector of MediaPipe.

    Args:
        session: of blazeface-full or blazeface-short.
        variant: "full" finds faces of most sizes, "short" those that fill the picture.
        min_score: 0 to 1.
    """

    def __init__(self, session: Session, variant: Literal["full", "short"], min_score: float = 0.5) -> None:
        super().__init__(session, LAYOUTS[variant], min_score)
