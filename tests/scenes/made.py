"""Hand-made sources, scenes and scores for tests of what is written from them."""

import numpy as np

from analyzer.records import Scene, Source
from analyzer.scenes.scores import Scores

ATTACK = "</script><script>alert(1)</script>"
ODD = ("=1+1", 'a,"b";c', "two\nlines\r", "100% [x] #1 \\ $x$", "Søren 日本 🎬", "\x07bell", ATTACK)
"""Labels, and names of files where they have no slash, that forms have characters of their own in."""


def source(
    fps: str | None = "25/1",
    first_frame_s: float = 0.0,
    container: str = "matroska,webm",
    duration_s: float = 7200,
) -> Source:
    return Source(
        path="/films/film.mkv",
        size_bytes=10,
        oshash="0" * 16,
        phash=None,
        duration_s=duration_s,
        first_frame_s=first_frame_s,
        fps=fps,
        width=320,
        height=240,
        rotation=0,
        container=container,
        codec="h264",
        pixel_format="yuv420p",
    )


def scene(label: str, start_s: float, end_s: float) -> Scene:
    return Scene(label=label, start_s=start_s, end_s=end_s, score=0.75, coverage=0.9)


def in_turn(*labels: str) -> list[Scene]:
    """Scenes of ten seconds each, five seconds apart."""
    return [scene(label, 15 * place, 15 * place + 10) for place, label in enumerate(labels)]


def scores(labels: tuple[str, ...], looks: int, every_s: float = 1.0, exclusive: bool = True) -> Scores:
    """Each class in turn for a few looks, with some of the others."""
    classes = np.arange(looks) // max(1, looks // (2 * len(labels))) % len(labels)
    weights = np.full((looks, len(labels)), 0.2 / max(1, len(labels) - 1), np.float32)
    weights[np.arange(looks), classes] = 0.8
    return Scores(
        model="onnx:scenes.onnx 3fa94c10",
        labels=labels,
        exclusive=exclusive,
        every_s=every_s,
        source=source(duration_s=looks * every_s),
        flat=weights.ravel(),
    )
