"""All methods on the same cases, and the table of it."""

import time
from collections.abc import Iterable, Sequence
from statistics import mean
from typing import Any

import numpy as np

from benchmarks.people.case import Case, Labels
from benchmarks.people.methods import METHODS, Method, hindsight
from benchmarks.people.metrics import judge

Row = dict[str, Any]
"""Figures of one method on one case; or {"failed": why} where it could not be run."""


def compare(case: Case, words: Sequence[str] = ("",)) -> dict[str, Row]:
    """Return the rows of one case by method, and by method in hindsight.

    Args:
        case: what to group.
        words: only methods with one of these in their name.
    """
    rows = {}
    for method in (m for m in METHODS if any(word.lower() in m.name.lower() for word in words)):
        if method.given is not None and (case.apart or not method.uses_pairs):
            rows[method.name] = _run(method, case, method.given)
        if method.sweep:
            rows[f"  in hindsight: {method.name.split(',')[0]}"] = _run(method, case)
    return rows


def _run(method: Method, case: Case, parameter: float | None = None) -> Row:
    """Run a method; without a parameter, with the best in hindsight."""
    try:
        parameter = hindsight(method, case) if parameter is None else parameter
        start = time.perf_counter()
        labels: Labels = np.asarray(method.run(case, parameter))
    except ImportError as error:
        return {"failed": f"{error}; pip install -e '.[bench]'"}
    seconds = time.perf_counter() - start
    return {"parameter": parameter, "seconds": seconds} | judge(case, labels).figures()


def table(cases: Sequence[dict[str, Row]]) -> str:
    """Return the means over cases, and the range of B-cubed F1, as text.

    Groups against people: the mean of the ratios. Pairs broken: all cases together, and mirrors joined.
    """
    lines = [
        f"{'':34}{'B-cubed':>8}{'worst':>7}{'purity':>8}{'groups':>8}{'of':>6}{'ratio':>7}{'broken':>8}"
        f"{'mirrors':>9}{'char P':>8}{'char R':>8}{'at':>7}{'s':>8}"
    ]
    for name in cases[0]:
        rows = [case[name] for case in cases]
        reasons = [row["failed"] for row in rows if "failed" in row]
        lines.append(f"{name:34}  not measured: {reasons[0]}" if reasons else f"{name:34}{_line(rows)}")
    return "\n".join(lines)


def _line(rows: Iterable[Row]) -> str:
    of = {key: [row[key] for row in rows] for key in next(iter(rows))}
    ratios = [groups / people for groups, people in zip(of["groups"], of["people"], strict=True)]
    return (
        f"{mean(of['bcubed']):8.3f}{min(of['bcubed']):7.3f}{mean(of['purity']):8.3f}{mean(of['groups']):8.0f}"
        f"{mean(of['people']):6.0f}{mean(ratios):7.2f}{sum(of['broken']):8}{sum(of['mirrors']):9}"
        f"{mean(of['precision']):8.3f}{mean(of['recall']):8.3f}{mean(of['parameter']):7.2f}{mean(of['seconds']):8.2f}"
    )
