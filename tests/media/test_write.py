import os
import sys
from fractions import Fraction

import av
import numpy as np
import pytest

from analyzer.errors import OutputError
from analyzer.media.write import write_video
from tests.clips import texture
from tests.somebody import as_somebody


def plain(colour, count=10, size=(48, 64)):
    return [np.full((*size, 3), colour, np.uint8)] * count


def read(path):
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return stream.average_rate, [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]


def test_rate_count_and_size_are_exact(tmp_path):
    path = tmp_path / "clip.mp4"
    write_video(path, iter(plain(90, 31)), Fraction(30000, 1001))
    rate, frames = read(path)
    assert rate == Fraction(30000, 1001)
    assert len(frames) == 31
    assert frames[0].shape == (48, 64, 3)


@pytest.mark.parametrize("colour", [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0)])
def test_colours_survive(tmp_path, colour):
    path = tmp_path / "clip.mkv"
    write_video(path, plain(colour, 3), 25)
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
        assert frame.colorspace == av.video.reformatter.Colorspace.ITU709
        rgb = frame.reformat(format="rgb24", src_colorspace="ITU709").to_ndarray()
    assert abs(rgb.reshape(-1, 3).mean(0) - colour).max() < 6


@pytest.mark.parametrize("name", ["-dash.mp4", "%03d.mp4", "film: 'a' \U0001f3ac.mkv", f"{'n' * 250}.mp4"])
def test_difficult_names(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    write_video(type(tmp_path)(name), plain(10, 2), 25)
    assert os.listdir() == [name]  # noqa: PTH208 - nothing else was left


def test_other_codec_and_options(tmp_path):
    path = tmp_path / "clip.avi"
    write_video(path, plain(10, 5), 25, codec="ffv1", pixel_format="yuv444p", options={"level": 3})
    with av.open(str(path)) as container:
        assert container.streams.video[0].codec_context.name == "ffv1"


def test_failing_ffmpeg_speaks_and_leaves_what_was_there(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"older")
    with pytest.raises(OutputError, match="nosuchcodec") as caught:
        write_video(path, plain(10), 25, codec="nosuchcodec")
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [path]


def test_ffmpeg_that_dies_early_does_not_block(tmp_path):
    frame = texture(1, 721, 1281)  # yuv420p wants even sides: x264 gives up at the first frame
    with pytest.raises(OutputError, match="ffmpeg"):
        write_video(tmp_path / "clip.mp4", (frame for _ in range(200)), 25)
    assert not list(tmp_path.iterdir())


def test_an_error_in_the_frames_passes_through(tmp_path):
    def frames():
        yield from plain(10, 3)
        raise OSError("camera unplugged")

    with pytest.raises(OSError, match="camera unplugged"):
        write_video(tmp_path / "clip.mp4", frames(), 25)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "frames",
    [
        [],
        [*plain(1, 2), np.zeros((50, 64, 3), np.uint8)],
        [np.zeros((48, 64, 3), np.float32)],
        [np.zeros((48, 64), np.uint8)],
    ],
)
def test_frames_that_are_not_pictures_of_one_size(tmp_path, frames):
    with pytest.raises(ValueError, match="frames"):
        write_video(tmp_path / "clip.mp4", frames, 25)
    assert not list(tmp_path.iterdir())


def test_missing_folder(tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        write_video(tmp_path / "none" / "clip.mp4", plain(1), 25)


@pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be made read-only so")
def test_folder_without_permission(tmp_path):
    tmp_path.chmod(0o500)
    tried = (
        "import numpy as np; from pathlib import Path; from fractions import Fraction\n"
        "from analyzer.media.write import write_video; frame = np.zeros((64, 64, 3), np.uint8)"
    )
    path = str(tmp_path / "clip.mp4")
    assert "cannot be written" in as_somebody(tried, f"write_video(Path({path!r}), [frame], 25)")
