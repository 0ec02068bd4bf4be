"""Pictures are known again after edits, and others are not taken for them."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from analyzer.media.pixels import Plane
from analyzer.media.views import MIRROR, SCALES, views, without_bars

SIZE = (256, 144)
FAR = 88
"""Bits that unrelated pictures hardly ever come as near as."""


def grey(seed: int, make_scene: Callable[..., list[np.ndarray]]) -> Plane:
    image = cv2.cvtColor(make_scene(seed, 1, (512, 288))[0], cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(image, SIZE, interpolation=cv2.INTER_AREA), np.uint8)


def apart(a: np.ndarray, b: np.ndarray) -> int:
    return int(np.bitwise_count(a ^ b).sum())


def cropped(picture: Plane, share: float) -> Plane:
    height, width = picture.shape
    y, x = round(height * (1 - share) / 2), round(width * (1 - share) / 2)
    return np.ascontiguousarray(picture[y : height - y, x : width - x])


EDITS: dict[str, Callable[[Plane], Plane]] = {
    "small": lambda p: np.asarray(cv2.resize(p, (96, 54), interpolation=cv2.INTER_AREA), np.uint8),
    "brighter": lambda p: np.asarray(cv2.convertScaleAbs(p, alpha=1.0, beta=30), np.uint8),
    "contrast": lambda p: np.asarray(cv2.convertScaleAbs(p, alpha=0.7, beta=20), np.uint8),
    "JPEG": lambda p: np.asarray(
        cv2.imdecode(cv2.imencode(".jpg", p, [cv2.IMWRITE_JPEG_QUALITY, 20])[1], cv2.IMREAD_GRAYSCALE)
    ),
    "letterbox": lambda p: np.pad(p, ((24, 24), (0, 0))),
    "pillarbox, noisy": lambda p: np.pad(p, ((0, 0), (40, 40)), constant_values=17),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edited_picture_is_near_and_another_is_far(edit: Callable[[Plane], Plane], make_scene) -> None:
    pictures = [grey(seed, make_scene) for seed in range(12)]
    plain, changed = [views(p) for p in pictures], [views(edit(p)) for p in pictures]
    for i, one in enumerate(plain):
        for j, other in enumerate(changed):
            near = apart(one[0], other[0])
            assert near <= 24 if i == j else near > FAR


@pytest.mark.parametrize("scale", [1, 2])
def test_a_cropped_picture_is_near_that_part_of_the_whole(scale: int, make_scene) -> None:
    for seed in range(8):
        picture = grey(seed, make_scene)
        whole, part = views(picture), views(cropped(picture, SCALES[scale]))
        assert apart(whole[scale], part[0]) <= 8
        assert apart(whole[0], part[0]) > 40


def test_the_mirrored_hash_needs_no_picture(make_scene) -> None:
    for seed in range(8):
        picture = grey(seed, make_scene)
        mirrored = views(np.ascontiguousarray(picture[:, ::-1]))
        assert apart(views(picture)[0] ^ MIRROR, mirrored[0]) <= 2


@pytest.mark.parametrize("level", [0, 20, 128, 255])
def test_a_plain_picture_has_no_hash(level: int) -> None:
    assert views(np.full((144, 256), level, np.uint8)) is None


def test_bars_are_taken_off_but_dark_pictures_are_not(make_scene) -> None:
    picture = grey(3, make_scene)
    barred = np.pad(picture, ((20, 20), (0, 0)), constant_values=16)
    noise = np.random.default_rng(0).integers(-2, 3, barred.shape)
    assert without_bars(np.clip(barred + noise, 0, 255).astype(np.uint8)).shape == picture.shape
    assert without_bars(picture).shape == picture.shape
    one_sided = np.pad(picture, ((20, 0), (0, 0)), constant_values=16)
    assert without_bars(one_sided).shape == one_sided.shape
    night = (picture // 16).astype(np.uint8)
    night[60:84] = 90
    assert without_bars(night).shape == night.shape


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (2, 2), (3, 1024)])
def test_odd_pictures_have_a_hash_or_none(shape: tuple[int, int]) -> None:
    picture = np.random.default_rng(1).integers(0, 255, shape).astype(np.uint8)
    found = views(picture)
    assert found is None or (found.shape == (3, 4) and found.dtype == np.uint64)
