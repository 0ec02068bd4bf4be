"""Every odd file ends in frames or in one clear error."""

from pathlib import Path

import pytest

from analyzer.errors import MediaError
from tests.conftest import SHARED

ODD = SHARED / "odd"
FILES = sorted(p for p in ODD.glob("*/*") if p.is_file())

REFUSED = {
    "audio_only.m4a": "holds no video track",
    "audio_only_named.mp4": "holds no video track",
    "no_extension": "no known video format",
    "random_bytes.mp4": "no known video format",
    "text_named.mkv": "no known video format",
    "truncated_60pct_no_moov.mp4": "index is missing",
    "zero_byte.mp4": "is empty",
    "danbooru_compressed.swf": "Flash program",
    "danbooru_test-corrupt.jpg": "single picture (JPEG)",
    "danbooru_test-corrupt.mp4": "nothing in it can be decoded",
    "danbooru_test-corrupt.png": "single picture (PNG)",
    "danbooru_test-rotation-180.jpg": "single picture (JPEG)",
    "danbooru_test-rotation-270cw-large.jpg": "single picture (JPEG)",
    "danbooru_test-rotation-270cw.jpg": "single picture (JPEG)",
    "danbooru_test-rotation-90cw.jpg": "single picture (JPEG)",
    "danbooru_test-rotation-90cw.png": "single picture (PNG)",
    "matroska_really_invalid_EBML_ElementDataSize_in_EBMLHeader.mkv": "no known video format",
    "moviepy_somename_audio_only.mp4": "holds no video track",
    "small_AudioVideoInterleave.avi": "nothing in it can be decoded",
    "small_FlashVideo.flv": "",
    "small_Mpeg4.mp4": "holds no video track",
    "small_WindowsMediaVideo.wmv": "nothing in it can be decoded",
    "small_mp4-with-audio.mp4": "holds no video track",
    "small_webm-with-audio.webm": "holds no video track",
}
DAMAGED = {"bitflips_400_in_mdat.mp4", "mediaelement_xbox.wmv"}


@pytest.mark.skipif(not FILES, reason=f"the odd media are not at hand: no {ODD}")
@pytest.mark.parametrize("effort", ["fast", "balanced", "thorough"])
@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_frames_or_one_clear_line(path: Path, effort: str, sample, capfd: pytest.CaptureFixture[str]) -> None:
    if path.name in REFUSED:
        with pytest.raises(MediaError) as caught:
            sample(path, effort)
        assert REFUSED[path.name] in str(caught.value)
        assert str(caught.value).startswith(str(path))
        assert "\n" not in str(caught.value)
    else:
        result = sample(path, effort)
        assert result.keyframes
        assert sum(k.span_s for k in result.keyframes) == pytest.approx(result.source.duration_s, abs=1e-3)
        if path.name not in DAMAGED:
            assert result.source.damaged == 0
        elif effort == "thorough":
            assert result.source.damaged > 0
    assert capfd.readouterr().err == ""
