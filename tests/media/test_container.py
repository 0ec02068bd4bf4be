import os
from pathlib import Path

import numpy as np
import pytest

from analyzer.errors import InputError, MarqueeError, MediaError, UnsafeMediaError
from analyzer.media.video import open_video
from tests.somebody import as_somebody

SCRIPTS = {
    "concat": "ffconcat version 1.0\nfile film.mp4\n",
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfilm.mp4\n#EXT-X-ENDLIST\n",
    "dash": '<?xml version="1.0"?><MPD><Period><BaseURL>film.mp4</BaseURL></Period></MPD>',
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
    "pls": "[playlist]\nFile1=film.mp4\n",
}


def message(path: Path, error: type[MarqueeError]) -> str:
    with pytest.raises(error) as caught, open_video(path):
        pass
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("kind", SCRIPTS)
@pytest.mark.parametrize("name", ["list.m3u8", "film.mkv", "film.ts"])
def test_scripts_are_refused_under_any_name(tmp_path: Path, film: Path, kind: str, name: str) -> None:
    (tmp_path / "film.mp4").write_bytes(film.read_bytes())
    (tmp_path / name).write_text(SCRIPTS[kind])
    assert "names other files" in message(tmp_path / name, UnsafeMediaError)


NAMES = [
    "-dash.mp4",
    "ünï·😀.mp4",
    "100%d.mp4",
    "a'b\"c.mp4",
    "new\nline.mp4",
    "file:x.mp4",
    "no-extension",
    "x.m3u8",
]


@pytest.mark.parametrize("name", NAMES)
def test_difficult_names(tmp_path: Path, film: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / name).write_bytes(film.read_bytes())
    monkeypatch.chdir(tmp_path)
    with open_video(Path(name)) as video:
        assert next(video.groups(1.0)).entry


def test_name_that_is_not_utf8(tmp_path: Path, film: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.mp4"))
    try:
        path.write_bytes(film.read_bytes())
    except OSError:
        pytest.skip("this file system takes no such names")
    with open_video(path) as video:
        next(video.scout.alone(next(video.groups(1.0))))
    path.write_bytes(b"")
    assert "caf\\xe9.mp4: is empty" in message(path, MediaError)


def test_missing_and_directory(tmp_path: Path) -> None:
    assert "no such file" in message(tmp_path / "none.mp4", InputError)
    assert "is a directory" in message(tmp_path, InputError)
    assert "cannot be opened" in message(Path("nul\0byte.mp4"), InputError)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipe_is_refused_and_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    assert "not a regular file" in message(tmp_path / "pipe.mp4", InputError)


@pytest.mark.skipif(os.name != "posix", reason="file permissions as POSIX has them")
def test_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.touch(mode=0)
    tried = "from pathlib import Path; from analyzer.media.container import open_file"
    assert "no permission" in as_somebody(tried, f"open_file(Path({str(path)!r}))")


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".bmp", ".tiff", ".webp"])
def test_pictures_are_no_videos(tmp_path: Path, suffix: str) -> None:
    import cv2

    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    cv2.imwrite(str(tmp_path / f"x{suffix}"), noise)
    (tmp_path / f"x{suffix}").rename(tmp_path / "film.mp4")
    assert "single picture" in message(tmp_path / "film.mp4", MediaError)


@pytest.mark.parametrize(
    "content", [b"\0" * 100_000, os.urandom(100_000), b"just some text\n" * 9, b"\x1aE\xdf\xa3"]
)
def test_no_videos(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "film.mkv").write_bytes(content)
    message(tmp_path / "film.mkv", MediaError)
