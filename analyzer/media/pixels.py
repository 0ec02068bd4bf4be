"""A decoded frame becomes upright RGB of any size.

Planar YUV, which nearly all films are, goes straight from the planes: they are reduced first, brought to what
OpenCV converts fastest (I420, BT.601, limited range), and converted once. All else goes through swscale.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame

Plane = npt.NDArray[np.uint8]
Image = npt.NDArray[np.uint8]
Size = tuple[int, int]
"""Width and height, in pixels."""

_LUMA = {1: (0.2126, 0.0722), 4: (0.30, 0.11), 5: (0.299, 0.114), 6: (0.299, 0.114), 7: (0.212, 0.087)} | {
    9: (0.2627, 0.0593),
    10: (0.2627, 0.0593),
}
"""Weights of red and blue in luma, by the matrix coefficients of ITU-T H.273 table 4."""
_BT601 = (0.299, 0.114)
_BT709 = (0.2126, 0.0722)
_HD_HEIGHT = 577
"""From this height on, film that does not say so is BT.709, as players assume."""
_FULL_RANGE = 2
_TURN = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}
"""By counterclockwise degrees."""


def to_rgb(frame: VideoFrame, size: Size, turn: int = 0) -> Image:
    """Return the frame as RGB uint8 (height, width, 3), C-contiguous.

    Args:
        frame: as decoded.
        size: width and height of the result before it is turned.
        turn: degrees counterclockwise: 0, 90, 180 or 270.
    """
    rgb = _from_planes(frame, size) if _is_planar_yuv(frame) else _through_swscale(frame, size)
    return np.asarray(cv2.rotate(rgb, _TURN[turn]), np.uint8) if turn else rgb


def luma(frame: VideoFrame, size: Size) -> Plane:
    """Return a small grey picture, uint8 (height, width), not turned: fast rather than exact."""
    if not _is_planar_yuv(frame):
        return np.asarray(cv2.cvtColor(_through_swscale(frame, size), cv2.COLOR_RGB2GRAY), np.uint8)
    return _resize(_planes(frame)[0], size)


def _is_planar_yuv(frame: VideoFrame) -> bool:
    name = frame.format.name
    return name.startswith(("yuv4", "yuvj4", "yuva4", "gray", "nv12")) and not name.endswith(("be", "f32le"))


def _from_planes(frame: VideoFrame, size: Size) -> Image:
    planes = _planes(frame)
    width, height = size
    even = (width + width % 2, height + height % 2)
    buffer = np.empty((even[1] * 3 // 2, even[0]), np.uint8)
    _fit(planes[0], size, buffer[: even[1]])
    chroma = buffer[even[1] :].reshape(2, even[1] // 2, even[0] // 2)
    for plane, half in zip(planes[1:3], chroma, strict=False):
        _fit(plane, (even[0] // 2, even[1] // 2), half)
    if len(planes) == 1:
        chroma.fill(128)
    _normalize(buffer[: even[1]], chroma, _colours(frame))
    rgb = np.asarray(cv2.cvtColor(buffer, cv2.COLOR_YUV2RGB_I420), np.uint8)
    return rgb if even == size else np.ascontiguousarray(rgb[:height, :width])


def _planes(frame: VideoFrame) -> list[Plane]:
    """Luma and chroma as 8 bit views or copies; of an interlaced frame only the first field."""
    planes = [_plane(frame, i) for i in range(min(3, len(frame.planes)))]
    if frame.format.name == "nv12":
        both = planes[1].reshape(planes[1].shape[0], -1, 2)
        planes[1:] = [both[..., 0], both[..., 1]]
    if frame.interlaced_frame and frame.height >= 4:
        planes = [plane[::2] for plane in planes]
    return planes


def _plane(frame: VideoFrame, index: int) -> Plane:
    plane = frame.planes[index]
    component = frame.format.components[min(index, len(frame.format.components) - 1)]
    wide = 2 if component.bits > 8 else 1
    columns = plane.width * (2 if frame.format.name == "nv12" and index == 1 else 1)
    flat = np.frombuffer(plane, np.uint16 if wide == 2 else np.uint8)  # type: ignore[call-overload]
    array = flat[: plane.height * (plane.line_size // wide)].reshape(plane.height, -1)[:, :columns]
    if wide == 2:
        array = cv2.convertScaleAbs(array, alpha=0.5 ** (component.bits - 8))
    return np.asarray(array, np.uint8)


def _fit(plane: Plane, size: Size, out: Plane) -> None:
    """Write the plane, scaled to `size`, into `out`, whose last column and row may be one more than that."""
    width, height = size
    out[:height, :width] = _resize(plane, size)
    out[:height, width:] = out[:height, width - 1 : width]
    out[height:] = out[height - 1 : height]


def _resize(plane: Plane, size: Size) -> Plane:
    width, height = size
    if plane.shape == (height, width):
        return plane
    # Averaging over all pixels costs more than decoding: of large planes take every nth first.
    step = max(1, min(plane.shape[1] // (2 * width), plane.shape[0] // (2 * height)))
    if step > 1:
        plane = np.ascontiguousarray(plane[::step, ::step])
    shrinks = plane.shape[0] >= height and plane.shape[1] >= width
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(plane, size, interpolation=how), np.uint8)


def _colours(frame: VideoFrame) -> tuple[tuple[float, float], bool]:
    """Luma weights of red and blue, and whether the range is full."""
    default = _BT709 if frame.height >= _HD_HEIGHT else _BT601
    name, tagged = frame.format.name, frame.color_range
    full = tagged == _FULL_RANGE or name.startswith("yuvj") or (name.startswith("gray") and tagged != 1)
    return _LUMA.get(int(frame.colorspace), default), full


@dataclass(frozen=True, slots=True)
class _Change:
    """What brings YUV to BT.601, limited range: y' = yy y + yu u + yv v + y0, and so on."""

    y: tuple[float, float, float, float]
    u: tuple[float, float, float]
    v: tuple[float, float, float]


@lru_cache(maxsize=16)
def _change(weights: tuple[float, float], full: bool) -> _Change:
    to_rgb = np.linalg.inv(_yuv_matrix(*weights))
    matrix = _yuv_matrix(*_BT601) @ to_rgb
    if full:  # luma spans 255 steps instead of 219, chroma 255 instead of 224
        matrix = np.diag([219 / 255, 224 / 255, 224 / 255]) @ matrix
        matrix[0, 1:] *= 1.0
    else:  # the matrices speak of luma and chroma of equal span
        span = np.diag([219.0, 224.0, 224.0])
        matrix = span @ matrix @ np.linalg.inv(span)
    black = np.array([0.0 if full else 16.0, 128.0, 128.0])
    shift = np.array([16.0, 128.0, 128.0]) - matrix @ black
    (yy, yu, yv), (_, uu, uv), (_, vu, vv) = matrix
    return _Change((yy, yu, yv, shift[0]), (uu, uv, shift[1]), (vu, vv, shift[2]))


def _yuv_matrix(red: float, blue: float) -> npt.NDArray[np.float64]:
    """RGB to YUV: luma 0..1, chroma -0.5..0.5 (ITU-R BT.601 section 2.5.1 and its later kin)."""
    luma = np.array([red, 1 - red - blue, blue])
    return np.stack(
        [luma, (np.array([0, 0, 1]) - luma) / (2 - 2 * blue), (np.array([1, 0, 0]) - luma) / (2 - 2 * red)]
    )


def _normalize(y: Plane, chroma: Plane, colours: tuple[tuple[float, float], bool]) -> None:
    """Bring luma (H, W) and chroma (2, H/2, W/2) to BT.601, limited range, in place."""
    weights, full = colours
    if weights == _BT601 and not full:
        return
    change = _change(weights, full)
    if full:
        cv2.convertScaleAbs(y, y, change.y[0], 16)
    u, v = chroma[0].copy(), chroma[1].copy()
    if weights != _BT601:
        # Rounded around 128 because bytes hold no negative numbers.
        tint = cv2.addWeighted(u, change.y[1], v, change.y[2], 128 - 128 * (change.y[1] + change.y[2]))
        tint = cv2.resize(tint, (y.shape[1], y.shape[0]), interpolation=cv2.INTER_LINEAR)
        cv2.addWeighted(y, 1.0, tint, 1.0, -128.0, y)
    chroma[0] = cv2.addWeighted(u, change.u[0], v, change.u[1], change.u[2])
    chroma[1] = cv2.addWeighted(u, change.v[0], v, change.v[1], change.v[2])


def _through_swscale(frame: VideoFrame, size: Size) -> Image:
    return np.ascontiguousarray(frame.to_ndarray(width=size[0], height=size[1], format="rgb24"))
