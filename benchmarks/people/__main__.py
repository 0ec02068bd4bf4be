"""Who is who: how well faces become people, ours beside what others do with the same vectors.

    pip install -e '.[bench]'                    once: what the peers need
    python -m benchmarks.people [--only synthetic,faces,videos,scale] [--seeds 10-29] [--json FILE]

Truth is looked for in ../shared: generated tracks (parameters of ours were fixed on seeds 0-9; 10-29 are
reported), labelled photographs and real clips. A part whose truth is absent is left out with a line.
"""

import argparse
import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

from benchmarks import machine, report
from benchmarks.people import compare, faces, generator, scale, videos


def synthetic(arguments: argparse.Namespace) -> dict[str, Any]:
    """Generated films: as the generator makes them, and with mirrors and look-alikes."""
    result, seeds = {}, arguments.seeds
    for level, lifelike in product(arguments.levels, (False, True)):
        name = f"{level}, with mirrors and look-alikes" if lifelike else level
        films = (generator.film(seed, level, lifelike=lifelike) for seed in seeds)
        cases = [compare.compare(film, arguments.methods) for film in films]
        result[name] = cases
        print(f"\nsynthetic, {name}: {len(seeds)} films of 1,500 tracks, 300 pairs seen together")
        print(compare.table(cases), flush=True)
    return result


def photographs(arguments: argparse.Namespace) -> dict[str, Any]:
    """Labelled photographs."""
    result = {}
    for name, make in (
        ("LFW, 20 people and 75 singles", faces.lfw),
        ("DeepFace's, 9 people", faces.deepface),
    ):
        case = make()
        result[name] = compare.compare(case, arguments.methods)
        print(f"\n{name}: {len(case.vectors)} faces, {len(case.apart)} pairs seen together,")
        print(f"{len(case.unseen)} pictures in which no face was found: a group each")
        print(compare.table([result[name]]), flush=True)
    return result


PARTS: dict[str, Callable[[argparse.Namespace], Any]] = {
    "synthetic": synthetic,
    "faces": photographs,
    "videos": videos.main,
    "scale": scale.main,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", type=_words, default=list(PARTS), metavar="PART,...")
    parser.add_argument("--seeds", type=_seeds, default=range(10, 30), metavar="FIRST-LAST")
    parser.add_argument("--levels", type=_words, default=list(generator.LEVELS), metavar="LEVEL,...")
    parser.add_argument(
        "--methods", type=_words, default=[""], metavar="WORD,...", help="with these in their name"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures here too")
    arguments = parser.parse_args()
    for given, known in ((arguments.only, PARTS), (arguments.levels, generator.LEVELS)):
        if unknown := set(given) - set(known):
            parser.error(f"no {', '.join(unknown)}; there are {', '.join(known)}")
    result: dict[str, Any] = {"machine": machine.facts()}
    print(report.machine_line(result["machine"]))
    for part in arguments.only:
        try:
            result[part] = PARTS[part](arguments)
        except FileNotFoundError as error:
            print(f"\n{part}: left out: {error}")
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=1), "utf-8")
    if "faces" in arguments.only and importlib.util.find_spec("benchmarks.identify"):
        print(flush=True)
        subprocess.run([sys.executable, "-m", "benchmarks.identify"], check=True)


def _words(text: str) -> list[str]:
    return text.split(",")


def _seeds(text: str) -> range:
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


if __name__ == "__main__":
    main()
