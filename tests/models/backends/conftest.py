"""PyTorch's compiler loads before any test module loads TensorFlow; see models.backends.tensorflow_setup."""

import contextlib

with contextlib.suppress(ImportError):
    import triton  # noqa: F401
