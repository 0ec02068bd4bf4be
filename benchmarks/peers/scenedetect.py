"""PySceneDetect's detect() with its AdaptiveDetector, on the whole file."""

from scenedetect import AdaptiveDetector, detect

from benchmarks.serve import serve

serve(lambda option, path: ([path], lambda video: len(detect(video, AdaptiveDetector()))))
