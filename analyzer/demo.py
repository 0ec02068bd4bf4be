"""A short film made of two public-domain pictures, with the exact truth about it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from analyzer.media.write import Image, write_video
from analyzer.paths import marquee_home
from analyzer.records import Shot
from models.weights import Weights

WIDTH, HEIGHT, FPS = 1280, 720, 25

PEOPLE = ("astronaut", "grace-hopper")
"""The pictures that are needed, in the billing order that their screen time asks for."""


@dataclass(frozen=True)
class DemoShot:
    """The truth about one shot.

    Attributes:
        shot: it begins and ends in the middle of its transitions.
        transition_s: how long the transition lasts with which it begins; 0 for a cut.
        people: who is in it, from left to right.
    """

    shot: Shot
    transition_s: float
    people: tuple[str, ...]


@dataclass(frozen=True)
class View:
    """A window on a picture: centre and width as shares of the picture's width and height."""

    x: float
    y: float
    width: float

    def towards(self, end: "View", share: float) -> "View":
        """Return the window after a share of the way to another; less than 0 or more than 1 goes beyond."""
        return View(
            self.x + share * (end.x - self.x),
            self.y + share * (end.y - self.y),
            self.width + share * (end.width - self.width),
        )


@dataclass(frozen=True)
class Move:
    """A camera move over one person's picture."""

    person: str
    start: View
    end: View


@dataclass(frozen=True)
class Take:
    """A shot as it is filmed; two moves stand side by side. Lengths in frames."""

    frames: int
    moves: tuple[Move, ...]
    transition: Literal["start", "cut", "fade", "dissolve"] = "cut"
    transition_frames: int = 0


TAKES = (
    Take(80, (Move("astronaut", View(0.50, 0.29, 1.00), View(0.45, 0.27, 0.70)),), "start"),
    Take(60, (Move("grace-hopper", View(0.46, 0.36, 0.84), View(0.56, 0.38, 0.78)),)),
    Take(50, (Move("astronaut", View(0.38, 0.26, 0.60), View(0.48, 0.26, 0.56)),)),
    Take(
        70,
        (
            Move("astronaut", View(0.44, 0.38, 0.66), View(0.44, 0.34, 0.58)),
            Move("grace-hopper", View(0.52, 0.44, 0.76), View(0.52, 0.42, 0.84)),
        ),
        "dissolve",
        20,
    ),
    Take(45, (Move("grace-hopper", View(0.52, 0.38, 0.72), View(0.52, 0.40, 0.88)),)),
    Take(75, (Move("astronaut", View(0.44, 0.28, 0.64), View(0.50, 0.30, 0.94)),), "fade", 24),
)
STARTS = tuple(accumulate((take.frames for take in TAKES), initial=0))
"""The frame with which each take begins, and at last the number of frames."""

BLACK_FRAMES = 4
"""In the middle of a fade."""


def make_demo(path: Path, pictures: Mapping[str, Image]) -> tuple[DemoShot, ...]:
    """Write the demo film, 15 seconds of 720p H.264, and return the truth about it.

    Args:
        path: where to; `.mp4` or `.mkv`.
        pictures: a portrait for each name of PEOPLE, RGB uint8, (H, W, 3), upright or square.

    Raises:
        OutputError: the film cannot be written.
    """
    write_video(path, _frames(pictures), FPS, options={"preset": "veryfast"})
    return truth()


def pictures() -> dict[str, Image]:
    """Return the pictures that the demo film is made of, RGB uint8 (H, W, 3), fetching them if need be.

    Raises:
        ModelError: they cannot be had.
    """
    weights = Weights(marquee_home())
    files = {name: weights.path(name) for name in PEOPLE}
    return {name: _read(file) for name, file in files.items()}


def _read(file: Path) -> Image:
    encoded = np.frombuffer(file.read_bytes(), np.uint8)  # OpenCV's imread takes no unusual file names
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR_RGB), np.uint8)


def truth() -> tuple[DemoShot, ...]:
    """Return what is in the demo film, shot by shot."""
    return tuple(
        DemoShot(
            Shot(start_s=start / FPS, end_s=end / FPS, transition=take.transition),
            take.transition_frames / FPS,
            tuple(move.person for move in take.moves),
        )
        for take, start, end in zip(TAKES, STARTS, STARTS[1:], strict=False)
    )


def _frames(pictures: Mapping[str, Image]) -> Iterator[Image]:
    for number in range(len(TAKES)):
        for frame in range(STARTS[number], STARTS[number + 1]):
            transition = _transition_at(frame)
            if transition is None:
                yield _film(number, frame, pictures)
            else:
                yield _mix(transition, frame, pictures)


def _transition_at(frame: int) -> int | None:
    """Return the take whose opening transition covers a frame."""
    for number, take in enumerate(TAKES):
        if abs(frame + 0.5 - STARTS[number]) < take.transition_frames / 2:
            return number
    return None


def _mix(number: int, frame: int, pictures: Mapping[str, Image]) -> Image:
    """Return a frame of the transition from the take before to this one."""
    since = frame + 0.5 - STARTS[number]
    half = TAKES[number].transition_frames / 2
    if TAKES[number].transition == "fade":
        light = max(0.0, (abs(since) - BLACK_FRAMES / 2) / (half - BLACK_FRAMES / 2))
        image = _film(number if since > 0 else number - 1, frame, pictures)
        return cv2.convertScaleAbs(image, alpha=light).astype(np.uint8, copy=False)
    after = (since + half) / (2 * half)
    old, new = _film(number - 1, frame, pictures), _film(number, frame, pictures)
    return cv2.addWeighted(old, 1 - after, new, after, 0).astype(np.uint8, copy=False)


def _film(number: int, frame: int, pictures: Mapping[str, Image]) -> Image:
    """Return a take's own frame; in a transition the camera moves on beyond the take's ends."""
    take = TAKES[number]
    share = (frame - STARTS[number]) / take.frames
    size = (WIDTH // len(take.moves), HEIGHT)
    return np.hstack([look(pictures[m.person], m.start.towards(m.end, share), size) for m in take.moves])


def look(picture: Image, view: View, size: tuple[int, int]) -> Image:
    """Return what is seen through a window, scaled to (width, height); edges are continued."""
    width, height = size
    scale = width / (view.width * picture.shape[1])
    shift_x = width / 2 - scale * view.x * picture.shape[1]
    shift_y = height / 2 - scale * view.y * picture.shape[0]
    matrix = np.array([[scale, 0, shift_x], [0, scale, shift_y]])
    seen = cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return seen.astype(np.uint8, copy=False)
