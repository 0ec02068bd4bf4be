from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cv2
import numpy as np
import pytest

from analyzer.demo import pictures

Rgb = np.ndarray
SHAPES = [(1, 1), (1, 640), (640, 1), (37, 131)]
MESH = 468


def close(one: np.ndarray, other: np.ndarray, tolerance: float) -> None:
    np.testing.assert_allclose(one, other, rtol=1e-2, atol=tolerance)


class _OfPictures:
    """What all tasks share that look at whole pictures. Override `found` and `pictures`."""

    tolerance = 2.0
    """Pixels by which boxes and points may differ between one batch and another."""

    @pytest.fixture
    def shown(self, portraits: list[Rgb]) -> list[Rgb]:
        """Two pictures in which the model finds something."""
        return portraits

    def ask(self, model: Any, images: Sequence[Rgb]) -> list[list[np.ndarray]]:
        """For each image arrays of what was found."""
        raise NotImplementedError

    def test_no_pictures_give_nothing(self, model: Any) -> None:
        assert len(self.ask(model, [])) == 0

    def test_results_come_in_the_order_of_the_pictures(self, model: Any, shown: list[Rgb]) -> None:
        a, b = shown
        black = np.zeros((90, 160, 3), np.uint8)
        together = self.ask(model, [a, black, b, a])
        for index, image in enumerate([a, black, b, a]):
            (alone,) = self.ask(model, [image])
            for one, many in zip(alone, together[index], strict=True):
                assert one.shape == many.shape
                close(one, many, self.tolerance)
        assert any(array.size for array in together[0])

    @pytest.mark.parametrize("shape", SHAPES)
    def test_odd_shapes_are_looked_at(self, model: Any, shape: tuple[int, int]) -> None:
        (found,) = self.ask(model, [np.full((*shape, 3), 200, np.uint8)])
        assert all(np.isfinite(array).all() for array in found)

    def test_part_of_a_picture_is_a_picture(self, model: Any, shown: list[Rgb]) -> None:
        view = shown[0][5:-7, 3:-4]
        for one, other in zip(self.ask(model, [view])[0], self.ask(model, [view.copy()])[0], strict=True):
            close(one, other, 1e-3)

    def test_threads_may_ask_at_once(self, model: Any, shown: list[Rgb]) -> None:
        expected = [self.ask(model, [image])[0] for image in shown]
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda i: self.ask(model, [shown[i % 2]])[0], range(8)))
        for i, answer in enumerate(answers):
            for one, other in zip(answer, expected[i % 2], strict=True):
                close(one, other, self.tolerance)


class DetectorContract(_OfPictures):
    """Tasks face-detector and object-detector."""

    def ask(self, model: Any, images: Sequence[Rgb]) -> list[list[np.ndarray]]:
        return [[found.boxes, found.scores, found.points] for found in model.detect(images)]

    def test_boxes_lie_about_the_picture_and_the_surest_comes_first(
        self, model: Any, shown: list[Rgb]
    ) -> None:
        for image, found in zip(shown, model.detect(shown), strict=True):
            height, width = image.shape[:2]
            assert len(found.boxes)
            assert (found.boxes[:, :2] < found.boxes[:, 2:]).all()
            assert (found.boxes[:, :2] >= -0.5 * max(width, height)).all()
            assert (found.boxes[:, 2:] <= 1.5 * max(width, height)).all()
            assert ((found.scores >= 0) & (found.scores <= 1)).all()
            assert (np.diff(found.scores) <= 0).all()

    def test_boxes_follow_the_picture(self, model: Any, shown: list[Rgb]) -> None:
        image = shown[0]
        framed = cv2.copyMakeBorder(image, 40, 20, 60, 30, cv2.BORDER_REPLICATE)
        plain, moved = model.detect([image])[0].boxes[0], model.detect([framed])[0].boxes[0]
        assert np.abs(plain + np.array([60, 40, 60, 40]) - moved).max() < 0.15 * (plain[2:] - plain[:2]).max()


class FaceDetectorContract(DetectorContract):
    """Task face-detector."""

    def test_eyes_come_first(self, model: Any, shown: list[Rgb]) -> None:
        for found in model.detect(shown):
            if count := found.points.shape[1]:
                right, left = found.points[0, [33, 263] if count >= MESH else [0, 1], :2]
                x0, y0, x1, y1 = found.boxes[0]
                assert x0 < right[0] < left[0] < x1
                assert max(right[1], left[1]) < (y0 + y1) / 2 + 0.1 * (y1 - y0)


class ObjectDetectorContract(DetectorContract):
    """Task object-detector."""

    def test_every_object_has_a_label(self, model: Any, shown: list[Rgb]) -> None:
        for found in model.detect(shown):
            assert len(found.labels) == len(found.scores)
            assert all(found.labels)


class PoseDetectorContract(_OfPictures):
    """Task pose-detector."""

    tolerance = 6.0

    def ask(self, model: Any, images: Sequence[Rgb]) -> list[list[np.ndarray]]:
        return [[poses.boxes, poses.scores, poses.points] for poses in model.detect(images)]

    def test_poses_have_33_points_of_which_some_are_known(self, model: Any, shown: list[Rgb]) -> None:
        for image, poses in zip(shown, model.detect(shown), strict=True):
            assert poses.points.shape[1:] == (33, 2)
            assert poses.visibility.shape == poses.points.shape[:2]
            assert ((poses.visibility >= 0) & (poses.visibility <= 1)).all()
            nose = poses.points[0, 0]
            assert (nose > 0).all()
            assert (nose < image.shape[1::-1]).all()


class EmbedderContract:
    """Tasks face-embedder and, by its template, face-attributes."""

    def chips(self, model: Any, count: int) -> np.ndarray:
        template = model.template
        faces = [cv2.resize(image, (template.width, template.height)) for image in pictures().values()]
        return np.stack([faces[i % 2] for i in range(count)])

    def test_its_template_lies_in_its_chip(self, model: Any) -> None:
        template = model.template
        assert template.points.shape == (len(template.places), 8)
        assert (template.places >= 0).all()
        assert (template.places <= [template.width, template.height]).all()

    def test_each_face_has_its_vector(self, model: Any) -> None:
        chips = self.chips(model, 5)
        chips.setflags(write=False)
        together = model.embed(chips)
        assert together.shape[0] == 5
        assert np.isfinite(together).all()
        scale = np.abs(together).max()
        for i in range(5):
            np.testing.assert_allclose(model.embed(chips[i : i + 1])[0], together[i], atol=2e-2 * scale)
        assert np.abs(together[0] - together[1]).max() > 1e-3 * scale

    def test_no_faces_give_no_vectors(self, model: Any) -> None:
        assert len(model.embed(self.chips(model, 1)[:0])) == 0

    def test_threads_may_ask_at_once(self, model: Any) -> None:
        chips = self.chips(model, 2)
        expected = model.embed(chips)
        with ThreadPoolExecutor(4) as pool:
            for answer in pool.map(lambda _: model.embed(chips), range(8)):
                np.testing.assert_allclose(answer, expected, atol=2e-2 * np.abs(expected).max())


class ExtractorContract(_OfPictures):
    """Task image-feature."""

    tolerance = 2e-2

    def ask(self, model: Any, images: Sequence[Rgb]) -> list[list[np.ndarray]]:
        return [[vector] for vector in model.features(images)]

    def test_pictures_are_told_apart(self, model: Any, shown: list[Rgb]) -> None:
        a, b = model.features(shown)
        assert a.shape == b.shape
        assert np.abs(a - b).max() > 1e-4


class ClassifierContract(_OfPictures):
    """Task classifier."""

    tolerance = 2e-2

    def ask(self, model: Any, images: Sequence[Rgb]) -> list[list[np.ndarray]]:
        return [[scores] for scores in model.classify(images)]

    def test_each_class_has_a_score(self, model: Any, shown: list[Rgb]) -> None:
        scores = model.classify(shown)
        assert scores.shape == (2, len(model.labels))
        assert ((scores >= 0) & (scores <= 1)).all()
        assert len(set(model.labels)) == len(model.labels)

    def test_scores_of_classes_that_exclude_each_other_add_up(self, model: Any, shown: list[Rgb]) -> None:
        assert isinstance(model.exclusive, bool)
        if model.exclusive:
            np.testing.assert_allclose(model.classify(shown).sum(axis=1), 1, atol=0.02)

    def test_a_picture_of_its_size_is_all_that_it_sees(self, model: Any, shown: list[Rgb]) -> None:
        if model.size is not None:
            small = np.asarray(cv2.resize(shown[0], model.size), np.uint8)
            large = small.repeat(4, axis=0).repeat(4, axis=1)
            close(*model.classify([small, large]), 1e-3)
