"""How far from the truth scenes begin and end, on generated films."""

import itertools
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from analyzer.stores import sidecar
from benchmarks.scenes.speed import MILES, ROOT
from tests.scenes.classifier import classify, write_textures
from tests.scenes.films import LABELS, Shown, scene_film

NEAR_S = 3.0
"""A boundary that is farther off was not found."""
SHORTEST_S, LONGEST_S, SCENES = 7.0, 15.0, 10
"""So long that no rules leave a scene out: miles-deep drops what spans less than 6 looks."""
KINDS: Mapping[str, tuple[Fraction | int, int]] = {
    "cuts": (25, 0),
    "cuts, 29.97": (Fraction(30000, 1001), 0),
    "dissolves": (25, 12),
}
"""Frames a second, and of a dissolve."""
Finder = Callable[[Path, Sequence[Path]], list[list[Shown]]]
"""(classifier, films) -> the scenes of each."""


@dataclass
class Errors:
    """How far off boundaries are, seconds, and how many were not found."""

    found_s: list[float] = field(default_factory=list)
    missed: int = 0

    def add(self, shown: Sequence[Shown], found: Sequence[Shown]) -> None:
        """Compare beginnings and ends inside a film with those of the same class."""
        for which, true in (("start_s", shown[1:]), ("end_s", shown[:-1])):
            for scene in true:
                near = [one for one in found if one.label == scene.label]
                off = [abs(getattr(one, which) - getattr(scene, which)) for one in near]
                nearest = min(off, default=NEAR_S)
                if nearest < NEAR_S:
                    self.found_s.append(nearest)
                else:
                    self.missed += 1


def measure(films: int, kind: str) -> dict[str, Errors]:
    """Make films of a kind and let every finder say where scenes begin and end."""
    fps, dissolve = KINDS[kind]
    errors = {name: Errors() for name in FINDERS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        network = folder / "textures.onnx"
        write_textures(network)
        truth = {
            folder / f"{seed}.mp4": scene_film(
                folder / f"{seed}.mp4", _plan(seed), fps=fps, seed=seed, dissolve=dissolve
            )
            for seed in range(films)
        }
        for method, find in FINDERS.items():
            for shown, found in zip(truth.values(), find(network, list(truth)), strict=True):
                errors[method].add(shown, found)
    return errors


def _plan(seed: int) -> list[tuple[str, float]]:
    rng = np.random.default_rng(seed)
    plan: list[tuple[str, float]] = []
    for _ in range(SCENES):
        others = [label for label in LABELS if not plan or label != plan[-1][0]]
        plan.append((str(rng.choice(others)), float(rng.uniform(SHORTEST_S, LONGEST_S))))
    return plan


def _marquee(*options: str) -> Finder:
    """Return what `marquee tag` writes into the records."""

    def find(network: Path, films: Sequence[Path]) -> list[list[Shown]]:
        with tempfile.TemporaryDirectory() as name:
            model = ["--model", f"onnx:{network}", "-o", name]
            command = [sys.executable, "-m", "analyzer", "tag", *films, *model, *options]
            environment = os.environ | {"MARQUEE_HOME": name}
            subprocess.run(command, check=True, capture_output=True, env=environment, cwd=ROOT)
            records = [sidecar.read(sidecar.sidecar_path(film, Path(name))) for film in films]
        return [[Shown(s.label, s.start_s, s.end_s) for s in movie.scenes] for movie in records if movie]

    return find


def _seconds(network: Path, films: Sequence[Path]) -> list[list[Shown]]:
    """Take the class of the picture in the middle of each second for the whole of it."""
    labels = sorted(LABELS)
    seen = (classify(network, _middles(film)).argmax(axis=1) for film in films)
    return [_runs([labels[number] for number in numbers]) for numbers in seen]


def _middles(film: Path) -> list[np.ndarray]:
    pictures: list[np.ndarray] = []
    with av.open(film) as container:
        for frame in container.decode(video=0):
            if frame.time is not None and frame.time >= len(pictures) + 0.5:
                pictures.append(frame.to_ndarray(format="rgb24"))
    return pictures


def _runs(labels: Sequence[str]) -> list[Shown]:
    ends = [n for n in range(1, len(labels) + 1) if n == len(labels) or labels[n] != labels[n - 1]]
    return [Shown(labels[a], float(a), float(b)) for a, b in itertools.pairwise([0, *ends])]


FINDERS: dict[str, Finder] = {
    "Marquee": _marquee(),
    "Marquee, `--fast`": _marquee("--fast"),
    "Marquee, `--rules miles-deep`": _marquee(*MILES),
    "the class of each second": _seconds,
}


def table(measured: Mapping[str, Mapping[str, Errors]]) -> str:
    """Return the errors of each kind of films as a Markdown table."""
    lines = ["| boundaries off by, s | " + " | ".join(measured) + " |", "|---|" + "---|" * len(measured)]
    for method in FINDERS:
        cells = (_cell(errors[method]) for errors in measured.values())
        lines.append(f"| {method} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(errors: Errors) -> str:
    if not errors.found_s:
        return f"{errors.missed} missed"
    median, most = np.percentile(errors.found_s, [50, 95])
    missed = f", {errors.missed} missed" if errors.missed else ""
    return f"{median:.3f}, 95 %: {most:.3f}{missed}"
