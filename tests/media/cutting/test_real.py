"""Real clips: what is cut shows what the film shows at these times, frame for frame."""

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from analyzer.cutting.cut import cut
from analyzer.media.cutting.containers import suffix_for
from analyzer.worker import Worker
from tests.conftest import SHARED

CLIPS = sorted(p for p in (SHARED / "videos").glob("*") if p.suffix in (".mp4", ".webm"))
ODD = [
    "gen/anamorphic_sar2.mp4",
    "gen/av1.mp4",
    "gen/cover_art_attached.mp4",
    "gen/divx_mp3.avi",
    "gen/fps240.mp4",
    "gen/hevc_10bit_hdr10tags.mkv",
    "gen/interlaced_tff.mpg",
    "gen/odd_317x131_yuv444.mp4",
    "gen/rotated_90_displaymatrix.mp4",
    "gen/sorenson.flv",
    "gen/start_time_5s.mkv",
    "gen/two_video_streams.mkv",
    "gen/vfr.mp4",
    "gen/vp9_opus.webm",
    "gen/wmv2_wmav2.wmv",
    "repo/moviepy_big_buck_bunny_0_30.webm",
    "repo/mediaelement_vp6f_grampa.flv",
    "repo/pyscenedetect_issue-134-rotate.mp4",
]
FILES = [*CLIPS, *(SHARED / "odd" / name for name in ODD)]


def frames(path: Path) -> list[tuple[float, np.ndarray]]:
    """Times from the first frame on, and small grey pictures."""
    found = []
    with av.open(str(path)) as container:
        streams = [
            s for s in container.streams.video if not s.disposition & av.stream.Disposition.attached_pic
        ]
        for frame in container.decode(max(streams, key=lambda s: (bool(s.disposition & 1), s.width))):
            grey = frame.reformat(width=64, height=48, format="gray").to_ndarray()[:, :64]
            found.append((float((frame.pts if frame.pts is not None else frame.dts) * frame.time_base), grey))
    return [(time - found[0][0], grey) for time, grey in found]


@pytest.mark.skipif(not FILES, reason="no real clips at hand")
@pytest.mark.parametrize("film", FILES, ids=lambda p: p.name)
def test_it_shows_the_same(film: Path, shared: Path, worker: Worker, program: Path, tmp_path: Path) -> None:
    before = frames(film)[:1200]
    length = before[-1][0]
    spans = [
        (round(0.11 * length, 3), round(0.3 * length, 3)),
        (round(0.55 * length, 3), round(0.8 * length, 3)),
    ]
    written = cut(film, spans, tmp_path / f"cut{suffix_for(film)}", "exact", worker, program)
    after = frames(written.path)
    due = [grey for time, grey in before if any(a - 1e-6 <= time < b - 1e-6 for a, b in spans)]
    assert len(after) == len(due)
    far = [float(cv2.absdiff(a, b).mean()) for a, (_, b) in zip(due, after, strict=True)]
    assert max(far) < 6
