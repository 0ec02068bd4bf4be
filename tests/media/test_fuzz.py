"""Flipped and cut bytes of real codecs: frames or one clear error, never a crash or a hang."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

ROUNDS = 25
SCRIPT = """
import sys
from pathlib import Path
from analyzer import settings
from analyzer.errors import USER_ERRORS
from analyzer.media.sampling import Sampler
from analyzer.media.video import open_video
chosen = settings.load(assignments=["keyframes.effort=" + sys.argv[1]])
for name in sys.argv[2:]:
    try:
        with open_video(Path(name)) as video:
            sampler = Sampler(video, chosen.keyframes, chosen.shots)
            frames = sum(1 for _ in sampler)
            video.source(sampler.phash)
        print("frames", frames, len(sampler.keyframes))
    except USER_ERRORS as error:
        assert "\\n" not in str(error)
        print("error", error)
"""


def mutate(content: bytes, chance: random.Random) -> bytes:
    data = bytearray(content)
    for _ in range(chance.choice([1, 10, 200])):
        data[chance.randrange(len(data))] = chance.randrange(256)
    if chance.random() < 0.3:
        del data[chance.randrange(len(data)) :]
    if chance.random() < 0.3:
        start = chance.randrange(len(data) or 1)
        del data[start : start + chance.randrange(1, 5000)]
    return bytes(data)


CODECS: dict[str, dict[str, object]] = {
    "a.mp4": {},
    "b.ts": {"codec": "mpeg2video"},
    "c.mkv": {"codec": "libx265", "x265-params": "log-level=none"},
    "d.webm": {"codec": "libvpx", "deadline": "realtime", "cpu-used": 8},
    "e.avi": {"codec": "mpeg4"},
}


@pytest.mark.parametrize("effort", ["fast", "balanced"])
@pytest.mark.parametrize("name", CODECS)
def test_damaged_files(name: str, effort: str, make_clip, make_scene, tmp_path: Path) -> None:
    frames = [f for s in (1, 2) for f in make_scene(s, 30, (160, 96))]
    content = make_clip(name, frames, **CODECS[name]).read_bytes()
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    paths = [tmp_path / f"{i}{name}" for i in range(ROUNDS)]
    for path in paths:
        path.write_bytes(mutate(content, chance))
    command = [sys.executable, "-W", "error", "-c", SCRIPT, effort, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, f"seed {seed}: {done.stderr[-2000:]}"
    assert len(done.stdout.splitlines()) == ROUNDS, f"seed {seed}"
    assert done.stderr == "", f"seed {seed}: {done.stderr[-2000:]}"
