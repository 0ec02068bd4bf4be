import av
import numpy as np
import pytest

from analyzer.media import pixels

PLANAR = [
    "yuv420p",
    "yuv422p",
    "yuv444p",
    "yuv411p",
    "yuv440p",
    "yuvj420p",
    "yuvj422p",
    "yuvj444p",
    "yuva420p",
    "nv12",
    "yuv420p10le",
    "yuv422p10le",
    "yuv444p10le",
    "yuv420p12le",
    "yuv444p16le",
]
OTHERS = ["gbrp", "gbrp10le", "rgb24", "bgr0", "rgba", "yuyv422", "p010le", "rgb565le"]


def frame_of(image: np.ndarray, fmt: str, matrix: int, full: bool) -> av.VideoFrame:
    source = av.VideoFrame.from_ndarray(image, "rgb24")
    frame = source.reformat(format=fmt, dst_colorspace=matrix, dst_color_range=2 if full else 1)
    frame.colorspace, frame.color_range = matrix, 2 if full else 1
    return frame


def error(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a.astype(int) - b).mean())


@pytest.mark.parametrize("full", [False, True], ids=["limited", "full"])
@pytest.mark.parametrize("matrix", [1, 5, 9], ids=["BT.709", "BT.601", "BT.2020"])
@pytest.mark.parametrize("fmt", PLANAR)
def test_colours_are_as_near_the_truth_as_swscales(make_scene, fmt: str, matrix: int, full: bool) -> None:
    image = make_scene(3, 1, (320, 200))[0]
    frame = frame_of(image, fmt, matrix, full)
    ours = pixels.to_rgb(frame, (320, 200))
    theirs = frame.reformat(
        format="rgb24", src_colorspace=matrix, src_color_range=2 if full else 1, dst_color_range=2
    ).to_ndarray()
    assert error(ours, image) <= error(theirs, image) + 2.5
    assert np.abs((ours.astype(float) - image).mean((0, 1))).max() < 2  # no tint


@pytest.mark.parametrize("fmt", OTHERS)
def test_other_formats(make_scene, fmt: str) -> None:
    image = make_scene(3, 1, (64, 48))[0]
    frame = av.VideoFrame.from_ndarray(image, "rgb24").reformat(format=fmt)
    assert error(pixels.to_rgb(frame, (64, 48)), image) < 5


@pytest.mark.parametrize("fmt", ["gray", "gray10le"])
def test_grey_is_grey(make_scene, fmt: str) -> None:
    frame = av.VideoFrame.from_ndarray(make_scene(3, 1)[0], "rgb24").reformat(format=fmt)
    ours = pixels.to_rgb(frame, (frame.width, frame.height))
    assert error(ours, frame.to_ndarray(format="rgb24")) < 1.5


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (317, 131), (64, 2000), (2, 2), (3, 3)])
@pytest.mark.parametrize("fmt", ["yuv420p", "yuv444p", "yuv420p10le", "nv12", "rgb24"])
def test_any_size(make_scene, size: tuple[int, int], fmt: str) -> None:
    image = make_scene(1, 1, size)[0]
    frame = av.VideoFrame.from_ndarray(image, "rgb24").reformat(format=fmt)
    ours = pixels.to_rgb(frame, size)
    assert ours.shape == (size[1], size[0], 3)
    assert ours.flags.c_contiguous
    assert ours.dtype == np.uint8


@pytest.mark.parametrize("size", [(160, 100), (101, 67), (41, 25), (640, 400)])
def test_scaling_keeps_the_picture(make_scene, size: tuple[int, int]) -> None:
    image = make_scene(2, 1, (320, 200))[0]
    frame = frame_of(image, "yuv420p", 5, False)
    theirs = frame.reformat(width=size[0], height=size[1], format="rgb24").to_ndarray()
    assert error(pixels.to_rgb(frame, size), theirs) < 8


@pytest.mark.parametrize(("turn", "k"), [(0, 0), (90, 1), (180, 2), (270, 3)])
def test_turn_is_counterclockwise(make_scene, turn: int, k: int) -> None:
    image = make_scene(2, 1, (64, 48))[0]
    frame = av.VideoFrame.from_ndarray(image, "rgb24")
    np.testing.assert_array_equal(pixels.to_rgb(frame, (64, 48), turn), np.rot90(image, k))
