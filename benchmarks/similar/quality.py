"""How much of the edits ladder is found, and what is found wrongly: Marquee beside others, edit by edit."""

import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from analyzer.similar.closely import look_closely
from analyzer.similar.comparing import Film
from analyzer.similar.films import Films
from analyzer.similar.searching import Found, Searcher, Subject
from analyzer.stores.entries import Prints
from benchmarks.similar.ladder import Edit, base, edits
from benchmarks.similar.peers import PEERS
from benchmarks.similar.records import record, row

LOCATED_S = 2.0
Finder = Callable[[Path, Mapping[str, Path]], dict[str, Found | None]]
"""Returns which of some clips, by name, a video is found to be; where a method says more, what."""


@dataclass
class Score:
    """What a method found."""

    found: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    located: list[float] = field(default_factory=list)
    wrong: int = 0
    pairs: int = 0


def measure(
    shared: Path, clips: Mapping[str, tuple[str, float]], width: int, rate: int | None
) -> dict[str, Score]:
    """Make the ladder of some clips and let every method find what it can.

    Args:
        shared: where the clips are.
        clips: files and seconds, by name.
        width: pixels of the clips that are edited.
        rate: frames a second of these; None: as they are.
    """
    scores: dict[str, Score] = defaultdict(Score)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = {n: base(shared / f, folder / f"{n}.mp4", width, rate) for n, (f, _) in clips.items()}
        made = [edit for n, (_, length) in clips.items() for edit in edits(n, files[n], length, folder)]
        for method, find in finders().items():
            for edit in made:
                _judge(scores[method], edit, find(edit.path, files))
    return scores


def _judge(score: Score, edit: Edit, found: dict[str, Found | None], clips: int = 0) -> None:
    name = "20 s of it" if edit.is_sub_clip else edit.name
    score.found[name].append(edit.clip in found)
    score.wrong += len(found.keys() - {edit.clip})
    what = found.get(edit.clip)
    if what and edit.is_sub_clip:
        theirs = what.common.theirs_s
        score.located.append(max(abs(theirs[0] - edit.start_s), abs(theirs[1] - edit.end_s)))


def finders() -> dict[str, Finder]:
    """Return all methods by name."""
    marquee: dict[str, Finder] = {}
    for store in ("balanced", "fast"):
        marquee[f"similar, {store} records"] = lambda path, clips, e=store: _similar(path, clips, "", e, True)
    for query, store in (("balanced", "balanced"), ("balanced", "fast"), ("fast", "fast")):
        marquee[f"records alone, {query} in {store}"] = lambda path, clips, q=query, e=store: _similar(
            path, clips, q, e, False
        )
    others: dict[str, Finder] = {}
    for peer in PEERS:
        describe = cache(peer.describe)
        others[peer.name] = lambda path, clips, d=describe, same=peer.same: {
            name: None for name, clip in clips.items() if same(d(path), d(clip))
        }
    return marquee | others


def _similar(
    path: Path, clips: Mapping[str, Path], query: str, store: str, look: bool
) -> dict[str, Found | None]:
    """Find a video as `marquee similar` does it, or by records alone: `query` is the effort of its own."""
    names = list(clips)
    films = Films((row(clip, one := record(clip, store)), one.prints) for clip in clips.values())
    film = record(path, query) if query else _close(path)
    ours = Subject(film, path if look else None, str(path), close=not query)
    found = Searcher(films, _look if look else None).search(ours, films.candidates(film.prints))
    return {names[n]: one for n, one in found}


@cache
def _close(path: Path) -> Film:
    return Film(duration_s=record(path, "fast").duration_s, prints=_look(path, (0.0, 1e9)))


@cache
def _look(path: Path, span: tuple[float, float]) -> Prints:
    return look_closely(path, span, lambda done, duration: None)


def table(scores: Mapping[str, Score]) -> str:
    """Return the scores as a Markdown table."""
    names = list(next(iter(scores.values())).found)
    lines = ["| | " + " | ".join(scores) + " |", "|---|" + "---|" * len(scores)]
    for name in names:
        cells = [f"{sum(s.found[name])}/{len(s.found[name])}" for s in scores.values()]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    totals = [[hit for hits in s.found.values() for hit in hits] for s in scores.values()]
    lines.append("| recall | " + " | ".join(f"{np.mean(hits):.3f}" for hits in totals) + " |")
    lines.append("| found wrongly | " + " | ".join(str(s.wrong) for s in scores.values()) + " |")
    located = [
        f"{sum(e <= LOCATED_S for e in s.located)}/{len(s.located)}" if s.located else ""
        for s in scores.values()
    ]
    lines.append("| located within 2 s | " + " | ".join(located) + " |")
    worst = [f"{max(s.located):.2f}" if s.located else "" for s in scores.values()]
    lines.append("| worst, s | " + " | ".join(worst) + " |")
    return "\n".join(lines)
