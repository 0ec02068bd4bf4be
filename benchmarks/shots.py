"""Shot changes: Marquee at each effort beside PySceneDetect's AdaptiveDetector on full decode.

    python -m benchmarks.shots [--rounds 1] [--clips 2]

Judged on clips made here with exact truth, and on the real clips of ../shared/data with theirs. A change
is right if it lies within a transition or at most `TOLERANCE_S` from it (truth made by eye: `EYE_S`); each
transition counts once. Peers and efforts alternate; times are medians over rounds, in CPU seconds.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt
import scenedetect
import skimage

from analyzer import settings
from analyzer.media.sampling import Sampler
from analyzer.media.video import open_video

TOLERANCE_S = 0.12
EYE_S = 0.35
SIZE = (480, 272)
RATE = 24
DATA = Path(__file__).parents[1] / ".." / "shared" / "data"
FAMILIES = ("cuts", "dissolves", "fades", "flashes", "pans", "vfr")
ENCODINGS = {
    "x264": {},
    "x264 fixed GOP": {"x264-params": "keyint=48:min-keyint=48:scenecut=0"},
}
FOOTAGE = {  # cut-free stretches, seconds
    "friday_his_girl.mp4": [(0.0, 6.0)],
    "moviepy_chaplin.mp4": [(0.0, 4.5), (4.5, 9.0)],
    "short_hamilton_clip.mp4": [(0.1, 1.4), (1.8, 3.4), (3.8, 7.7)],
    "tears-of-steel-battle-clip-medium.webm": [(13.2, 20.0), (20.0, 27.0), (37.8, 46.8), (60.0, 67.0)],
    "katna_elephants_dream_16s.mp4": [(0.5, 6.0), (6.0, 12.0)],
}

Image = npt.NDArray[np.uint8]
Span = tuple[float, float]


@dataclass
class Clip:
    """A video and where its shots change: begin and end of each transition, seconds."""

    family: str
    path: Path
    truth: list[Span]
    tolerance_s: float = TOLERANCE_S


@dataclass
class Film:
    """Frames in the making, with their truth."""

    frames: list[Image] = field(default_factory=list)
    truth: list[tuple[int, int]] = field(default_factory=list)


class Stock:
    """Material to cut films from: footage where it is at hand, and pictures under a moving camera."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        folder = Path(skimage.__file__).parent / "data"
        files = sorted(folder.glob("*.png")) + sorted(folder.glob("*.jp*g"))
        faces = sorted((DATA / "faces" / "deepface").glob("*.jpg"))
        pictures = (cv2.imread(str(f)) for f in [*files, *faces])
        self._pictures = [p[..., ::-1] for p in pictures if p is not None and min(p.shape[:2]) >= 256]
        self._footage = [(DATA / "videos" / n, s) for n, spans in FOOTAGE.items() for s in spans]
        self._footage = [(path, span) for path, span in self._footage if path.exists()]
        self._bag: list[int] = []

    def shot(self, frames: int, speed: float = 1.0) -> list[Image]:
        """Return frames of a stretch without a cut; `speed` 1 is an ordinary camera."""
        if not self._bag:  # every source once before any comes again
            self._bag = list(self._rng.permutation(len(self._pictures) + len(self._footage)))
        pick = self._bag.pop()
        if pick < len(self._pictures) or speed > 1:
            return self._pan(self._pictures[pick % len(self._pictures)], frames, speed)
        path, (start, end) = self._footage[pick - len(self._pictures)]
        taken = list(_read(path, start, min(end, start + frames / RATE)))
        return (taken + taken[::-1] + taken + taken[::-1])[:frames] if len(taken) > 8 else self.shot(frames)

    def _pan(self, picture: Image, frames: int, speed: float) -> list[Image]:
        height, width = picture.shape[:2]
        begin, end = self._rng.uniform(0, 1, (2, 2))
        zoom = self._rng.uniform(0.45, 0.75)
        step = 0.004 * speed * self._rng.uniform(0.3, 1)
        reach = min(1.0, step * frames)
        out = []
        for i in range(frames):
            x, y = begin + (end - begin) * reach * i / max(1, frames - 1)
            w = int(width * zoom)
            h = min(height, int(w * SIZE[1] / SIZE[0]))
            left, top = x * (width - w), y * (height - h)
            matrix = np.array([[w / SIZE[0], 0, left], [0, h / SIZE[1], top]])
            flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            out.append(cv2.warpAffine(picture, matrix, SIZE, flags=flags, borderMode=cv2.BORDER_REFLECT))
        return out


def _read(path: Path, start_s: float, end_s: float) -> Iterator[Image]:
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if frame.time is not None and frame.time >= end_s:
                return
            if frame.time is not None and frame.time >= start_s:
                yield frame.to_ndarray(width=SIZE[0], height=SIZE[1], format="rgb24")


def make(family: str, rng: np.random.Generator) -> Film:
    """Cut a film of about 25 seconds, mostly with transitions of one kind."""
    stock, film = Stock(rng), Film()
    while len(film.frames) < 25 * RATE:
        length = int(rng.integers(int(1.2 * RATE), int(4.5 * RATE)))
        shot = stock.shot(length, speed=6.0 if family == "pans" else 1.0)
        if family == "flashes":
            at = int(rng.integers(8, length - 10))
            for i in range(at, at + int(rng.integers(1, 4))):
                shot[i] = cv2.addWeighted(shot[i], 0.25, np.full_like(shot[i], 255), 0.75, 0)
        _join(film, shot, family, rng)
    return film


def _join(film: Film, shot: list[Image], family: str, rng: np.random.Generator) -> None:
    here = len(film.frames)
    if not here:
        film.frames += shot
    elif family == "dissolves" and rng.random() < 0.75:
        n = int(rng.integers(8, 31))
        blend = zip(film.frames[-n:], shot[:n], strict=True)
        film.frames[-n:] = [
            cv2.addWeighted(a, 1 - (i + 1) / (n + 1), b, (i + 1) / (n + 1), 0)
            for i, (a, b) in enumerate(blend)
        ]
        film.frames += shot[n:]
        film.truth.append((here - n, here))
    elif family == "fades" and rng.random() < 0.75:
        n, black = (int(x) for x in rng.integers((6, 0), (20, 12)))
        for i in range(n):
            film.frames[-1 - i] = cv2.convertScaleAbs(film.frames[-1 - i], alpha=i / n)
            shot[i] = cv2.convertScaleAbs(shot[i], alpha=i / n)
        film.frames += [np.zeros_like(shot[0])] * black + shot
        film.truth.append((here - n, here + black + n))
    else:
        film.frames += shot
        film.truth.append((here, here))


def encode(
    film: Film, path: Path, options: dict[str, str], vfr: bool, rng: np.random.Generator
) -> list[Span]:
    """Write the film; return its transitions in seconds."""
    ticks = np.cumsum(rng.choice([1, 2, 3, 4], len(film.frames)) if vfr else np.full(len(film.frames), 2))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options=options)
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, 2 * RATE)
        for image, tick in zip(film.frames, ticks, strict=True):
            frame = av.VideoFrame.from_ndarray(image, "rgb24")
            frame.pts, frame.time_base = int(tick), Fraction(1, 2 * RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    seconds = (ticks - ticks[0]) / (2 * RATE)
    return [(float(seconds[a]), float(seconds[min(b, len(seconds) - 1)])) for a, b in film.truth]


def generated(folder: Path, count: int) -> Iterator[Clip]:
    """Yield the clips made here, each film in each encoding."""
    for family in FAMILIES:
        for seed in range(count):
            rng = np.random.default_rng([seed, FAMILIES.index(family)])
            film = make(family, rng)
            for name, options in ENCODINGS.items():
                path = folder / f"{family}_{seed}_{name.replace(' ', '_')}.mp4"
                truth = encode(film, path, options, family == "vfr", rng)
                yield Clip(f"{family}, {name}", path, truth)


def real() -> Iterator[Clip]:
    """Yield the real clips whose shots are known."""
    for file in sorted((DATA / "truth").glob("*.json")):
        truth = json.loads(file.read_text("utf-8"))
        path = DATA / truth["video"]
        if truth["shots"] and path.exists():
            exact = truth["confidence"] == "exact" or "testvideo" in path.name
            spans = [(float(t), float(t)) for t in truth["shots"]]
            yield Clip("real", path, spans, TOLERANCE_S if exact else EYE_S)


def peer(path: Path) -> list[float]:
    """PySceneDetect as its own users run it: every frame decoded, its best detector."""
    return [scene[0].seconds for scene in scenedetect.detect(str(path), scenedetect.AdaptiveDetector())][1:]


def ours(effort: str) -> Callable[[Path], list[float]]:
    """Marquee's sampler, which looks at key frames at the same time."""
    chosen = settings.load(assignments=[f"keyframes.effort={effort}"])

    def run(path: Path) -> list[float]:
        with open_video(path) as video:
            sampler = Sampler(video, chosen.keyframes, chosen.shots)
            for _ in sampler:
                pass
        return [shot.start_s for shot in sampler.shots[1:]]

    return run


def match(found: Sequence[float], truth: Sequence[Span], tolerance_s: float) -> int:
    """Count transitions that were found, each once, by changes used once."""
    left = sorted(found)
    hits = 0
    for begin, end in truth:
        near = [time for time in left if begin - tolerance_s <= time <= end + tolerance_s]
        if near:
            left.remove(near[0])
            hits += 1
    return hits


def f1(hits: int, found: int, truth: int) -> tuple[float, float, float]:
    """Precision, recall and F1; where nothing was to be found, finding nothing is perfect."""
    precision = hits / found if found else 1.0
    recall = hits / truth if truth else 1.0
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else float(found == truth)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--clips", type=int, default=2, help="films of each family")
    parser.add_argument("--keep", type=Path, help="folder to keep the clips in, and to take them from")
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_args()
    rivals = {"AdaptiveDetector": peer} | {e: ours(e) for e in ("fast", "balanced", "thorough")}
    with tempfile.TemporaryDirectory() as folder:
        clips = [*clips_of(args.keep or Path(folder), args.clips), *real()]
        report(clips, rivals, args.rounds, args.verbose)


def clips_of(folder: Path, count: int) -> list[Clip]:
    """Return the generated clips, from the folder if they were kept there."""
    index = folder / f"clips_{count}.json"
    if index.exists():
        return [Clip(f, Path(p), [(a, b) for a, b in t]) for f, p, t in json.loads(index.read_text("utf-8"))]
    folder.mkdir(parents=True, exist_ok=True)
    clips = list(generated(folder, count))
    index.write_text(json.dumps([(c.family, str(c.path), c.truth) for c in clips]), "utf-8")
    return clips


def report(clips: Sequence[Clip], rivals: dict[str, Any], rounds: int, verbose: bool) -> None:
    """Print precision, recall, F1 and CPU seconds for each family and rival."""
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    seconds: dict[tuple[str, str], float] = defaultdict(float)
    for clip in clips:
        taken: dict[str, list[float]] = defaultdict(list)
        for round_number in range(rounds):
            for name, run in rivals.items():
                begin = time.process_time()
                found = run(clip.path)
                taken[name].append(time.process_time() - begin)
                if round_number == 0:
                    hits = match(found, clip.truth, clip.tolerance_s)
                    if verbose and name != "AdaptiveDetector":
                        tell(clip, name, found)
                    for family in (clip.family, "all generated" if clip.family != "real" else "all real"):
                        for i, n in enumerate((hits, len(found), len(clip.truth))):
                            counts[family, name][i] += n
        for name, times in taken.items():
            for family in (clip.family, "all generated" if clip.family != "real" else "all real"):
                seconds[family, name] += statistics.median(times)
    print(f"{'clips':28}" + "".join(f"{name:>33}" for name in rivals))
    print(f"{'':28}" + f"{'precision recall  F1   CPU s':>33}" * len(rivals))
    for family in dict.fromkeys(f for f, _ in counts):
        row = f"{family:28}"
        for name in rivals:
            p, r, f = f1(*counts[family, name])
            row += f"{p:14.2f}{r:7.2f}{f:6.2f}{seconds[family, name]:6.1f}"
        print(row)


def tell(clip: Clip, name: str, found: Sequence[float]) -> None:
    """Print what a rival missed and what it invented."""
    missed = [s for s in clip.truth if not match(found, [s], clip.tolerance_s)]
    wrong = [round(t, 2) for t in found if not match([t], clip.truth, clip.tolerance_s)]
    print(clip.path.name, name, "missed", [(round(a, 2), round(b, 2)) for a, b in missed], "wrong", wrong)


if __name__ == "__main__":
    main()
