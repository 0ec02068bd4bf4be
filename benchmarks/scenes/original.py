"""miles-deep's way, written anew: ffmpeg writes a JPEG a second while the classifier waits for them.

    python -m benchmarks.scenes.original FILM NETWORK onnxruntime|openvino TARGET.npy

The number of the class of each second goes into the target. The runtimes are used as they come. As the
original it looks for the next picture once a second, and reads pictures while ffmpeg may still write them.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import imageio_ffmpeg  # type: ignore[import-untyped, unused-ignore]
import numpy as np

SIDE, BATCH = 224, 32
POLL_S = 1.0
Network = Callable[[np.ndarray], np.ndarray]


def classify(film: Path, network: Path, runtime: str) -> np.ndarray:
    """Return the number of the class of each second."""
    run = RUNTIMES[runtime](network)
    with tempfile.TemporaryDirectory() as folder:
        options = ["-loglevel", "8", "-i", f"file:{film}", "-vf", "fps=1", "-q:v", "1"]
        extractor = subprocess.Popen([imageio_ffmpeg.get_ffmpeg_exe(), *options, f"{folder}/img_%05d.jpg"])
        found: list[np.ndarray] = []
        batch: list[np.ndarray] = []
        for picture in _pictures(Path(folder), extractor):
            batch.append(picture)
            if len(batch) == BATCH:
                found.append(run(_blob(batch)))
                batch = []
        if batch:
            found.append(run(_blob(batch)))
    return np.concatenate(found).argmax(axis=1)


def _pictures(folder: Path, extractor: subprocess.Popen[bytes]) -> Iterator[np.ndarray]:
    """Yield pictures as they come, BGR uint8 (SIDE, SIDE, 3)."""
    number = 1
    while True:
        path = folder / f"img_{number:05}.jpg"
        ended = extractor.poll() is not None
        picture = cv2.imread(str(path)) if path.exists() else None
        if picture is not None:
            yield cv2.resize(picture, (SIDE, SIDE))
            number += 1
        elif ended:
            return
        else:
            time.sleep(POLL_S)


def _blob(batch: list[np.ndarray]) -> np.ndarray:
    return np.stack(batch)[..., ::-1].transpose(0, 3, 1, 2).astype(np.float32)


def _onnxruntime(network: Path) -> Network:
    import onnxruntime

    session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
    return lambda blob: session.run(None, {"pictures": blob})[0]


def _openvino(network: Path) -> Network:
    import openvino

    compiled = openvino.Core().compile_model(network, "CPU")
    return lambda blob: compiled(blob)[0]


RUNTIMES: dict[str, Callable[[Path], Network]] = {"onnxruntime": _onnxruntime, "openvino": _openvino}

if __name__ == "__main__":
    film, network, runtime, target = sys.argv[1:]
    np.save(target, classify(Path(film), Path(network), runtime))
