"""Clips with exact truth, made from textured noise; real media where they are at hand."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from analyzer import settings
from analyzer.media.frame import Frame
from analyzer.media.sampling import Sampler
from analyzer.media.video import open_video
from analyzer.records import Keyframe, Shot, Source

SIZE = (256, 144)


def scene(seed: int, frames: int, size: tuple[int, int] = SIZE) -> list[np.ndarray]:
    """A textured picture under a slowly moving camera: RGB uint8 frames (H, W, 3)."""
    rng = np.random.default_rng(seed)
    canvas = np.zeros((size[1] + 64, size[0] + 64, 3), np.float32)
    for cells in (3, 6, 12, 24, 48):
        noise = rng.uniform(-1, 1, (cells, cells, 3)).astype(np.float32)
        canvas += cv2.resize(noise, canvas.shape[1::-1], interpolation=cv2.INTER_CUBIC) * (60 / cells**0.3)
    picture = np.clip(canvas + rng.uniform(70, 170, 3), 0, 255).astype(np.uint8)
    shift = [min(63, i // 4) for i in range(frames)]
    return [np.ascontiguousarray(picture[s : s + size[1], s : s + size[0]]) for s in shift]


def write(
    path: Path,
    frames: Iterable[np.ndarray],
    codec: str = "libx264",
    rate: int = 24,
    pix_fmt: str = "yuv420p",
    ticks: Sequence[int] | None = None,
    start_s: float = 0,
    **options: Any,
) -> Path:
    """Encode RGB frames; `ticks` are their times in frames, `options` FFmpeg's."""
    sar = options.pop("sar", None)
    with av.open(str(path), "w") as container:
        stream: Any = None
        for i, image in enumerate(frames):
            if stream is None:
                stream = container.add_stream(
                    codec, rate=rate, options={k: str(v) for k, v in options.items()}
                )
                stream.height, stream.width = image.shape[:2]
                stream.pix_fmt = pix_fmt
                if sar:
                    stream.codec_context.sample_aspect_ratio = Fraction(sar)
            frame = av.VideoFrame.from_ndarray(image, "rgb24")
            frame.time_base = Fraction(1, rate)
            frame.pts = round(start_s * rate) + (ticks[i] if ticks else i)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


class Result:
    """All that a sampler gives."""

    def __init__(self, path: Path, effort: str, **assignments: Any) -> None:
        texts = [
            f"keyframes.effort={effort}",
            *(f"{k.replace('__', '.')}={v}" for k, v in assignments.items()),
        ]
        chosen = settings.load(assignments=texts)
        with open_video(path) as video:
            sampler = Sampler(video, chosen.keyframes, chosen.shots)
            self.frames: list[Frame] = list(sampler)
            self.keyframes: tuple[Keyframe, ...] = sampler.keyframes
            self.shots: tuple[Shot, ...] = sampler.shots
            self.source: Source = video.source(sampler.phash)

    @property
    def cuts(self) -> list[float]:
        return [shot.start_s for shot in self.shots[1:]]


@pytest.fixture
def sample() -> Callable[..., Result]:
    return Result


@pytest.fixture
def make_scene() -> Callable[..., list[np.ndarray]]:
    return scene


@pytest.fixture
def make_clip(tmp_path: Path) -> Callable[..., Path]:
    def make(name: str, frames: Iterable[np.ndarray], **options: Any) -> Path:
        return write(tmp_path / name, frames, **options)

    return make


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five shots of 1 to 9 seconds with hard cuts between, 24 frames a second."""
    frames = [f for seed, n in enumerate((48, 120, 24, 216, 72)) for f in scene(seed, n)]
    return write(tmp_path_factory.mktemp("film") / "film.mp4", frames)


FILM_CUTS = (2.0, 7.0, 8.0, 17.0)


@pytest.fixture(scope="session")
def film_cuts() -> tuple[float, ...]:
    return FILM_CUTS
