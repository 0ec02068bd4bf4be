"""What is known of a file, on generated clips with exact truth."""

import subprocess
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np
import pytest

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()


def ffmpeg(*arguments: object) -> None:
    subprocess.run([FFMPEG, "-v", "error", "-y", *map(str, arguments)], check=True)


def shown(path: Path) -> np.ndarray:
    """The first frame as FFmpeg's own program shows it, upright; RGB."""
    png = path.with_suffix(".shown.png")
    ffmpeg("-i", path, "-frames:v", 1, png)
    with av.open(str(png)) as container:
        return next(container.decode(video=0)).to_ndarray(format="rgb24")


@pytest.fixture
def clip(make_clip, make_scene) -> Path:
    return make_clip("clip.mp4", make_scene(1, 48))


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_rotation(clip: Path, tmp_path: Path, sample, angle: int) -> None:
    turned = tmp_path / "turned.mp4"
    ffmpeg("-display_rotation", -angle, "-i", clip, "-c", "copy", turned)
    result = sample(turned, "fast")
    assert result.source.rotation == angle
    assert (result.source.width, result.source.height) == ((256, 144) if angle in (0, 180) else (144, 256))
    truth = shown(turned)
    image = result.frames[0].image
    assert image.shape == truth.shape
    assert np.abs(image.astype(int) - truth).mean() < 4


@pytest.mark.parametrize(("sar", "size"), [("2/1", (512, 144)), ("1/2", (256, 288)), ("1/1", (256, 144))])
def test_square_pixels(make_clip, make_scene, sample, sar: str, size: tuple[int, int]) -> None:
    result = sample(make_clip("a.mp4", make_scene(1, 24), sar=sar), "fast")
    assert (result.source.width, result.source.height) == size
    assert result.frames[0].image.shape[1::-1] == size


def test_variable_frame_rate(make_clip, make_scene, sample) -> None:
    ticks = np.cumsum([1, 5, 2, 1, 8] * 12).tolist()
    result = sample(make_clip("a.mkv", make_scene(1, 60), ticks=ticks), "thorough")
    exact = {round((t - ticks[0]) / 24, 2) for t in ticks}
    assert {round(k.time_s, 2) for k in result.keyframes} <= exact
    assert result.source.duration_s == pytest.approx((ticks[-1] - ticks[0]) / 24, abs=0.06)


def test_late_start(make_clip, make_scene, sample) -> None:
    result = sample(make_clip("a.mkv", make_scene(1, 48), start_s=5), "fast")
    assert result.source.first_frame_s == pytest.approx(5, abs=1e-3)
    assert result.keyframes[0].time_s == 0
    assert result.source.duration_s == pytest.approx(2, abs=0.01)


def test_exact_frame_rate(clip: Path, tmp_path: Path, sample) -> None:
    ffmpeg("-r", "30000/1001", "-i", clip, "-r", "30000/1001", tmp_path / "ntsc.mp4")
    assert sample(tmp_path / "ntsc.mp4", "fast").source.fps == "30000/1001"


def test_no_duration_in_the_header(clip: Path, tmp_path: Path, sample) -> None:
    with (tmp_path / "pipe.mkv").open("wb") as out:
        subprocess.run(
            [FFMPEG, "-v", "error", "-i", clip, "-c", "copy", "-f", "matroska", "-"], stdout=out, check=True
        )
    assert sample(tmp_path / "pipe.mkv", "fast").source.duration_s == pytest.approx(2, abs=0.05)


def test_the_largest_track_is_chosen_and_never_a_cover(make_clip, make_scene, tmp_path: Path, sample) -> None:
    small = make_clip("small.mp4", make_scene(1, 48, (64, 48)))
    large = make_clip("large.mp4", make_scene(2, 48))
    both = tmp_path / "both.mkv"
    ffmpeg(
        "-i",
        small,
        "-i",
        large,
        "-map",
        0,
        "-map",
        1,
        "-c",
        "copy",
        "-disposition:v:0",
        0,
        "-disposition:v:1",
        0,
        both,
    )
    assert sample(both, "fast").source.width == 256
    cover = tmp_path / "cover.jpg"
    ffmpeg("-f", "lavfi", "-i", "testsrc=size=1000x1000", "-frames:v", 1, cover)
    covered = tmp_path / "covered.mp4"
    ffmpeg(
        "-i",
        cover,
        "-i",
        small,
        "-map",
        0,
        "-map",
        1,
        "-c",
        "copy",
        "-disposition:v:0",
        "attached_pic",
        covered,
    )
    assert sample(covered, "fast").source.width == 64


def test_animated_gif(clip: Path, tmp_path: Path, sample) -> None:
    ffmpeg("-i", clip, "-r", 10, tmp_path / "a.gif")
    result = sample(tmp_path / "a.gif", "balanced")
    assert result.source.codec == "gif"
    assert len(result.keyframes) == 5  # every half second
    assert result.source.duration_s == pytest.approx(2, abs=0.25)


@pytest.mark.parametrize(
    ("codec", "fmt", "suffix"),
    [
        ("libx265", "yuv420p10le", ".mkv"),
        ("prores_ks", "yuv422p10le", ".mov"),
        ("ffv1", "yuv444p", ".mkv"),
        ("ffv1", "gray", ".mkv"),
        ("mjpeg", "yuvj422p", ".avi"),
        ("libx264rgb", "rgb24", ".mkv"),
        ("qtrle", "argb", ".mov"),
    ],
)
def test_pixel_formats(clip: Path, tmp_path: Path, sample, codec: str, fmt: str, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    quiet = ["-x265-params", "log-level=none"] if codec == "libx265" else []
    ffmpeg("-i", clip, "-c:v", codec, "-pix_fmt", fmt, *quiet, path)
    result = sample(path, "fast")
    assert np.abs(result.frames[0].image.astype(int) - shown(path)).mean() < 5
    assert result.source.damaged == 0


def test_time_stamps_that_jump_back(clip: Path, tmp_path: Path, sample) -> None:
    ffmpeg("-i", clip, "-c", "copy", tmp_path / "a.ts")
    joined = tmp_path / "joined.ts"
    joined.write_bytes((tmp_path / "a.ts").read_bytes() * 3)
    result = sample(joined, "thorough")
    assert result.source.duration_s == pytest.approx(6, abs=0.3)
    assert len(result.keyframes) >= 11


def test_cut_off_file_gives_what_it_has(clip: Path, tmp_path: Path, sample) -> None:
    whole = tmp_path / "whole.ts"
    ffmpeg("-i", clip, "-c", "copy", whole)
    half = tmp_path / "half.ts"
    half.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert 0.3 < sample(half, "balanced").source.duration_s < 2


def test_a_header_that_promises_millions_of_years_is_not_believed(make_clip, make_scene, sample) -> None:
    film = make_clip("film.avi", make_scene(1, 48), codec="mpeg4")
    content = bytearray(film.read_bytes())
    head = content.index(b"strh") + 8
    content[head + 20 : head + 28] = (2**31 - 1).to_bytes(4, "little") + (1).to_bytes(
        4, "little"
    )  # scale, rate
    content[head + 32 : head + 36] = (2**31 - 1).to_bytes(4, "little")  # frames
    film.write_bytes(content)
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        assert float((stream.duration or 0) * stream.time_base) > 1e12, "the damage arrives"
    assert sample(film, "balanced").source.missing_s == 0
