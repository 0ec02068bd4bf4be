"""One contract for every kind of detector, on real pictures with real networks."""

import locale
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import pytest

from analyzer.detect.batch import Batch, Detector
from analyzer.detect.networks import Networks, shared_networks
from analyzer.detect.opening import open_detectors
from analyzer.detect.table import KINDS, PARTS
from analyzer.media.frame import Frame
from analyzer.settings import load

Rgb = np.ndarray


@pytest.fixture(scope="module")
def detectors() -> dict[str, Detector[Any]]:
    settings = load()
    return open_detectors(KINDS, shared_networks(settings), settings)


@pytest.fixture(params=["faces", "poses", "objects", "features"])
def detector(request: pytest.FixtureRequest, detectors: dict[str, Detector[Any]]) -> Detector[Any]:
    return detectors[request.param]


def batch(images: Sequence[Rgb], scale: tuple[float, float] = (1.0, 1.0)) -> Batch:
    return Batch([Frame(i, i / 2, image, scale) for i, image in enumerate(images)])


def test_findings_come_in_the_order_of_frames(detector: Detector[Any], portraits: list[Rgb]) -> None:
    found = detector.detect(batch(portraits + portraits[::-1]))
    order = [record.keyframe for record in found]
    assert order == sorted(order)
    assert set(order) == {0, 1, 2, 3}


def test_a_batch_finds_what_single_frames_do(detector: Detector[Any], portraits: list[Rgb]) -> None:
    together = detector.detect(batch(portraits))
    for i, image in enumerate(portraits):
        alone = detector.detect(batch([image]))
        assert len(alone) == sum(record.keyframe == i for record in together)


def test_images_are_not_changed(detector: Detector[Any], portraits: list[Rgb]) -> None:
    copies = [image.copy() for image in portraits]
    detector.detect(batch(copies))
    for copy, image in zip(copies, portraits, strict=True):
        np.testing.assert_array_equal(copy, image)


@pytest.mark.parametrize("shape", [(1, 1), (2, 400), (400, 2), (37, 131)])
def test_odd_shapes_are_no_trouble(detector: Detector[Any], shape: tuple[int, int]) -> None:
    for value in (0, 128, 255):
        for record in detector.detect(batch([np.full((*shape, 3), value, np.uint8)])):
            assert record.keyframe == 0


def test_boxes_are_in_pixels_of_the_full_frame(
    detectors: dict[str, Detector[Any]], portraits: list[Rgb]
) -> None:
    """What is found in a reduced picture is where it is in the full one."""
    full = portraits[0]
    small = cv2.resize(full, None, fx=0.5, fy=0.75, interpolation=cv2.INTER_AREA)
    for kind in ("faces", "objects"):
        big = detectors[kind].detect(batch([full]))[0]
        reduced = detectors[kind].detect(batch([small], scale=(2.0, 1 / 0.75)))[0]
        assert np.allclose(big.box, reduced.box, atol=0.08 * max(full.shape)), kind


def test_the_astronaut_and_the_admiral(detectors: dict[str, Detector[Any]], portraits: list[Rgb]) -> None:
    faces = detectors["faces"].detect(batch(portraits))
    assert [face.keyframe for face in faces] == [0, 1]
    for face, image in zip(faces, portraits, strict=True):
        assert face.presence > 0.9
        assert face.quality.frontality > 0.8
        assert face.sex_hint is not None
        assert face.sex_hint.label == "female"
        eyes, nose = face.points[:4], face.points[4]
        assert (eyes[:, 1] < nose[1]).all()
        assert 0 < nose[0] < image.shape[1]
    a, b = (face.embedding.vector.astype(float) for face in faces if face.embedding)
    assert np.linalg.norm(a - b) > 0.6
    poses = detectors["poses"].detect(batch(portraits))
    assert {pose.keyframe for pose in poses} == {0, 1}
    for pose, face in zip(poses, faces, strict=True):
        nose = pose.points[0, :2]
        assert np.linalg.norm(nose - face.points[4]) < 0.2 * (face.box[3] - face.box[1])


def test_a_blurred_and_a_small_face_are_of_lower_quality(
    detectors: dict[str, Detector[Any]], portraits: list[Rgb]
) -> None:
    sharp = portraits[1]
    blurred = cv2.GaussianBlur(sharp, None, 6)
    small = np.zeros_like(sharp)
    reduced = cv2.resize(sharp, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    small[: reduced.shape[0], : reduced.shape[1]] = reduced
    good, soft, tiny = (detectors["faces"].detect(batch([image]))[0] for image in (sharp, blurred, small))
    assert soft.quality.sharpness < 0.5 * good.quality.sharpness
    assert tiny.quality.size < 0.5 * good.quality.size
    assert max(soft.quality.overall, tiny.quality.overall) < good.quality.overall


def test_loading_leaves_the_locale_as_it_was() -> None:
    """It decides how files are read as text, in a program that uses the library, too."""
    before = locale.setlocale(locale.LC_ALL)
    settings = load()
    open_detectors(KINDS, Networks(settings), settings)
    assert locale.setlocale(locale.LC_ALL) == before


def test_every_choice_of_the_table_can_be_opened() -> None:
    for key, choices in PARTS.items():
        for name in choices:
            if choices[name] is None:
                continue
            settings = load(assignments=[f"{key}={name}"])
            kind = key.split(".")[0]
            assert open_detectors([kind], shared_networks(settings), settings)[kind]
