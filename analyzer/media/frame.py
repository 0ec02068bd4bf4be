"""What detectors look at."""

from dataclasses import dataclass

from analyzer.media.pixels import Image


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame to analyze.

    Attributes:
        index: of its keyframe record.
        time_s: seconds after the first frame.
        image: RGB uint8 (H, W, 3), C-contiguous, upright, square pixels.
        scale: factors of x and y from pixels of `image` to pixels of the full upright frame.
    """

    index: int
    time_s: float
    image: Image
    scale: tuple[float, float]
