"""Real clips of ../shared/data: whether who leads the cast is who leads the cast."""

import json
import re
import time
from argparse import Namespace
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analyzer import Movie, analyze, load_settings
from analyzer.records import Person
from benchmarks.people import same

DATA = Path(__file__).parents[3] / "shared" / "data"
SAME = ("short_hamilton_clip.mp4", "GENERATED_lfw_cast_reel.mp4")
"""Clips that are analyzed in several ways."""
SURE = ("good", "exact")
UNUSABLE = re.compile(r"face small|profile|turned away|back of head")
"""What truth says of people whose faces cannot be used."""
NEAR_S, NEAR_SHARE = 1.5, 0.15
"""Screen seconds are right if they are as near as this to truth, which was made by eye to a second."""

Truth = dict[str, Any]


def main(_: Namespace) -> dict[str, Any]:
    """Judge every clip that has a truth and print what is wrong with it."""
    truths = [json.loads(file.read_text("utf-8")) for file in sorted((DATA / "truth").glob("*.json"))]
    if not truths:
        raise FileNotFoundError(f"no {DATA / 'truth'}: the clips are not part of the project")
    print(
        f"\n{'clip':38}{'truth is':>10}{'recurring':>11}{'of':>4}{'leads':>7}{'s':>7}  on screen, s (truth)"
    )
    rows = [_row(truth) for truth in truths]
    sure = [row for row in rows if row["confidence"].split()[0] in SURE]
    for name, some in (("good or exact", sure), ("of any kind", rows)):
        cast, times = (sum(not row[what] for row in some) for what in ("wrong", "off"))
        print(f"truth {name}: cast right in {cast} of {len(some)} clips, seconds in {times}")
    differing = {name: same.differing(DATA / "videos" / name, "balanced") for name in SAME}
    for name, ways in differing.items():
        answer = f"not {', '.join(ways)}" if ways else "yes"
        print(f"{name}: the same people in {len(same.ways())} ways: {answer}")
    return {"clips": rows, "differing": differing}


def _row(truth: Truth) -> dict[str, Any]:
    path = DATA / truth["video"]
    start = time.perf_counter()
    movie = analyze(path, load_settings())
    row = judge(movie, truth) | {"seconds": time.perf_counter() - start}
    times = ", ".join(f"{ours:.1f} ({theirs:.1f})" for ours, theirs in row["on_screen"])
    print(
        f"{path.name[:37]:38}{row['confidence'].split()[0]:>10}{row['recurring']:11}{row['recurring_truth']:4}"
        f"{row['leads']:7}{row['seconds']:7.1f}  {times}"
    )
    for what in (*row["wrong"], *row["missed"], *row["off"]):
        print(f"    {what}", flush=True)
    return row


def judge(movie: Movie, truth: Truth) -> dict[str, Any]:
    """Return how a record fares; `wrong`: of the cast, `off`: of its times, `missed`: as the truth allows."""
    recurring = [person for person in movie.people if person.role != "extra"]
    leads = [person for person in recurring if person.role == "lead"]
    wanted = truth["n_recurring_people"]
    known = sorted(truth["people"], key=lambda person: -person["approx_screen_seconds"])[:wanted]
    on_screen = [
        (person.screen_time_s, float(theirs["approx_screen_seconds"]))
        for person, theirs in zip(recurring, known, strict=False)
    ]
    excuses = [f"{who['id']}, {who['notes']}" for who in known if UNUSABLE.search(who.get("notes", ""))]
    excused = 0 < wanted - len(recurring) <= len(excuses)
    wrong = (
        [] if len(recurring) == wanted or excused else [f"{len(recurring)} recurring people, not {wanted}"]
    )
    off = [
        f"number {rank} is seen {ours:.1f} s, not {theirs:.1f}"
        for rank, (ours, theirs) in enumerate(on_screen, 1)
        if abs(ours - theirs) > max(NEAR_S, NEAR_SHARE * theirs)
    ]
    return {
        "clip": Path(truth["video"]).name,
        "confidence": truth["confidence"],
        "recurring": len(recurring),
        "recurring_truth": wanted,
        "leads": len(leads),
        "on_screen": on_screen,
        "wrong": wrong + _leads(movie, leads, truth),
        "off": off,
        "missed": [f"missed is one that the truth allows to miss: {'; '.join(excuses)}"] if excused else [],
    }


def _leads(movie: Movie, leads: Sequence[Person], truth: Truth) -> list[str]:
    """Say what is wrong with who leads."""
    why = leadless(truth)
    if why:
        return [f"{len(leads)} leads in a clip {why}"] if leads else []
    if "leads" not in truth:
        return []
    names = [_name(movie, person, truth) for person in movie.people[: len(truth["leads"])]]
    return [] if names == truth["leads"] else [f"billed {', '.join(names)}, not {', '.join(truth['leads'])}"]


def leadless(truth: Truth) -> str:
    """Return why nobody can lead the clip; empty: somebody may."""
    if not truth["people"]:
        return "with nobody in it"
    if any("ANIMATED" in person["description"] for person in truth["people"]):
        return "of drawn people"
    if "crowd" in truth.get("notes", "").lower():
        return "of a crowd"
    return "" if truth["n_recurring_people"] else "whose faces cannot be seen"


def _name(movie: Movie, person: Person, truth: Truth) -> str:
    """Return who is in most of a person's shots, by the shots' truth."""
    seen: Counter[str] = Counter()
    for shown in (movie.shots[movie.tracks[t].shot] for t in person.tracks):
        for shot in truth["shot_people"]:
            if shot["start"] <= (shown.start_s + shown.end_s) / 2 < shot["end"]:
                seen.update(shot["people"])
    return seen.most_common(1)[0][0] if seen else "somebody else"
