"""dlib's HOG face detector; the option is how often it doubles the frame first."""

import dlib

from benchmarks.serve import frames_of, serve


def make(option, path):
    detect = dlib.get_frontal_face_detector()
    return frames_of(path), lambda frame: len(detect(frame, int(option)))


serve(make)
