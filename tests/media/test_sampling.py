import gc
import itertools
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from analyzer import settings
from analyzer.media.plan import GAP_S, LOOKS
from analyzer.media.sampling import Sampler
from analyzer.media.video import open_video

EFFORTS = ("fast", "balanced", "thorough")
ENCODINGS: dict[str, dict[str, object]] = {
    "x264": {},
    "fixed GOP": {"x264-params": "keyint=36:min-keyint=36:scenecut=0"},
    "open GOP": {"x264-params": "keyint=48:open-gop=1"},
    "one key frame": {"x264-params": "keyint=infinite:scenecut=0"},
    "all intra": {"codec": "mjpeg", "pix_fmt": "yuvj420p"},
    "mpeg2": {"codec": "mpeg2video", "bf": 2},
    "hevc": {"codec": "libx265", "x265-params": "log-level=none"},
    "vp8": {"codec": "libvpx", "deadline": "realtime", "cpu-used": 8},
}
SUFFIX = {"vp8": ".webm", "mpeg2": ".ts", "all intra": ".avi"}


@pytest.fixture(scope="module")
def encoded(film: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """The film in one of the encodings."""
    from tests.media.conftest import write

    name = request.param
    options = dict(ENCODINGS[name])
    path = tmp_path_factory.mktemp("encoded") / f"film{SUFFIX.get(name, '.mp4')}"
    with av.open(str(film)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    return write(path, frames, **options)


@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize("encoded", ENCODINGS, indirect=True)
def test_guarantees(encoded: Path, effort: str, sample: Callable) -> None:
    """Times rise, spans add up, shots tile the film, each is seen, and no gap is too long."""
    result = sample(encoded, effort)
    keyframes, shots = result.keyframes, result.shots
    duration = result.source.duration_s
    assert duration == pytest.approx(20.0, abs=0.1)
    times = [k.time_s for k in keyframes]
    assert all(a < b for a, b in itertools.pairwise(times))
    assert sum(k.span_s for k in keyframes) == pytest.approx(duration, abs=1e-3)
    assert shots[0].start_s == 0
    assert shots[-1].end_s == pytest.approx(duration)
    assert all(a.end_s == b.start_s for a, b in itertools.pairwise(shots))
    for number, shot in enumerate(shots):
        looks = [k for k in keyframes if k.shot == number]
        assert len(looks) >= LOOKS[effort]
        assert any(k.seen_as is not None for k in looks)
        bounds = [k.time_s for k in looks] + [shot.end_s]
        assert max(b - a for a, b in itertools.pairwise(bounds)) <= {"balanced": 4.0, "thorough": 1.05}.get(
            effort, GAP_S[effort]
        )
    assert [f.index for f in result.frames] == [i for i, k in enumerate(keyframes) if k.seen_as == i]
    assert [f.time_s for f in result.frames] == pytest.approx(
        [times[f.index] for f in result.frames], abs=1e-6
    )


@pytest.mark.parametrize("effort", ["balanced", "thorough"])
@pytest.mark.parametrize("encoded", ENCODINGS, indirect=True)
def test_cuts_are_found_to_the_frame(encoded: Path, effort: str, sample: Callable, film_cuts: tuple) -> None:
    assert sample(encoded, effort).cuts == pytest.approx(list(film_cuts), abs=0.045)


def test_fast_looks_at_most_once_a_second(film: Path, sample: Callable, make_clip, make_scene) -> None:
    clip = make_clip("intra.avi", make_scene(1, 240), codec="mjpeg", pix_fmt="yuvj420p")
    times = [k.time_s for k in sample(clip, "fast").keyframes]
    assert min(np.diff(times)) >= 0.99
    assert len(times) <= 11


def test_black_is_counted_and_not_yielded(make_clip, make_scene, sample) -> None:
    black = [np.zeros((144, 256, 3), np.uint8)] * 48
    result = sample(make_clip("a.mp4", [*make_scene(1, 48), *black, *make_scene(2, 48)]), "balanced")
    dark = [k for k in result.keyframes if k.brightness < 0.06]
    assert dark
    assert all(k.seen_as is None for k in dark)
    assert all(frame.image.mean() > 20 for frame in result.frames)


def test_near_identical_frames_are_seen_as_the_first(make_clip, make_scene, sample) -> None:
    still = make_scene(1, 1) * 240
    result = sample(make_clip("a.mp4", still), "balanced")
    assert len(result.frames) == 1
    assert len(result.keyframes) >= 3
    assert {k.seen_as for k in result.keyframes} == {0}


def test_shot_of_blur_is_seen_by_its_sharpest(make_clip, make_scene, sample) -> None:
    import cv2

    picture = make_scene(1, 1)[0]
    blurs = [cv2.GaussianBlur(picture, (0, 0), sigma) for sigma in (20, 12, 20)]
    result = sample(
        make_clip("a.mp4", [b for b in blurs for _ in range(48)]), "thorough", keyframes__blurred_below=1000
    )
    assert len(result.frames) == len(result.shots)
    best = max(k.sharpness for k in result.keyframes)
    assert best == pytest.approx(max(result.keyframes[f.index].sharpness for f in result.frames), abs=0.05)
    assert all(k.seen_as is not None for k in result.keyframes)


@pytest.mark.parametrize("side", [320, 500])
def test_scale_leads_back_to_the_full_frame(make_clip, make_scene, sample, side: int) -> None:
    clip = make_clip("a.mp4", make_scene(1, 24, (640, 360)))
    frame = sample(clip, "fast", keyframes__max_side=side).frames[0]
    height, width = frame.image.shape[:2]
    assert max(height, width) == side
    assert (width * frame.scale[0], height * frame.scale[1]) == pytest.approx((640, 360))


def test_closing_early_releases_everything(film: Path, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(film.read_bytes())
    chosen = settings.load()
    with open_video(path) as video:
        frames = iter(Sampler(video, chosen.keyframes, chosen.shots))
        next(frames)
        frames.close()
    path.unlink()
    gc.collect()
    assert not [o for o in gc.get_objects() if isinstance(o, av.VideoFrame) and o.width]


def test_memory_does_not_grow_with_length(make_clip, make_scene) -> None:
    """Count the decoded frames that live while a film of many shots is read."""
    clip = make_clip(
        "long.mp4", [f for seed in range(25) for f in make_scene(seed, 30, (64, 48))], codec="mpeg4"
    )
    chosen = settings.load(assignments=["keyframes.effort=thorough"])
    alive = []
    with open_video(clip) as video:
        for _ in Sampler(video, chosen.keyframes, chosen.shots):
            alive.append(sum(isinstance(o, av.VideoFrame) for o in gc.get_objects()))
    assert len(alive) > 25
    assert max(alive) <= 32


@pytest.mark.parametrize("effort", EFFORTS)
def test_a_cut_within_the_first_group_does_not_start_the_clock(
    make_clip: Callable, make_scene: Callable, sample: Callable, effort: str
) -> None:
    """FFmpeg hands out the cut, an intra frame, before the key frame where those between are left out."""
    black = [np.zeros((144, 256, 3), np.uint8)] * 19
    clip = make_clip("fade.mp4", [*black, *make_scene(1, 60), *make_scene(2, 30)], bf=3, preset="veryfast")
    result = sample(clip, effort)
    assert result.keyframes[0].time_s == 0
    assert result.shots[-1].end_s == pytest.approx(109 / 24, abs=0.01)
