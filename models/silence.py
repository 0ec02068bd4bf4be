"""Quiet for what writes to standard error itself, whatever it is told."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator

_lock = threading.RLock()
"""Whoever came in between would keep nowhere as what standard error was."""


@contextlib.contextmanager
def silent() -> Iterator[None]:
    """Send standard error nowhere meanwhile, also that of C and C++."""
    with _lock:
        kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nowhere)
