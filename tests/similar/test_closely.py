"""A closer look at a stretch of film."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from analyzer.errors import MediaError
from analyzer.progress import silent
from analyzer.settings import load
from analyzer.similar.closely import GAP_S, look_closely
from analyzer.worker import Worker

ALL = (0.0, 1e9)


@pytest.mark.parametrize("start_s", [0, 5])
@pytest.mark.parametrize("options", [{}, {"x264-params": "keyint=infinite:scenecut=0"}, {"codec": "mpeg4"}])
def test_a_stretch_is_seen_as_in_the_whole(
    make_clip: Callable[..., Path], make_scene: Callable[..., list[np.ndarray]], options: dict, start_s: int
) -> None:
    frames = [frame for seed in range(5) for frame in make_scene(seed, 48)]
    clip = make_clip("clip.mkv", frames, start_s=start_s, **options)
    whole, part = look_closely(clip, ALL, silent), look_closely(clip, (4.0, 7.0), silent)
    assert whole.times_s[0] == 0
    assert whole.times_s[-1] == pytest.approx(10, abs=0.3)
    assert np.diff(whole.times_s).max() < 3 * GAP_S
    assert part.times_s[0] == pytest.approx(4, abs=0.2)
    assert part.times_s[-1] == pytest.approx(7, abs=0.2)
    for time_s, hashes in zip(part.times_s, part.hashes, strict=True):
        nearest = np.abs(whole.times_s - time_s).argmin()
        assert np.bitwise_count(whole.hashes[nearest, 0] ^ hashes[0]).sum() < 60


def test_it_is_decoded_in_the_worker(make_clip: Callable[..., Path], make_scene, tmp_path: Path) -> None:
    clip = make_clip("clip.mp4", make_scene(1, 48))
    with Worker(load()) as worker:
        assert worker.look_closely(clip, ALL, silent) == look_closely(clip, ALL, silent)
        (tmp_path / "bad.mp4").write_bytes(b"nothing")
        with pytest.raises(MediaError):
            worker.look_closely(tmp_path / "bad.mp4", ALL, silent)
