"""What stores have of videos, of which only the hashes matter."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from analyzer import settings
from analyzer.media.sampling import Sampler
from analyzer.media.video import open_video
from analyzer.paths import as_uri, key_of
from analyzer.similar.comparing import Film
from analyzer.stores.entries import Prints, Row


@cache
def record(path: Path, effort: str) -> Film:
    """What a record of an effort has of a video."""
    chosen = settings.load(assignments=[f"keyframes.effort={effort}"])
    with open_video(path) as video:
        sampler = Sampler(video, chosen.keyframes, chosen.shots)
        for _ in sampler:
            pass
        duration_s = video.duration_s
    kept = [keyframe for keyframe in sampler.keyframes if keyframe.views is not None]
    hashes = np.array([keyframe.views for keyframe in kept], np.uint64).reshape(-1, 3, 4)
    prints = Prints(times_s=np.array([keyframe.time_s for keyframe in kept]), hashes=hashes)
    return Film(duration_s=duration_s, prints=prints)


def row(path: Path, film: Film, **changes: Any) -> Row:
    """Return the row of a video; `changes` are other fields of it."""
    facts = {
        "key": key_of(path),
        "uri": as_uri(path),
        "path": str(path),
        "sidecar": as_uri(path.with_name(f"{path.name}.marquee.json")),
        "stamp": "",
        "video": key_of(path)[::-1],
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
