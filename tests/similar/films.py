"""Made-up films of hashes alone, rows for them, and real ones of video files."""

from pathlib import Path

import numpy as np

from analyzer import settings
from analyzer.media.sampling import Sampler
from analyzer.media.video import open_video
from analyzer.paths import as_uri, key_of
from analyzer.similar.comparing import Film
from analyzer.stores.entries import Prints, Row

GAP_S = 3.0


def film(seed: int, duration_s: float = 300.0, gap_s: float = GAP_S) -> Film:
    """A film whose every look is another picture, unlike all others."""
    rng = np.random.default_rng(seed)
    times = np.arange(0.5, duration_s, gap_s)
    return Film(
        duration_s=duration_s,
        prints=Prints(times_s=times, hashes=rng.integers(0, 2**64, (len(times), 3, 4), np.uint64)),
    )


def edited(
    film: Film, start_s: float = 0, end_s: float = 1e9, speed: float = 1.0, noise: float = 0.05, seed: int = 0
) -> Film:
    """A stretch of a film, played faster; each bit of its hashes is turned with a probability."""
    rng = np.random.default_rng(seed)
    times, end_s = film.prints.times_s, min(end_s, film.duration_s)
    inside = (times >= start_s) & (times < end_s)
    hashes = film.prints.hashes[inside]
    bits = rng.random((*hashes.shape, 64)) < noise
    turned = np.packbits(bits, axis=-1).view(np.uint64)[..., 0]
    prints = Prints(times_s=(times[inside] - start_s) / speed, hashes=hashes ^ turned)
    return Film(duration_s=(end_s - start_s) / speed, prints=prints)


def row(path: Path, film: Film, video: str | None = None, **changes: object) -> Row:
    """The row of a film that a store would have."""
    facts: dict[str, object] = {
        "key": key_of(path),
        "uri": as_uri(path),
        "path": str(path),
        "sidecar": as_uri(path.with_name(path.name + ".marquee.json")),
        "stamp": "",
        "video": video or key_of(path)[::-1],
        "gallery": False,
        "analyzed_s": 0,
        "size_bytes": 1_000_000,
        "duration_s": film.duration_s,
        "width": 640,
        "height": 360,
        "fps": "25/1",
        "container": "mp4",
        "codec": "h264",
        "phash": None,
        **dict.fromkeys(("leads", "people", "faces", "poses", "shots"), 0),
    }
    return Row.model_validate(facts | changes)


def sampled(path: Path, effort: str) -> Film:
    """What the record of a video has, at an effort."""
    chosen = settings.load(assignments=[f"keyframes.effort={effort}"])
    with open_video(path) as video:
        sampler = Sampler(video, chosen.keyframes, chosen.shots)
        for _ in sampler:
            pass
        duration_s = video.duration_s
    kept = [keyframe for keyframe in sampler.keyframes if keyframe.views is not None]
    hashes = np.array([keyframe.views for keyframe in kept], np.uint64).reshape(-1, 3, 4)
    times = np.array([keyframe.time_s for keyframe in kept])
    return Film(duration_s=duration_s, prints=Prints(times_s=times, hashes=hashes))
