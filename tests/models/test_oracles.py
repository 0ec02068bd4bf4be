"""The networks against those they come from: MediaPipe's recorded results, dlib itself, labelled pairs."""

import csv
import json
import warnings
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.alignment import DLIB
from models.blazeface import BlazeFace
from models.blazepose import BlazePose
from models.dlib_resnet import DlibResNet
from models.engines import available_engines, resolve_engine
from models.facemesh import FaceMesh, landmarks_of, rois_from_boxes, rois_from_detections
from tests.models.conftest import PICTURES

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "mediapipe.json").read_text())


@pytest.fixture(params=PICTURES)
def case(request, pictures):
    return pictures[request.param], GOLDEN[request.param]


# The full range graph keeps its own threshold of 0.6, whatever is asked for; it decides what is merged.
@pytest.mark.parametrize(("variant", "min_score"), [("full", 0.6), ("short", 0.5)])
def test_blazeface_equals_mediapipe(load, case, variant, min_score):
    image, golden = case
    (found,) = BlazeFace(load(f"blazeface-{variant}"), variant, min_score).detect([image])
    assert len(found) == len(golden[variant]) == 1
    np.testing.assert_allclose(found.boxes[0], golden[variant][0]["box"], atol=1e-3)
    np.testing.assert_allclose(found.points[0], golden[variant][0]["points"], atol=1e-3)
    np.testing.assert_allclose(found.scores, [golden[variant][0]["score"]], atol=1e-4)


def test_facemesh_equals_mediapipe(load, case):
    image, golden = case
    (face,) = BlazeFace(load("blazeface-short"), "short").detect([image])
    rois = rois_from_detections(face.boxes, face.points)
    ((points, presence),) = FaceMesh(load("facemesh")).landmarks([image], [rois])
    assert presence[0] > 0.99
    # Pixels. The crop is interpolated to 1/32 pixel by both, along slightly different roundings.
    assert np.linalg.norm(points[0, :, :2] - golden["mesh"][0], axis=1).max() < 0.05


def test_blazepose_equals_mediapipe(load, case):
    image, golden = case
    (found,) = BlazePose(load("blazepose-detector"), load("blazepose-landmarks")).detect([image])
    visibility = np.array(golden["pose"]["visibility"])
    off = np.linalg.norm(found.points[0] - golden["pose"]["points"], axis=1)
    assert len(found.scores) == 1
    np.testing.assert_allclose(found.visibility[0], visibility, atol=0.01)
    # Pixels of a crop of about 1000. Refinement looks at a window of cells of the heat map: if a point lies
    # on the border of a cell, a difference of 0.1 pixel in the crop moves the window, and the point by a few.
    assert np.median(off) < 0.5
    assert off[visibility > 0.5].max() < 5
    assert (off < 1).mean() > 0.85


@pytest.fixture(scope="module")
def dlib_network(weights):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dlib = pytest.importorskip("dlib", reason="needs dlib-bin")
    return dlib.face_recognition_model_v1(str(weights.path("dlib")))


@pytest.fixture(scope="module")
def chips(pictures):
    parts = [
        image[y : y + 150, x : x + 150] for image in pictures.values() for y, x in ((50, 150), (200, 200))
    ]
    noise = np.random.default_rng(5).integers(0, 256, (150, 150, 3), dtype=np.uint8)
    return np.stack([*parts, noise, np.zeros_like(noise), np.full_like(noise, 255)])


def test_dlib_converted_equals_dlib(load, dlib_network, chips):
    expected = [np.array(dlib_network.compute_face_descriptor(chip)) for chip in chips]
    np.testing.assert_allclose(DlibResNet(load("dlib")).embed(chips), expected, rtol=0, atol=1e-5)


def chips_of_pairs(load, engine, folder):
    """The largest face of each image as a chip."""
    faces, mesh = BlazeFace(load("blazeface-full", engine), "full"), FaceMesh(load("facemesh", engine))
    short = BlazeFace(load("blazeface-short", engine), "short")
    chips = {}
    for path in sorted(folder.glob("img*.jpg")):
        image = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
        (found,) = faces.detect([image])
        if not len(found):
            (found,) = short.detect([image])
        rois = rois_from_detections(found.boxes, found.points) if len(found) else whole(image)
        ((points, _),) = mesh.landmarks([image], [rois])
        chips[path.name] = DLIB.cut(image, landmarks_of(points)[rois[:, 2].argmax()])
    return chips


def whole(image):
    return rois_from_boxes(np.float32([[0, 0, image.shape[1], image.shape[0]]]), 1.0)


@pytest.mark.parametrize("precision", available_engines()[0].precisions)
def test_labelled_pairs_of_faces_separate(load, shared, precision):
    folder = shared / "faces" / "deepface"
    engine = resolve_engine("openvino", "cpu", precision)
    chips = chips_of_pairs(load, engine, folder)
    vectors = dict(
        zip(chips, DlibResNet(load("dlib", engine)).embed(np.stack(list(chips.values()))), strict=True)
    )
    distances = {"Yes": [], "No": []}
    with (folder / "master.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            apart = np.linalg.norm(vectors[row["file_x"]] - vectors[row["file_y"]])
            distances[row["Decision"]].append(apart)
    assert [len(distances[key]) for key in ("Yes", "No")] == [38, 262]
    assert max(distances["Yes"]) < 0.6 + 0.03 < min(distances["No"])
