from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from analyzer import settings
from analyzer.cutting.encoding import find_ffmpeg
from analyzer.worker import Worker
from tests.media.cutting.films import make_film

X264 = ("-c:v", "libx264", "-preset", "veryfast", "-g", 100)
X265 = ("-c:v", "libx265", "-preset", "ultrafast", "-g", 100)
QUIET = "log-level=error"
KINDS: dict[str, tuple[object, ...]] = {
    "h264.mp4": (*X264, "-c:a", "aac"),
    "opengop.mp4": (*X264, "-g", 50, "-x264-params", "open-gop=1", "-c:a", "aac"),
    "baseline.mp4": (*X264, "-profile:v", "baseline", "-c:a", "aac"),
    "ten_bits.mkv": (*X264, "-pix_fmt", "yuv420p10le", "-c:a", "flac"),
    "h264.mkv": (*X264, "-c:a", "libmp3lame"),
    "h264.flv": (*X264, "-c:a", "aac"),
    "h264.ts": (*X264, "-c:a", "aac"),
    "h264.mov": (*X264, "-c:a", "pcm_s16le"),
    "h264.avi": (*X264, "-bf", 2, "-c:a", "libmp3lame"),
    "hevc.mp4": (*X265, "-x265-params", QUIET, "-tag:v", "hvc1", "-c:a", "aac"),
    "hevc_open.mkv": (*X265, "-x265-params", f"{QUIET}:bframes=4:open-gop=1", "-c:a", "libopus"),
    "mpeg4.avi": ("-c:v", "mpeg4", "-q:v", 3, "-bf", 2, "-g", 100, "-c:a", "libmp3lame"),
    "mjpeg.avi": ("-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-q:v", 3, "-c:a", "pcm_s16le"),
    "flv1.flv": ("-c:v", "flv", "-q:v", 3, "-ar", 44100, "-c:a", "libmp3lame"),
    "wmv2.wmv": ("-c:v", "wmv2", "-q:v", 3, "-g", 100, "-c:a", "wmav2"),
    "vp8.webm": ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", 8, "-b:v", "2M", "-g", 100),
    "vp9.webm": ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", 8, "-b:v", "2M", "-g", 100),
    "mpeg2.mpg": ("-c:v", "mpeg2video", "-q:v", 3, "-bf", 2, "-g", 50, "-c:a", "mp2"),
    "mpeg2.ts": ("-c:v", "mpeg2video", "-q:v", 3, "-bf", 2, "-g", 50, "-c:a", "ac3"),
}
"""Options of ffmpeg for films of all kinds."""
SECONDS = 16


@pytest.fixture(scope="session")
def kind(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Make a film of a kind, once."""
    folder = tmp_path_factory.mktemp("films")

    def make(name: str) -> Path:
        path = folder / name
        return path if path.exists() else make_film(path, SECONDS, *KINDS[name])

    return make


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    with Worker(settings.load()) as one:
        yield one


@pytest.fixture(scope="session")
def program() -> Path:
    return find_ffmpeg("bundled")
