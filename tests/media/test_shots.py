"""Fades, dissolves and what only looks like a change, on exact truth."""

import cv2
import numpy as np
import pytest

EFFORTS = ("balanced", "thorough")


def mix(a: np.ndarray, b: np.ndarray, share: float) -> np.ndarray:
    return cv2.addWeighted(a, 1 - share, b, share, 0)


@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize("length", [8, 16, 30])
def test_dissolve(make_clip, make_scene, sample, effort: str, length: int) -> None:
    a, b = make_scene(1, 72), make_scene(2, 72)
    soft = [
        mix(x, y, (i + 1) / (length + 1))
        for i, (x, y) in enumerate(zip(a[-length:], b[:length], strict=True))
    ]
    clip = make_clip("a.mp4", [*a[:-length], *soft, *b[length:]], **{"x264-params": "scenecut=0"})
    shots = sample(clip, effort).shots
    assert [s.transition for s in shots] == ["start", "dissolve"]
    assert (72 - length) / 24 <= shots[1].start_s <= 3


@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize("black", [0, 12])
def test_fade(make_clip, make_scene, sample, effort: str, black: int) -> None:
    a, b = make_scene(1, 72), make_scene(2, 72)
    for i in range(14):
        a[-1 - i] = cv2.convertScaleAbs(a[-1 - i], alpha=i / 14)
        b[i] = cv2.convertScaleAbs(b[i], alpha=i / 14)
    shots = sample(make_clip("a.mp4", [*a, *[np.zeros_like(a[0])] * black, *b]), effort).shots
    assert [s.transition for s in shots] == ["start", "fade"]
    assert (72 - 14) / 24 <= shots[1].start_s <= (72 + black + 14) / 24


@pytest.mark.parametrize("effort", EFFORTS)  # fast believes the encoder, which may take a flash for a cut
def test_flash_and_pan_are_no_cuts(make_clip, make_scene, sample, effort: str) -> None:
    frames = make_scene(1, 120)
    for i in (40, 41, 80):
        frames[i] = mix(frames[i], np.full_like(frames[i], 255), 0.8)
    wide = make_scene(5, 1, (1200, 144))[0]
    pan = [np.ascontiguousarray(wide[:, 8 * i : 8 * i + 256]) for i in range(100)]
    assert sample(make_clip("flash.mp4", frames), effort).cuts == []
    assert sample(make_clip("pan.mp4", pan), effort).cuts == []


def test_short_shots_join_their_neighbour(make_clip, make_scene, sample) -> None:
    frames = [*make_scene(1, 48), *make_scene(2, 5), *make_scene(3, 48)]
    assert len(sample(make_clip("a.mp4", frames), "thorough").shots) == 2
    assert len(sample(make_clip("b.mp4", frames), "thorough", shots__min_length_s=0.1).shots) == 3


def test_grey_film(make_clip, make_scene, sample) -> None:
    grey = [
        np.repeat(f.mean(2, keepdims=True).astype(np.uint8), 3, 2) for s in (1, 2) for f in make_scene(s, 48)
    ]
    assert sample(make_clip("a.mp4", grey), "balanced").cuts == pytest.approx([2.0], abs=0.045)
