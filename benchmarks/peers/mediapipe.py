"""MediaPipe 0.10.21: face detection or pose, each frame for itself."""

import mediapipe as mp

from benchmarks.serve import frames_of, serve


def make(option, path):
    if option == "face":
        network = mp.solutions.face_detection.FaceDetection(model_selection=1)  # full range
        return frames_of(path), lambda frame: len(network.process(frame).detections or ())
    network = mp.solutions.pose.Pose(static_image_mode=True, model_complexity=1)
    return frames_of(path), lambda frame: int(network.process(frame).pose_landmarks is not None)


serve(make)
