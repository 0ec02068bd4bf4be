"""Fifty pieces of a film joined: how long it takes, whether they are the right frames, where the sound is.

The film's frames are numbered in the picture, and every tenth begins with a click, so that what is right is
read from what the decoder makes of the result.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import imageio_ffmpeg  # type: ignore[import-untyped, unused-ignore]
import numpy as np

from analyzer.cutting.cut import cut
from analyzer.cutting.encoding import find_ffmpeg
from analyzer.media.cutting.plans import How
from analyzer.settings import load
from analyzer.worker import Worker
from benchmarks.peers import setup
from tests.scenes.counting import counted, counted_film

FRAMES, FPS, SIZE = 12000, 25, (640, 360)
PIECES, SHORTEST, LONGEST = 50, 25, 225
PEER = "smartcut"
"""Its environment in benchmarks.peers.setup."""

Span = tuple[int, int]
"""Numbers of frames, half open."""
Cutter = Callable[[Path, Sequence[Span], Path], None]
"""(film, pieces, target): writes the pieces, joined."""


@dataclass(frozen=True)
class Cut:
    """What is wrong with a result.

    Attributes:
        lost, extra: frames that are missing, and that should not be there.
        irregular_s: most that a frame is off its place in an even rhythm.
        apart_s: most that sound and picture are, wherever a click is heard.
        apart_at_end_s: the same at the last click.
    """

    lost: int
    extra: int
    irregular_s: float
    apart_s: float
    apart_at_end_s: float


def pieces(seed: int = 0) -> list[Span]:
    """Choose pieces of 1 to 9 s, in order, apart from each other."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(SHORTEST, LONGEST, PIECES)
    breaks = rng.multinomial(FRAMES - lengths.sum() - PIECES, np.full(PIECES + 1, 1 / (PIECES + 1))) + 1
    starts = np.cumsum(breaks[:-1]) + np.cumsum(lengths) - lengths - 1
    return [(int(a), int(a + n)) for a, n in zip(starts, lengths, strict=True)]


def judge(path: Path, spans: Sequence[Span]) -> Cut:
    """Compare a result with what it should be."""
    wanted = [n for a, b in spans for n in range(a, b)]
    found = counted(path)
    right = len(set(wanted) & set(found.frames))
    steps = np.arange(len(found.times_s)) / FPS
    off = np.array(found.times_s) - found.times_s[0] - steps
    late = np.array(found.late_s())
    return Cut(
        lost=len(wanted) - right,
        extra=len(found.frames) - right,
        irregular_s=float(np.abs(off).max()),
        apart_s=float(np.abs(late).max()),
        apart_at_end_s=float(abs(late[-1])),
    )


def measure(rounds: int, cache: Path, film: Path) -> list[dict[str, Any]]:
    """Let every cutter cut the same film, in turns; return a row of figures for each.

    Args:
        rounds: how often.
        cache: where peers' environments are.
        film: made if it is not there.
    """
    setup.make_venv(cache, PEER)
    cutters = CUTTERS | {PEER: _smartcut(setup.python_of(cache, PEER))}
    spans = pieces()
    walls: dict[str, list[float]] = {name: [] for name in cutters}
    cuts: dict[str, Cut] = {}
    if not film.exists():
        counted_film(film, FRAMES, fps=FPS, size=SIZE, options={})
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            names = list(cutters)
            for name in names[number % len(names) :] + names[: number % len(names)]:
                target = Path(folder) / "cut.mp4"
                start = time.perf_counter()
                cutters[name](film, spans, target)
                walls[name].append(time.perf_counter() - start)
                print(f"  {name}: {walls[name][-1]:.1f} s", file=sys.stderr, flush=True)
                cuts[name] = judge(target, spans)
                target.unlink()
    return [{"name": name, "wall_s": walls[name], **vars(cuts[name])} for name in cutters]


def _smartcut(python: Path) -> Cutter:
    def cut(film: Path, spans: Sequence[Span], target: Path) -> None:
        keep = ",".join(str(frame / FPS) for span in spans for frame in span)
        _run([python, "-m", "smartcut", film, target, "--keep", keep])

    return cut


def _piecewise(*codecs: str) -> Cutter:
    """Return what scripts do: a piece at a time, then joined. miles-deep copies the pieces, too."""

    def cut(film: Path, spans: Sequence[Span], target: Path) -> None:
        with tempfile.TemporaryDirectory(dir=target.parent) as name:
            parts = [Path(name) / f"{number}.mp4" for number in range(len(spans))]
            for (a, b), part in zip(spans, parts, strict=True):
                span = ["-ss", str(a / FPS), "-i", film, "-t", str((b - a) / FPS)]
                _ffmpeg(*span, *codecs, "-avoid_negative_ts", "1", part)
            listed = Path(name) / "cuts.txt"
            listed.write_text("".join(f"file '{part}'\n" for part in parts), "utf-8")
            _ffmpeg("-f", "concat", "-safe", "0", "-i", listed, "-c", "copy", target)

    return cut


def _filtered(film: Path, spans: Sequence[Span], target: Path) -> None:
    """Encode everything anew, in one command."""
    links = [
        f"[0:v]trim=start_frame={a}:end_frame={b},setpts=PTS-STARTPTS[v{n}];"
        f"[0:a]atrim={a / FPS}:{b / FPS},asetpts=PTS-STARTPTS[a{n}]"
        for n, (a, b) in enumerate(spans)
    ]
    names = "".join(f"[v{n}][a{n}]" for n in range(len(spans)))
    graph = ";".join([*links, f"{names}concat=n={len(spans)}:v=1:a=1[v][a]"])
    _ffmpeg("-i", film, "-filter_complex", graph, "-map", "[v]", "-map", "[a]", target)


def _ffmpeg(*options: str | Path) -> None:
    _run([imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-y", *options])


def _run(command: Sequence[str | Path]) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{command[0]}: {done.stderr.strip()}")


def _marquee(how: How) -> Cutter:
    """Return what `marquee cut` does once it knows the scenes: a new worker each time."""

    def run(film: Path, spans: Sequence[Span], target: Path) -> None:
        settings = load()
        with Worker(settings) as worker:
            times = [(a / FPS, b / FPS) for a, b in spans]
            cut(film, times, target, how, worker, find_ffmpeg(settings.cutting.ffmpeg))

    return run


CUTTERS: dict[str, Cutter] = {
    "Marquee, exact": _marquee("exact"),
    "Marquee, `--copy`": _marquee("copy"),
    "miles-deep's way: copied, joined": _piecewise("-c", "copy"),
    "ffmpeg, each piece encoded, joined": _piecewise(),
    "ffmpeg, all encoded by one graph": _filtered,
}


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Return the rows as a Markdown table."""
    lines = [
        "| | s | frames lost | extra | off the rhythm, ms | sound off by at most, ms | at the end, ms |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        late = " | ".join(f"{1000 * row[key]:.0f}" for key in ("irregular_s", "apart_s", "apart_at_end_s"))
        lines.append(
            f"| {row['name']} | {median(row['wall_s']):.1f} | {row['lost']} | {row['extra']} | {late} |"
        )
    return "\n".join(lines)
