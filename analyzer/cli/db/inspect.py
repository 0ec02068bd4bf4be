"""marquee db check, stats: what there is, and whether it is in order."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import typer

from analyzer.cli.console import clock, complain, megabytes, out, print_line, table
from analyzer.cli.db.keep import SHOWN, named
from analyzer.cli.people.common import AsJson
from analyzer.cli.stores import StoreOption, opened
from analyzer.errors import StoreError
from analyzer.library.library import Library
from analyzer.paths import marquee_home
from analyzer.stores.contract import Problem
from analyzer.upkeep import stats as statistics
from analyzer.upkeep.comparing import Difference
from analyzer.upkeep.rebuilding import compare

MEND_TABLES = (
    "'marquee db rebuild --move-aside' makes a SQLite file anew; in MongoDB, delete the documents that are "
    "not wanted, then 'marquee db migrate' and 'marquee db rebuild'"
)
MEND_ROWS = "'marquee db rebuild' mends that"
MEND_SIDECARS = "'marquee analyze' sets damaged sidecars aside and makes them anew"


def check(json_: AsJson = False, store: StoreOption = None) -> None:
    """Look whether the store is in order, and says what the sidecars say; exit code 0 only if so."""
    with opened(store) as kept:
        problems = [*kept.problems()]
        found = compare(kept, marquee_home())
        counts = kept.counts()
    in_order = not (problems or found or found.unreadable)
    if json_:
        print_line(json.dumps({"in_order": in_order, **_as_json(problems, found), "counts": counts}))
    else:
        _print_counts(counts)
        _print_problems(problems)
        _print_difference(found)
        out.print("in order" if in_order else "not in order")
    if not in_order:
        raise typer.Exit(StoreError.exit_code)


def _as_json(problems: Sequence[Problem], found: Difference) -> dict[str, Any]:
    return {
        "problems": [asdict(problem) for problem in problems],
        "without_row": sorted(found.added.values()),
        "stale": sorted(found.changed.values()),
        "without_sidecar": sorted(found.removed.values()),
        "away": sorted(found.away.values()),
        "unreadable": found.unreadable,
    }


def _print_counts(counts: dict[str, int]) -> None:
    rows = table("", "how many", right=("how many",))
    for name, count in counts.items():
        rows.add_row(name, str(count))
    out.print(rows)


def _print_problems(problems: Sequence[Problem]) -> None:
    kinds = Counter(problem.kind for problem in problems)
    for kind, count in kinds.items():
        complain(f"{kind}: {count}; {MEND_TABLES}")
        for problem in [problem for problem in problems if problem.kind == kind][:SHOWN]:
            complain(f"{problem.collection}: {problem.what}")


def _print_difference(found: Difference) -> None:
    for what, names in (
        ("sidecars without a row", found.added),
        ("rows of a sidecar that has changed", found.changed),
        ("rows without a sidecar", found.removed),
    ):
        if names:
            complain(f"{what}: {named(names)}; {MEND_ROWS}")
    if found.unreadable:
        complain(f"sidecars that cannot be read: {len(found.unreadable)}; {MEND_SIDECARS}")
    for line in found.unreadable:
        complain(line)
    if found.away:
        out.print(f"on a drive that is away: {named(found.away)}")


def stats(json_: AsJson = False, store: StoreOption = None) -> None:
    """Show how much there is: videos, hours, the most popular tags and people, what it takes on the disk."""
    with opened(store) as kept:
        found = statistics.stats(kept, Library(marquee_home()))
    if json_:
        print_line(json.dumps(asdict(found)))
        return
    _print_counts(found.counts)
    out.print(f"\n{found.duration_s / 3600:.1f} hours")
    sizes = (
        ("store", found.store_bytes),
        ("sidecars", found.sidecars_bytes),
        ("library", found.library_bytes),
    )
    out.print(", ".join(f"{name} {megabytes(size)}" for name, size in sizes))
    if found.tags:
        rows = table("tag or object", "in", title="\nMost popular", right=("in",))
        for name, count in found.tags.items():
            rows.add_row(name, str(count))
        out.print(rows)
    if found.people:
        rows = table(
            "person", "name", "videos", "on screen", title="\nMost seen", right=("videos", "on screen")
        )
        for seen in found.people:
            rows.add_row(seen.person, seen.name or "", str(seen.videos), clock(seen.screen_time_s))
        out.print(rows)
