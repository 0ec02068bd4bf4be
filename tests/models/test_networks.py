"""What every detector of whole images holds to, and what each does by itself."""

import cv2
import numpy as np
import pytest

from models.alignment import DLIB, similarity
from models.blazeface import BlazeFace, squares
from models.blazepose import BlazePose, distinct, rois_from_faces, unclaimed
from models.bodies import Poses
from models.boxes import Detections, iou, nms, weighted_nms
from models.dlib_resnet import DlibResNet
from models.facemesh import FaceMesh, frontality, landmarks_of, rois_from_boxes, rois_from_detections
from models.images import crop, from_crop, letterbox
from models.yolo import NUDENET_LABELS, Yolo


@pytest.fixture(scope="module")
def detectors(load):
    yolo = Yolo(load("nudenet"))
    return {
        "blazeface-full": BlazeFace(load("blazeface-full"), "full").detect,
        "blazeface-closely": BlazeFace(load("blazeface-full"), "full").detect_closely,
        "blazeface-short": BlazeFace(load("blazeface-short"), "short").detect,
        "nudenet": lambda images: yolo.detect(images)[0],
        "blazepose": BlazePose(load("blazepose-detector"), load("blazepose-landmarks")).detect,
    }


@pytest.fixture(params=["blazeface-full", "blazeface-closely", "blazeface-short", "nudenet", "blazepose"])
def detect(request, detectors):
    return detectors[request.param]


def arrays(found):
    return [found.boxes, found.scores, found.points]


def test_results_come_in_the_order_of_the_images(detect, pictures):
    """The pictures are read-only, so this also shows that none is written into."""
    a, b = pictures["astronaut"], pictures["grace-hopper"]
    black = np.zeros((90, 160, 3), np.uint8)
    together = detect([a, black, b, a, b])
    alone = {0: detect([a])[0], 2: detect([b])[0]}
    assert [len(found.scores) for found in together] == [1, 0, 1, 1, 1]
    for index, found in alone.items():
        for one, many in zip(arrays(found), arrays(together[index]), strict=True):
            np.testing.assert_allclose(one, many, rtol=1e-3, atol=0.5)


def test_no_images_give_no_results(detect):
    assert detect([]) == []


@pytest.mark.parametrize("shape", [(1, 1), (1, 999), (999, 1), (7, 3), (33, 1001)])
def test_odd_shapes_are_looked_at(detect, shape):
    (found,) = detect([np.full((*shape, 3), 200, np.uint8)])
    assert all(np.isfinite(array).all() for array in arrays(found))
    assert len(found.boxes) == len(found.scores)


def test_part_of_an_image_is_an_image(detect, pictures):
    """Views that are not contiguous give what their copies give."""
    view = pictures["astronaut"][:400, 20:420]
    for one, two in zip(arrays(detect([view])[0]), arrays(detect([view.copy()])[0]), strict=True):
        np.testing.assert_array_equal(one, two)


def test_boxes_follow_the_picture(detect, pictures):
    """The same picture with a border: boxes move by it. (How far down a cut-off body is seen varies more.)"""
    image = pictures["grace-hopper"]
    framed = np.zeros((700, 700, 3), np.uint8)
    framed[60:660, 90:602] = image
    (plain,), (moved,) = detect([image]), detect([framed])
    assert iou(plain.boxes[0] + np.float32([90, 60, 90, 60]), moved.boxes[:1])[0] > 0.4


@pytest.mark.parametrize(
    "size", [(1920, 1080), (1080, 1920), (2350, 1000), (100, 999), (640, 480), (16000, 90)]
)
def test_squares_cover_an_oblong_and_overlap(size):
    width, height = size
    boxes = squares(width, height)
    side = min(size)
    assert all((x1 - x0, y1 - y0) == (side, side) for x0, y0, x1, y1 in boxes)
    starts = [max(x0, y0) for x0, y0, _, _ in boxes]
    assert starts[0] == 0
    assert starts[-1] + side == max(size)
    if max(size) < 6 * side:
        assert max(np.diff(starts)) <= 0.75 * side + 1
    assert squares(500, 500) == squares(500, 580) == []


def test_looking_closely_finds_smaller_faces_once(load, pictures):
    """Two people far away in a wide picture, one of them where squares overlap."""
    wide = np.full((540, 960, 3), 90, np.uint8)
    for x, name in ((90, "astronaut"), (440, "grace-hopper")):
        small = cv2.resize(pictures[name], None, fx=0.3, fy=0.3, interpolation=cv2.INTER_AREA)
        wide[150 : 150 + small.shape[0], x : x + small.shape[1]] = small
    face = BlazeFace(load("blazeface-full"), "full")
    (whole,), (closely,) = face.detect([wide]), face.detect_closely([wide])
    assert len(whole) < len(closely) == 2
    assert sorted(x0 // 300 for x0, *_ in closely.boxes.tolist()) == [0, 1]


def test_yolo_gives_features_and_neutral_labels(load, pictures):
    found, features = Yolo(load("nudenet")).detect(list(pictures.values()))
    assert [d.labels for d in found] == [("face_female",), ("face_female",)]
    assert features.shape == (2, 256)
    assert len(set(NUDENET_LABELS)) == 18


def test_yolo_features_tell_pictures_apart(load, pictures):
    a, b = pictures["astronaut"], pictures["grace-hopper"]
    _, features = Yolo(load("nudenet")).detect([a, np.ascontiguousarray(a[:, ::-1]), b])
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    assert unit[0] @ unit[1] > unit[0] @ unit[2] + 0.05


def test_facemesh_tells_faces_from_walls(load, pictures):
    image = pictures["astronaut"]
    rois = rois_from_boxes(np.float32([[172, 66, 278, 173], [350, 10, 450, 110]]))
    ((points, presence),) = FaceMesh(load("facemesh")).landmarks([image], [rois])
    assert points.shape == (2, 468, 3)
    assert presence[0] > 0.9 > 0.1 > presence[1]


def test_facemesh_sorts_regions_by_image(load, pictures):
    images, mesh = list(pictures.values()), FaceMesh(load("facemesh"))
    rois = [
        rois_from_boxes(np.float32([[172, 66, 278, 173]])),
        rois_from_boxes(np.float32([[165, 130, 366, 331]])),
    ]
    none = np.empty((0, 4), np.float32)
    together = mesh.landmarks([images[0], images[1], images[0]], [rois[0], none, rois[0]])
    assert [len(presence) for _, presence in together] == [1, 0, 1]
    (alone,) = mesh.landmarks(images[1:], rois[1:])
    np.testing.assert_allclose(mesh.landmarks(images, rois)[1][0], alone[0], atol=0.05)
    np.testing.assert_allclose(together[0][0], together[2][0], atol=0.05)


def test_frontality_is_one_ahead_and_zero_in_profile():
    points = np.zeros((3, 468, 3), np.float32)
    points[0, 454], points[1, 454], points[2, 454] = (10, 0, 0), (0, 0, 10), (6, 0, 8)
    np.testing.assert_allclose(frontality(points), [1, 0, 0.6], atol=1e-6)


def test_a_mirrored_turned_face_is_found_alike(load, pictures):
    """A region turned with the picture gives points turned with it."""
    image = pictures["grace-hopper"]
    mesh = FaceMesh(load("facemesh"))
    roi = np.float32([[266, 230, 300, 0.0]])
    turned = np.ascontiguousarray(np.rot90(image, -1))  # clockwise: x' = height - 1 - y, y' = x
    roi_turned = np.float32([[600 - 230, 266, 300, np.pi / 2]])
    (a, _), (b, _) = mesh.landmarks([image, turned], [roi, roi_turned])
    mapped = np.stack([600 - a[0, :, 1], a[0, :, 0]], 1)
    assert np.linalg.norm(b[0, :, :2] - mapped, axis=1).max() < 3


def test_seeds_add_bodies_and_claim_none_twice(load, pictures):
    pose = BlazePose(load("blazepose-detector"), load("blazepose-landmarks"))
    image = pictures["grace-hopper"]
    (own,) = pose.detect([image])
    (seeded,) = pose.detect([image], [rois_from_faces(np.float32([[165, 130, 366, 331]]))])
    assert len(own.scores) == len(seeded.scores) == 1
    # The head alone, far from where the detector is trained to see one, still leads to a body.
    wide = np.zeros((600, 2400, 3), np.uint8)
    wide[:, :512] = image
    for (found,) in (pose.detect([wide], [rois_from_faces(np.float32([[165, 130, 366, 331]]))]),):
        assert isinstance(found, Poses)
        assert np.linalg.norm(found.points[:, 0] - (265, 235), axis=1).min() < 60


def test_one_body_found_twice_is_one():
    rng = np.random.default_rng(3)
    body = rng.uniform(0, 400, (33, 2)).astype(np.float32)
    other = body + np.float32([150, 0])
    same_head = body.copy()
    same_head[11:] += 300
    points = np.stack([body, body + 5, other, same_head])
    assert distinct(points, np.full(4, 500, np.float32)) == [0, 2]


def test_seeds_near_a_region_are_dropped():
    rois = np.float32([[100, 100, 200, 0]])
    seeds = np.float32([[110, 110, 180, 0], [300, 100, 200, 0]])
    np.testing.assert_array_equal(unclaimed(seeds, rois), seeds[1:])
    np.testing.assert_array_equal(unclaimed(seeds, rois[:0]), seeds)


def test_alignment_undoes_a_similarity():
    turn = np.float32([[0.8, -0.6], [0.6, 0.8]]) * 3
    points = DLIB.places @ turn.T + np.float32([40, -7])
    matrix = similarity(points, DLIB.places)
    np.testing.assert_allclose(points @ matrix[:, :2].T + matrix[:, 2], DLIB.places, atol=1e-3)


def test_points_that_coincide_do_not_break_alignment():
    chip = DLIB.cut(np.full((20, 20, 3), 9, np.uint8), np.full((5, 2), 4, np.float32))
    assert chip.shape == (150, 150, 3)


def test_two_cuts_of_one_face_embed_alike(load, pictures):
    embedder, mesh, faces = (
        DlibResNet(load("dlib")),
        FaceMesh(load("facemesh")),
        BlazeFace(load("blazeface-full"), "full"),
    )
    images = [*pictures.values(), np.ascontiguousarray(pictures["astronaut"][:, ::-1])]
    rois = [rois_from_detections(d.boxes, d.points) for d in faces.detect(images)]
    chips = [
        DLIB.cut(i, landmarks_of(p)[0])
        for i, (p, _) in zip(images, mesh.landmarks(images, rois), strict=True)
    ]
    astronaut, hopper, mirrored = embedder.embed(np.stack(chips))
    assert np.linalg.norm(astronaut - mirrored) < 0.3
    assert np.linalg.norm(astronaut - hopper) > 0.6
    assert embedder.embed(np.empty((0, 150, 150, 3), np.uint8)).shape == (0, 128)


def test_crops_and_letterboxes_map_back():
    rng = np.random.default_rng(1)
    rois = np.float32([[50, 40, 30, 0.7], [10, 90, 300, -2]])
    points = rng.uniform(0, 64, (2, 9, 3)).astype(np.float32)
    back = from_crop(points, rois, 64)
    centre = from_crop(np.full((2, 1, 2), 32, np.float32), rois, 64)
    np.testing.assert_allclose(centre[:, 0], rois[:, :2], atol=1e-4)
    np.testing.assert_allclose(back[..., 2], points[..., 2] * rois[:, None, 2] / 64, rtol=1e-5)
    image = np.zeros((100, 100, 3), np.uint8)
    image[30:50, 40:60] = 255
    assert crop(image, np.float32([[50, 40, 10, 1]]), 8).min() == 255
    _, (box,) = letterbox([np.zeros((50, 200, 3), np.uint8)], 100, 100, centred=True)
    np.testing.assert_allclose(box.to_image(np.float32([[0, 37.5, 100, 62.5]])), [[0, 0, 200, 50]], atol=1e-4)


def test_overlap_and_suppression():
    boxes = np.float32([[0, 0, 10, 10], [0, 0, 10, 9], [20, 20, 30, 30], [5, 5, 5, 5]])
    np.testing.assert_allclose(iou(boxes[0], boxes), [1, 0.9, 0, 0], atol=1e-6)
    scores = np.float32([0.5, 0.9, 0.7, 0.1])
    assert nms(boxes, scores, np.array([0, 0, 0, 0]), 0.5).tolist() == [1, 2, 3]
    assert sorted(nms(boxes, scores, np.array([0, 1, 0, 0]), 0.5).tolist()) == [0, 1, 2, 3]
    merged, best = weighted_nms(boxes[:3], scores[:3], 0.3)
    np.testing.assert_allclose(best, [0.9, 0.7])
    np.testing.assert_allclose(merged[0], [0, 0, 10, (10 * 0.5 + 9 * 0.9) / 1.4], rtol=1e-6)
    assert len(Detections(boxes[:0], scores[:0])) == 0
