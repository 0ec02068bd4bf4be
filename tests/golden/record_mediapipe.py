"""Writes mediapipe.json: what MediaPipe 0.10.21 itself finds in two public-domain pictures.

Run in a virtual environment of its own (it needs numpy 1):

    pip install mediapipe==0.10.21
    python tests/golden/record_mediapipe.py astronaut.png grace_hopper.jpg > tests/golden/mediapipe.json

All coordinates are pixels of the picture. `marquee models path NAME` says where the pictures lie.
"""

import json
import sys

import cv2
import mediapipe as mp

NAMES = ("astronaut", "grace-hopper")


def faces(image, variant):
    height, width = image.shape[:2]
    found = mp.solutions.face_detection.FaceDetection(0.5, ["short", "full"].index(variant)).process(image)
    rows = []
    for detection in found.detections or []:
        box = detection.location_data.relative_bounding_box
        points = detection.location_data.relative_keypoints
        x0, y0 = box.xmin * width, box.ymin * height
        rows.append(
            {
                "score": detection.score[0],
                "box": [x0, y0, x0 + box.width * width, y0 + box.height * height],
                "points": [[p.x * width, p.y * height] for p in points],
            }
        )
    return rows


def pixels(landmarks, image):
    height, width = image.shape[:2]
    return [[p.x * width, p.y * height] for p in landmarks.landmark]


def mesh(image):
    with mp.solutions.face_mesh.FaceMesh(static_image_mode=True, max_num_faces=1) as network:
        return [pixels(face, image) for face in network.process(image).multi_face_landmarks]


def pose(image):
    with mp.solutions.pose.Pose(static_image_mode=True, model_complexity=1) as network:
        found = network.process(image).pose_landmarks
        visibility = [p.visibility for p in found.landmark]
        return {"points": pixels(found, image), "visibility": visibility}


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(part) for key, part in value.items()}
    if isinstance(value, list):
        return [rounded(part) for part in value]
    return round(value, 4)


def main(paths):
    record = {}
    for name, path in zip(NAMES, paths, strict=True):
        image = cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2RGB)
        record[name] = {
            "full": faces(image, "full"),
            "short": faces(image, "short"),
            "mesh": mesh(image),
            "pose": pose(image),
        }
    json.dump(rounded(record), sys.stdout)


main(sys.argv[1:])
