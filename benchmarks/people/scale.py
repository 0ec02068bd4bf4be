"""How much can be grouped, in what time and memory: a new process each, which is given nothing but vectors.

python -m benchmarks.people.scale FOLDER      one that `main` has laid there
"""

import json
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from analyzer.people.grouping import group
from analyzer.people.likeness import random_directions
from benchmarks.people import generator
from benchmarks.people.case import Case
from benchmarks.people.metrics import bcubed, singled
from benchmarks.serve import peak_bytes

CASES: dict[str, tuple[str, dict[str, int]]] = {
    "10,000 tracks, 512-d": ("mid", {"tracks": 10_000, "cast": 100}),
    "10,000 tracks, 128-d": ("mid", {"tracks": 10_000, "cast": 100, "size": 128}),
    "200,000 faces, 128-d": ("easy", {"tracks": 200_000, "cast": 5_000, "size": 128, "faces": 1}),
}
"""Single faces are as tracks of one face: only where they are easy can 15,000 people be told apart by 128."""


def main(_: Namespace) -> dict[str, Any]:
    """Measure all and print them."""
    result = {}
    print(f"\n{'':24}{'s':>8}{'peak MB':>9}{'before':>8}{'B-cubed':>9}{'groups':>8}{'of':>8}{'broken':>8}")
    for name, (level, shape) in CASES.items():
        case = generator.film(10, level, **shape)  # type: ignore[arg-type]
        row = _measured(case)
        if "failed" in row:
            print(f"{name:24}  not measured: {row['failed']}", flush=True)
            continue
        result[name] = row
        print(
            f"{name:24}{row['seconds']:8.1f}{row['peak_bytes'] / 1e6:9.0f}{row['before_bytes'] / 1e6:8.0f}"
            f"{row['bcubed']:9.3f}{row['groups']:8}{row['people']:8}{row['broken']:8}",
            flush=True,
        )
    return result


def _measured(case: Case) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        np.savez(Path(folder) / "case.npz", vectors=case.vectors, weights=case.weights, apart=case.apart)
        words = [sys.executable, "-m", "benchmarks.people.scale", folder]
        done = subprocess.run(words, capture_output=True, text=True, cwd=Path(__file__).parents[2])
        if done.returncode:
            return {"failed": done.stderr.strip().splitlines()[-1]}
        labels = np.load(Path(folder) / "labels.npy")
    return json.loads(done.stdout) | {
        "bcubed": bcubed(case.truth, labels),
        "groups": len(np.unique(labels)),
        "people": len(np.unique(case.truth)),
        "broken": sum(bool(labels[a] == labels[b]) for a, b in case.apart),
    }


def _group(folder: Path) -> dict[str, Any]:
    """Group what is in the folder. `before_bytes`: what the process takes when it has the vectors."""
    with np.load(folder / "case.npz") as file:
        vectors, weights, apart = file["vectors"], file["weights"].tolist(), file["apart"].tolist()
    before = psutil.Process().memory_info().rss
    start = time.perf_counter()
    pairs = [(a, b) for a, b in apart]
    groups = group(vectors, random_directions(vectors.shape[1]), pairs, weights)
    seconds = time.perf_counter() - start
    np.save(folder / "labels.npy", singled(groups.labels))
    return {"seconds": seconds, "before_bytes": before, "peak_bytes": _peak_bytes()}


def _peak_bytes() -> int:
    """Return the most that this process took. On Linux `resource` would count what its parent took, too."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return peak_bytes()
    line = next(line for line in status.read_text("utf-8").splitlines() if line.startswith("VmHWM"))
    return 1024 * int(line.split()[1])


if __name__ == "__main__":
    print(json.dumps(_group(Path(sys.argv[1]))))
