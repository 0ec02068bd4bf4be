"""DeepFace with its default detector (OpenCV's Haar cascade) and its Dlib model."""

from deepface import DeepFace

from benchmarks.serve import frames_of, serve


def make(option, path):
    def run(frame):
        faces = DeepFace.represent(
            frame, model_name="Dlib", detector_backend="opencv", enforce_detection=False
        )
        return len(faces)

    frames = frames_of(path, bgr=True)
    run(frames[0])  # builds the network
    return frames, run


serve(make)
