"""How fast Marquee is, beside its own ceilings and beside what a user would wire together instead.

python -m benchmarks.peers.setup                 once: the peers' environments
python -m benchmarks.film FOLDER                 once: a film to measure on
python -m benchmarks.speed VIDEO... [--rounds N] [--json FILE]

Everything measured is a process of its own; all are kept warm and take turns, round by round, each round
beginning with another one, so that a machine that drifts does so for all. Unix only.
"""

import argparse
import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks import machine, report
from benchmarks.entries import ENTRIES, Entry
from benchmarks.frames import Film, open_film
from benchmarks.peers import setup
from benchmarks.worker import Worker, WorkerFailed

Rounds = list[dict[str, Any]]
"""What `serve` answers, a round each: wall_s, cpu_s, found, peak_bytes."""


def main() -> None:
    arguments = _arguments()
    entries = [e for e in ENTRIES if any(word.lower() in e.name.lower() for word in arguments.only or [""])]
    result: dict[str, Any] = {"machine": machine.facts(), "videos": []}
    print(report.machine_line(result["machine"]))
    for path in arguments.videos:
        with tempfile.TemporaryDirectory() as folder:
            film = open_film(path.absolute(), Path(folder), arguments.frames)
            measured = measure(film, entries, arguments.rounds, arguments.cache)
        summary = report.summarize(film, *measured, result["machine"]["cores"])
        result["videos"].append(summary)
        print(report.table(summary), flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=1), "utf-8")


def measure(
    film: Film, entries: list[Entry], rounds: int, cache: Path
) -> tuple[dict[Entry, Rounds], dict[Entry, str]]:
    """Run all entries in turns; return their rounds, and why the others could not be measured."""
    failures: dict[Entry, str] = {}
    with ExitStack() as stack:
        workers = []
        for entry in entries:
            try:
                worker = stack.enter_context(Worker(entry, cache))
                worker.ask(input=str(film.inputs[entry.takes]))
                workers.append(worker)
            except WorkerFailed as error:
                failures[entry] = str(error)
        results: dict[Entry, Rounds] = {worker.entry: [] for worker in workers}
        for number in range(rounds):
            print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
            _take_turns(workers, number, results, failures)
    return {entry: results[entry] for entry in entries if results.get(entry)}, failures


def _take_turns(
    workers: list[Worker], number: int, results: dict[Entry, Rounds], failures: dict[Entry, str]
) -> None:
    first = number % max(1, len(workers))
    for worker in workers[first:] + workers[:first]:
        if worker.entry in failures:
            continue
        try:
            results[worker.entry].append(worker.ask(round=True))
        except WorkerFailed as error:
            failures[worker.entry] = str(error)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("videos", nargs="+", type=Path, metavar="VIDEO")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--frames", type=int, default=100, help="at most so many key frames for each peer")
    parser.add_argument(
        "--only", action="append", metavar="WORD", help="only entries with this in their name"
    )
    parser.add_argument(
        "--cache", type=Path, default=setup.default_cache(), help="of the peers' environments"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures here too")
    return parser.parse_args()


if __name__ == "__main__":
    main()
