"""The side of the protocol that runs in a script's own interpreter: standard library and numpy only.

One JSON object a line on stdin and stdout. {"input": PATH} hands over what to work on and is not timed;
{"round": true} works through it once and answers with what each item took. Unix only (`resource`).
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

Run = Callable[[Any], int]
"""Works on one item and returns how much it found."""

Make = Callable[[str, str], tuple[Sequence[Any], Run]]
"""(option, path of the input) -> (items as the script likes them, what to do with each)."""


def serve(make: Make) -> None:
    """Answer until stdin ends. Whatever libraries print goes to stderr."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    items: Sequence[Any] = ()
    run: Run = id
    for line in sys.stdin:
        request = json.loads(line)
        if "input" in request:
            items, run = make(sys.argv[1], request["input"])
            if len(items) > 1:
                run(items[0])  # the first call builds things
            reply: dict[str, Any] = {"items": len(items)}
        else:
            reply = _round(items, run)
        print(json.dumps(reply), file=replies, flush=True)


def frames_of(folder: str, *, bgr: bool = False) -> list[np.ndarray]:
    """Read frames into memory: RGB uint8, (H, W, 3), a .npy file each; BGR where a library wants that."""
    frames = [np.load(path) for path in sorted(Path(folder).glob("*.npy"))]
    return [np.ascontiguousarray(frame[..., ::-1]) if bgr else frame for frame in frames]


def _round(items: Sequence[Any], run: Run) -> dict[str, Any]:
    found, cpu, start = 0, _cpu_s(), time.perf_counter()
    for item in items:
        found += run(item)
    wall = time.perf_counter() - start
    return {"wall_s": wall, "cpu_s": _cpu_s() - cpu, "found": found, "peak_bytes": peak_bytes()}


def _cpu_s() -> float:
    """Return processor seconds of this process, all its threads, and its ended children."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def peak_bytes() -> int:
    """Return the most memory that this process, or an ended child of it, has taken."""
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * max(
        resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
