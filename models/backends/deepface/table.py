"""What DeepFace has, as of its version 0.0.103 on TensorFlow: file names, licences, crops and thresholds.

Its own code tells what a model is called and which files it loads; its README names the licences.

Crops. Models that were trained with aligned faces get the template of their training. The others were
trained, and are used by DeepFace, with the boxes of a face detector. On 60 pictures of LFW and of DeepFace's
own tests the box of MTCNN is, in sides of dlib's mean face, 1.56 high and 1.13 wide, and its centre 0.13
above the face's. DeepFace fits the height into the chip; that is what its published thresholds hold for. It
is also near what Facenet was trained with: MTCNN's box, a sixth larger (a margin of 44 in 182 pixels, of
which 160 are taken) and stretched to a square, 1.81 by 1.31, has the area of 1.54 by 1.54.

Normalization is always DeepFace's `base`, for which its thresholds and its figures on LFW are published: the
networks on TensorFlow see BGR from 0 to 1. The clients of the others turn that into what those were trained
with: Dlib and SFace into RGB from 0 to 255, Buffalo_L into RGB from -1 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.alignment import ARCFACE, CORNERS, DLIB, MEAN_FACE, Template

Kind = Literal["facial_recognition", "face_detector", "facial_attribute"]


@dataclass(frozen=True)
class Part:
    """A model of DeepFace.

    Attributes:
        kind, name: as DeepFace calls them.
        files: what it loads from DeepFace's folder of weights; none for what comes with a package.
        licence: of the weights.
        on_tensorflow: whether TensorFlow runs it.
    """

    kind: Kind
    name: str
    files: tuple[str, ...]
    licence: str
    on_tensorflow: bool = True


@dataclass(frozen=True)
class Recognition(Part):
    """An embedder.

    Attributes:
        template: how it wants its faces cut.
        threshold: cosine distance below which DeepFace takes two faces for one person.
    """

    template: Template = DLIB
    threshold: float = 0.0


def framed(width: int, height: int, tall: float, below: float) -> Template:
    """Return a template with dlib's mean face in a frame that is described in sides of that face.

    Args:
        width: of the chip, in pixels.
        height: of the chip, in pixels.
        tall: how high the chip is.
        below: how far its centre is below the face's.
    """
    places = (MEAN_FACE - (0.5, 0.5 + below)) / tall * height + (width / 2, height / 2)
    return Template(width, height, CORNERS, places.astype(np.float32))


def boxed(width: int, height: int) -> Template:
    """Return the template for a model that takes boxes of a face detector, see above."""
    return framed(width, height, 1.56, -0.13)


OPENFACE = framed(96, 96, 1.24, 0.12)
"""OpenFace's mean of 68 landmarks, chin and jaw too, fills the chip from edge to edge."""

_VGG = "non-commercial, see robots.ox.ac.uk/~vgg/software/vgg_face"


def _recognition(
    name: str, file: str, licence: str, template: Template, threshold: float, on_tensorflow: bool = True
) -> Recognition:
    return Recognition("facial_recognition", name, (file,), licence, on_tensorflow, template, threshold)


def _detector(name: str, licence: str, *files: str, on_tensorflow: bool = False) -> Part:
    return Part("face_detector", name, files, licence, on_tensorflow)


def _attribute(name: str, file: str, licence: str) -> Part:
    return Part("facial_attribute", name, (file,), licence)


EMBEDDERS: dict[str, Recognition] = {
    model.name: model
    for model in (
        _recognition("VGG-Face", "vgg_face_weights.h5", _VGG, boxed(224, 224), 0.68),
        _recognition("Facenet", "facenet_weights.h5", "MIT", boxed(160, 160), 0.40),
        _recognition("Facenet512", "facenet512_weights.h5", "MIT", boxed(160, 160), 0.30),
        _recognition("OpenFace", "openface_weights.h5", "Apache-2.0", OPENFACE, 0.10),
        _recognition(
            "DeepFace",
            "VGGFace2_DeepFace_weights_val-0.9034.h5",
            "see github.com/swghosh/DeepFace",
            boxed(152, 152),
            0.23,
        ),
        _recognition(
            "DeepID", "deepid_keras_weights.h5", "see github.com/Ruoyiran/DeepID", boxed(47, 55), 0.015
        ),
        _recognition("Dlib", "dlib_face_recognition_resnet_model_v1.dat", "CC0-1.0", DLIB, 0.07, False),
        _recognition("ArcFace", "arcface_weights.h5", "MIT", ARCFACE, 0.68),
        _recognition("SFace", "face_recognition_sface_2021dec.onnx", "Apache-2.0", ARCFACE, 0.593, False),
        _recognition("GhostFaceNet", "ghostfacenet_v1.h5", "MIT", ARCFACE, 0.65),
        _recognition(
            "Buffalo_L", "buffalo_l/webface_r50.onnx", "non-commercial research", ARCFACE, 0.55, False
        ),
    )
}
"""By name."""

DETECTORS: dict[str, Part] = {
    model.name: model
    for model in (
        _detector("opencv", "Apache-2.0"),
        _detector(
            "ssd",
            "Apache-2.0",
            "deploy.prototxt",
            "res10_300x300_ssd_iter_140000.caffemodel",
        ),
        _detector("dlib", "CC0-1.0", "shape_predictor_5_face_landmarks.dat"),
        _detector("mtcnn", "MIT", on_tensorflow=True),
        _detector("fastmtcnn", "MIT"),
        _detector("retinaface", "MIT", "retinaface.h5", on_tensorflow=True),
        _detector("mediapipe", "Apache-2.0"),
        _detector("yunet", "MIT", "face_detection_yunet_2023mar.onnx"),
        _detector("centerface", "MIT", "centerface.onnx"),
        _detector("yolov8n", "GPL-3.0", "yolov8n-face.pt"),
        *(
            _detector(f"yolo{name}", "AGPL-3.0", f"yolo{name}-face.pt")
            for name in ("v8m", "v8l", "v11n", "v11s", "v11m", "v11l", "v12n", "v12s", "v12m", "v12l")
        ),
    )
}
"""By name."""

ATTRIBUTES: dict[str, Part] = {
    "age": _attribute("Age", "age_model_weights.h5", _VGG),
    "sex": _attribute("Gender", "gender_model_weights.h5", _VGG),
    "emotion": _attribute(
        "Emotion", "facial_expression_model_weights.h5", "see github.com/serengil/deepface_models"
    ),
}
"""By what they tell."""

ATTRIBUTE_TEMPLATE = boxed(224, 224)
