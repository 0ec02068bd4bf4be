"""Scenes of classes: how fast they are found, how well, and how exactly films are cut, beside others.

python -m benchmarks.scenes [--only PART,...] [--rounds N] [--films N] [--folder FOLDER] [--json FILE]

The parts are speed, quality and cutting. What is measured on is made once, in the folder: about eight
minutes on two idle cores. Clips are looked for in ../shared/data;
`speed` is left out where they are not. Unix only.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from benchmarks import machine, report
from benchmarks.peers import setup
from benchmarks.scenes import cutting, footage, quality, speed

DATA = Path(__file__).parents[2] / ".." / "shared" / "data"


def main() -> None:
    """Measure what is asked for and print it."""
    arguments = _arguments()
    facts = machine.facts()
    print(report.machine_line(facts))
    result: dict[str, Any] = {"machine": facts}
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for part in arguments.only.split(","):
        print(f"\n## {part}\n", flush=True)
        result[part] = PRINTED[part](arguments)
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=1), "utf-8")


def _speed(arguments: argparse.Namespace) -> Any:
    if not DATA.is_dir():
        print("left out, there is no ../shared/data")
        return None
    film = footage.footage(DATA, arguments.folder)
    rows = speed.measure(film, arguments.rounds)
    print(f"{film.scenes} scenes, {film.path.stat().st_size * 8 / footage.SECONDS / 1e6:.1f} Mbit/s\n")
    print(speed.table(rows, footage.SECONDS))
    return rows


def _quality(arguments: argparse.Namespace) -> Any:
    measured = {kind: quality.measure(arguments.films, kind) for kind in quality.KINDS}
    print(quality.table(measured))
    return {kind: {name: vars(one) for name, one in errors.items()} for kind, errors in measured.items()}


def _cutting(arguments: argparse.Namespace) -> Any:
    rows = cutting.measure(arguments.rounds, arguments.cache, arguments.folder / "counted.mp4")
    print(cutting.table(rows))
    return rows


PRINTED = {"speed": _speed, "quality": _quality, "cutting": _cutting}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.scenes",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("--only", default=",".join(PRINTED), metavar="PART,...")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--films", type=int, default=6, help="of each kind, for quality")
    parser.add_argument("--folder", type=Path, default=setup.default_cache() / "scenes")
    parser.add_argument(
        "--cache", type=Path, default=setup.default_cache(), help="of the peers' environments"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures here too")
    return parser.parse_args()


if __name__ == "__main__":
    main()
