"""Whether one file gives the same people, however it is analyzed.

python -m benchmarks.people.same VIDEO EFFORT BATCH_SIZE CORES      what `people_of` runs
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks import machine

Ways = dict[str, tuple[int, int]]
"""What is different: engine.batch_size and the number of processor cores."""


def ways() -> Ways:
    """Return the ways to analyze that must not matter; the first is as users do it."""
    cores = machine.cores()
    return {
        "as it is": (4, cores),
        "once more": (4, cores),
        "one frame at a time": (1, cores),
        "seven frames at a time": (7, cores),
        "on one core": (4, 1),
    }


def differing(video: Path, effort: str) -> list[str]:
    """Return the ways in which the file's people are not those of the first way."""
    found = {name: people_of(video, effort, *way) for name, way in ways().items()}
    first = next(iter(found.values()))
    return [name for name, people in found.items() if people != first]


def people_of(video: Path, effort: str, batch_size: int, cores: int) -> list[Any]:
    """Return the people of a video, analyzed by a new process: roles, times, and all their faces."""
    words = [sys.executable, "-m", "benchmarks.people.same", str(video), effort, str(batch_size), str(cores)]
    done = subprocess.run(words, stdout=subprocess.PIPE, check=True, cwd=Path(__file__).parents[2])
    people: list[Any] = json.loads(done.stdout)
    return people


def _people(video: str, effort: str, batch_size: str) -> list[Any]:
    from analyzer import analyze, load_settings  # not before the process is held to its cores

    settings = load_settings(assignments=[f"keyframes.effort={effort}", f"engine.batch_size={batch_size}"])
    movie = analyze(video, settings)
    return [
        [person.id, person.role, person.intervals, [movie.tracks[t].faces for t in person.tracks]]
        for person in movie.people
    ]


if __name__ == "__main__":
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(sys.argv[4])])
    print(json.dumps(_people(*sys.argv[1:4])))
