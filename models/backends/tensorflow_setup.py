"""TensorFlow as the backends want it: quiet, and with no more of a GPU's memory than it needs."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
import threading

from models.errors import BackendMissingError, DeviceError
from models.silence import silent

_lock = threading.Lock()


def prepare(device: str) -> None:
    """Import TensorFlow and set it up; to be called before anything else imports it.

    The first call decides for the whole process which devices there are.

    Args:
        device: "auto", "cpu" (GPUs are hidden) or "cuda".

    Raises:
        BackendMissingError: TensorFlow cannot be imported.
        DeviceError: "cuda", and TensorFlow has no GPU.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if importlib.util.find_spec("tf_keras"):  # tf.keras, which DeepFace uses; `import keras` is not touched
        os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
    with _lock, silent():
        if "tensorflow" not in sys.modules:
            with contextlib.suppress(ImportError):  # PyTorch's: its LLVM after TensorFlow's ends the process
                import triton  # noqa: F401
        try:
            import tensorflow as tf
        except ImportError as error:
            raise BackendMissingError(f"TensorFlow cannot be imported: {error}") from error
        tf.get_logger().setLevel("ERROR")
        with contextlib.suppress(RuntimeError):  # it runs already, and stays as it is
            if device == "cpu":
                tf.config.set_visible_devices([], "GPU")
            for gpu in tf.config.get_visible_devices("GPU"):
                tf.config.experimental.set_memory_growth(gpu, True)
        if device == "cuda" and not tf.config.get_visible_devices("GPU"):
            raise DeviceError(
                "TensorFlow has no GPU here; pip install 'tensorflow[and-cuda]', or choose device cpu"
            )


def devices() -> list[str]:
    """Return the devices that TensorFlow sees, for people to read.

    Raises:
        BackendMissingError: TensorFlow cannot be imported.
    """
    prepare("auto")
    import tensorflow as tf

    names = []
    for device in tf.config.get_visible_devices():
        details = tf.config.experimental.get_device_details(device)
        kind = f" ({details['device_name']})" if "device_name" in details else ""
        names.append(device.name.removeprefix("/physical_device:") + kind)
    return names
