"""How long it takes to look at a film, and what is seen: Marquee's command, and the original's way."""

import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from analyzer.scenes.scores import Scores
from benchmarks.scenes.footage import CLIPS, Footage

ROOT = Path(__file__).resolve().parents[2]
LABELS = sorted(CLIPS)
PUBLISHED = {"miles-deep, as published: CPU": 119.0, "miles-deep, as published: GTX 960": 15.0}
"""Seconds for 24.5 minutes, by its own README, with its own network."""


@dataclass(frozen=True)
class Way:
    """A command, and where its results are.

    Attributes:
        command: what is run, for a film and an empty folder, which is also its MARQUEE_HOME.
        seen: reads from the folder the number of the class of each second.
    """

    name: str
    command: Callable[[Footage, Path], Sequence[str | Path]]
    seen: Callable[[Path], np.ndarray]


@dataclass(frozen=True)
class Run:
    """What a command took: seconds, processor seconds with all its processes, and what it saw."""

    wall_s: float
    cpu_s: float
    seen: np.ndarray


def marquee(*options: str) -> Way:
    """Return `marquee cut --dry-run` as a user runs it for the first time: nothing is cached."""

    def command(film: Footage, folder: Path) -> Sequence[str | Path]:
        model = ["--model", f"onnx:{film.classifier}", "-x", "--dry-run"]
        return [sys.executable, "-m", "analyzer", "cut", film.path, *model, *options]

    def seen(folder: Path) -> np.ndarray:
        (kept,) = (folder / "scores").glob("*.json")
        scores = Scores.model_validate_json(kept.read_bytes())
        assert list(scores.labels) == LABELS
        return scores.weights.argmax(axis=1)

    return Way(" ".join(["marquee cut", *options]), command, seen)


def original(runtime: str) -> Way:
    """Return the original's way; see benchmarks.scenes.original."""

    def command(film: Footage, folder: Path) -> Sequence[str | Path]:
        module = [sys.executable, "-m", "benchmarks.scenes.original"]
        return [*module, film.path, film.classifier, runtime, folder / "seen.npy"]

    return Way(f"JPEGs, {runtime}", command, lambda folder: np.load(folder / "seen.npy"))


DENSE = marquee()
MILES = ["--rules", "miles-deep"]
WAYS = (
    DENSE,
    marquee("--fast"),
    marquee(*MILES),
    marquee("--fast", *MILES),
    original("onnxruntime"),
    original("openvino"),
)
"""The rules of miles-deep leave out looking for the exact frames, as the original does."""


def measure(film: Footage, rounds: int, ways: Sequence[Way] = WAYS) -> list[dict[str, Any]]:
    """Run all in turns, each round beginning with another one; return a row of figures for each."""
    runs: dict[str, list[Run]] = {way.name: [] for way in ways}
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
        first = number % len(ways)
        for way in itertools.chain(ways[first:], ways[:first]):
            runs[way.name].append(_run(way, film))
            print(f"  {way.name}: {runs[way.name][-1].wall_s:.1f} s", file=sys.stderr, flush=True)
    truth = np.array([LABELS.index(label) for label in film.labels])
    dense = runs[DENSE.name][0].seen if DENSE.name in runs else None
    return [_row(name, some, truth, dense) for name, some in runs.items()]


def _run(way: Way, film: Footage) -> Run:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = os.environ | {"MARQUEE_HOME": name}
        start = time.perf_counter()
        with (folder / "words").open("wb") as words:
            process = subprocess.Popen(
                way.command(film, folder), stdout=words, stderr=words, env=environment, cwd=ROOT
            )
            _, status, used = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{way.name}: {(folder / 'words').read_text('utf-8', 'replace').strip()}")
        return Run(wall_s, used.ru_utime + used.ru_stime, way.seen(folder))


def _row(name: str, runs: Sequence[Run], truth: np.ndarray, dense: np.ndarray | None) -> dict[str, Any]:
    return {
        "name": name,
        "wall_s": [run.wall_s for run in runs],
        "cpu_s": median(run.cpu_s for run in runs),
        "as_dense": None if dense is None else alike(runs[0].seen, dense),
        "as_truth": alike(runs[0].seen, truth),
    }


def alike(seen: np.ndarray, wanted: np.ndarray) -> float:
    """Return the share of seconds whose class is the wanted one; a second that one lacks is not alike."""
    both = min(len(seen), len(wanted))
    return float((seen[:both] == wanted[:both]).sum() / max(len(seen), len(wanted)))


def table(rows: Sequence[dict[str, Any]], duration_s: float) -> str:
    """Return the rows as a Markdown table, with what the original's author published."""
    lines = [
        "| | s | range | CPU s | times real time | as dense | as the truth |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        wall = row["wall_s"]
        shares = " | ".join("" if row[k] is None else f"{row[k]:.1%}" for k in ("as_dense", "as_truth"))
        times = f"{median(wall):.1f} | {min(wall):.1f} - {max(wall):.1f} | {row['cpu_s']:.1f}"
        lines.append(f"| {row['name']} | {times} | {duration_s / median(wall):.1f} | {shares} |")
    lines += [f"| *{name}* | {s:.0f} | | | {1470 / s:.1f} | | |" for name, s in PUBLISHED.items()]
    return "\n".join(lines)
