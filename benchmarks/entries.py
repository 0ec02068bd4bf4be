"""What is measured: Marquee, its ceilings, and what a user would wire together instead."""

from dataclasses import dataclass
from typing import Literal

Group = Literal["marquee", "ceiling", "chain", "other", "start"]


@dataclass(frozen=True)
class Entry:
    """One thing to measure.

    Attributes:
        name: as the table shows it.
        group: chain: a part of the sum that Marquee is compared with; other: an alternative to such a part;
            ceiling: a part of Marquee's own work, alone, at the effort that is its option;
            start: a new process and hardly any work.
        module: the script, of this package.
        venv: the virtual environment it runs in, a key of `peers.setup.VENVS`; None: this interpreter.
        option: the script's only argument.
        takes: what it is given: the key frames, the video file or a file of its first second.
    """

    name: str
    group: Group
    module: str
    venv: str | None = None
    option: str = ""
    takes: Literal["frames", "video", "second"] = "frames"


ENTRIES = (
    Entry("Marquee, fast", "marquee", "own.analyze", None, "fast", "video"),
    Entry("Marquee, balanced", "marquee", "own.analyze", None, "balanced", "video"),
    Entry("marquee analyze, new process", "marquee", "own.command", None, "fast", "video"),
    Entry("marquee analyze, one second", "start", "own.command", None, "fast", "second"),
    Entry("decoding alone, fast", "ceiling", "own.decode", None, "fast", "video"),
    Entry("the networks alone, fast", "ceiling", "own.networks", None, "fast", "video"),
    Entry("sampling alone, balanced", "ceiling", "own.decode", None, "balanced", "video"),
    Entry("the networks alone, balanced", "ceiling", "own.networks", None, "balanced", "video"),
    Entry("MediaPipe face, full range", "chain", "peers.mediapipe", "mediapipe", "face"),
    Entry("MediaPipe pose, complexity 1", "chain", "peers.mediapipe", "mediapipe", "pose"),
    Entry("NudeNet 320n", "chain", "peers.nudenet", "nudenet"),
    Entry("dlib HOG, upsample 0", "chain", "peers.dlib_hog", "dlib", "0"),
    Entry("dlib encoding of its faces", "chain", "peers.dlib_encode", "dlib", "0"),
    Entry("PySceneDetect adaptive", "chain", "peers.scenedetect", "scenedetect", takes="video"),
    Entry("dlib HOG, upsample 1", "other", "peers.dlib_hog", "dlib", "1"),
    Entry("dlib encoding of its faces (1)", "other", "peers.dlib_encode", "dlib", "1"),
    Entry("DeepFace, Haar + Dlib", "other", "peers.deepface", "deepface"),
)
"""face_recognition itself upsamples once; the chain has the cheaper setting, to its own advantage."""
