"""Films that show the same: speed, strangers, and the edits ladder beside others.

python -m benchmarks.similar [--only PART,...] [--hashes N] [--films N] [--looks N] [--width PX] [--rate N]
"""

import argparse
from pathlib import Path

from benchmarks import machine
from benchmarks.similar import speed
from benchmarks.similar.ladder import HELD_OUT, TUNED_ON

DATA = Path(__file__).parents[2] / ".." / "shared" / "data"
PARTS = ("speed", "strangers", "held-out", "tuned-on")


def main() -> None:
    """Measure what is asked for and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.similar", description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--hashes", type=int, default=1_000_000)
    parser.add_argument("--films", type=int, default=1_500)
    parser.add_argument("--looks", type=int, default=60)
    parser.add_argument("--width", type=int, default=480)
    parser.add_argument("--rate", type=int, default=None)
    options = parser.parse_args()
    parts = options.only.split(",")
    print(machine.facts())
    if "speed" in parts:
        _print("speed", speed.a_look() | speed.search(options.hashes))
    if "strangers" in parts:
        _print("strangers", speed.strangers(options.films, options.looks))
    for name, clips in (("held-out", HELD_OUT), ("tuned-on", TUNED_ON)):
        if name in parts and DATA.is_dir():
            from benchmarks.similar.quality import measure, table  # needs the peers

            print(f"\n## {name}\n\n{table(measure(DATA, clips, options.width, options.rate))}")
        elif name in parts:
            print(f"{name}: left out, there is no ../shared/data")


def _print(title: str, figures: dict[str, float]) -> None:
    print(f"\n## {title}\n")
    for name, figure in figures.items():
        print(f"{name:40} {figure:.6g}")


if __name__ == "__main__":
    main()
