"""What a user would wire together instead of Marquee.

Each peer is a small script that runs in a virtual environment of its own and answers to
`benchmarks.process`; `benchmarks.peers.setup` makes the environments. `PEERS` lists them.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Peer:
    """One thing to measure.

    Attributes:
        name: as the table shows it.
        venv: the virtual environment that it runs in: a key of `setup.VENVS`.
        module: its script in this package.
        option: the script's only argument.
        takes: what it is given: the key frames of the video or the video file.
        in_chain: part of the sum that Marquee is compared with; the others are alternatives to a part of it.
    """

    name: str
    venv: str
    module: str
    option: str = ""
    takes: str = "frames"
    in_chain: bool = True


PEERS = (
    Peer("MediaPipe face, full range", "mediapipe", "mediapipe", "face"),
    Peer("MediaPipe pose, complexity 1", "mediapipe", "mediapipe", "pose"),
    Peer("NudeNet 320n", "nudenet", "nudenet"),
    Peer("dlib HOG, upsample 0", "dlib", "dlib_hog", "0"),
    Peer("dlib encoding of those faces", "dlib", "dlib_encode", "0"),
    Peer("dlib HOG, upsample 1", "dlib", "dlib_hog", "1", in_chain=False),
    Peer("dlib encoding of those faces, upsample 1", "dlib", "dlib_encode", "1", in_chain=False),
    Peer("DeepFace, opencv detector + Dlib", "deepface", "deepface", in_chain=False),
    Peer("PySceneDetect AdaptiveDetector", "scenedetect", "scenedetect", takes="video"),
)
"""face_recognition itself upsamples once; the chain has the cheaper setting, to its own advantage."""
