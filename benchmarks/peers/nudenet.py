"""NudeNet's own detector, 320n on ONNX Runtime."""

from nudenet import NudeDetector

from benchmarks.serve import frames_of, serve


def make(option, path):
    detector = NudeDetector()
    return frames_of(path, bgr=True), lambda frame: len(detector.detect(frame))


serve(make)
