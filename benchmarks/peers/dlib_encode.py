"""Landmarks and 128-d encodings as face_recognition makes them, of the faces that dlib's HOG finds.

Finding them is not timed here. The landmarks are the 68-point ones of face_recognition_models 0.1.
"""

import os
from pathlib import Path

import dlib

from benchmarks.serve import frames_of, serve


def make(option, path):
    weights = Path(os.environ["MARQUEE_PEER_DLIB"])
    predict = dlib.shape_predictor(str(weights / "shape_predictor_68_face_landmarks.dat"))
    encode = dlib.face_recognition_model_v1(str(weights / "dlib_face_recognition_resnet_model_v1.dat"))
    detect = dlib.get_frontal_face_detector()
    items = [(frame, detect(frame, int(option))) for frame in frames_of(path)]

    def run(item):
        frame, boxes = item
        return len([encode.compute_face_descriptor(frame, predict(frame, box), 1) for box in boxes])

    return items, run


serve(make)
