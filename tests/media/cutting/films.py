"""Films whose frames bear their number as light and dark blocks, with a beep every half second."""

import subprocess
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np

SIZE = (256, 144)
RATE = 25
BITS = 16
BEEP_EVERY_S = 0.5
BEEP_S = 0.02
SAMPLES = 48000


def picture(number: int) -> np.ndarray:
    """A frame that bears its number: RGB uint8 (H, W, 3)."""
    width, height = SIZE
    y, x = np.mgrid[0:height, 0:width]
    image = np.stack([(x + 3 * number) % 256, (y + number) % 256, (x + y) % 256], axis=2).astype(np.uint8)
    image //= 2
    block = width // BITS
    for bit in range(BITS):
        image[height // 3 : 2 * height // 3, bit * block : (bit + 1) * block] = (
            235 if number >> bit & 1 else 16
        )
    return image


def number_of(frame: av.VideoFrame) -> int:
    """The number that a frame bears."""
    grey = frame.to_ndarray(format="gray")
    height, width = grey.shape
    block = width // BITS
    rows = grey[height * 4 // 9 : height * 5 // 9]
    middles = [rows[:, b * block + block // 3 : b * block + 2 * block // 3].mean() for b in range(BITS)]
    return sum((middle > 120) << bit for bit, middle in enumerate(middles))


def beeps(seconds: float) -> np.ndarray:
    """Sound with a beep in the middle of every half second: int16 (samples,)."""
    times = np.arange(round(seconds * SAMPLES)) / SAMPLES
    phase = times % BEEP_EVERY_S - BEEP_EVERY_S / 2
    return (np.where(np.abs(phase) < BEEP_S / 2, np.sin(2 * np.pi * 1500 * times), 0) * 20000).astype(
        np.int16
    )


def ffmpeg(*arguments: object, data: bytes | None = None) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *map(str, arguments)]
    done = subprocess.run(command, input=data, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def make_film(path: Path, seconds: float, *options: object, sound: bool = True, rate: int = RATE) -> Path:
    """Write a film; `options` are ffmpeg's for the output, maps included where there are several tracks."""
    width, height = SIZE
    raw = b"".join(picture(n).tobytes() for n in range(round(seconds * rate)))
    inputs: list[object] = [
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-s",
        f"{width}x{height}",
        "-r",
        rate,
        "-i",
        "pipe:0",
    ]
    if sound:
        audio = path.with_name("beeps.wav")
        with wave.open(str(audio), "wb") as file:
            file.setparams((1, 2, SAMPLES, 0, "NONE", ""))
            file.writeframes(beeps(seconds).tobytes())
        inputs += ["-i", f"file:{audio}"]
    ffmpeg(*inputs, "-pix_fmt", "yuv420p", *options, f"file:{path}", data=raw)
    return path


@dataclass
class Seen:
    """What a file shows: numbers of frames and when, seconds from the file's start."""

    numbers: list[int]
    times: list[float]
    container_start: float


def look(path: Path) -> Seen:
    """Decode all frames."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = [(float(f.pts * f.time_base), number_of(f)) for f in container.decode(stream)]
    return Seen([n for _, n in frames], [t for t, _ in frames], frames[0][0])


def listen(path: Path, track: int = 0) -> np.ndarray:
    """Decode a sound track as it is timed, from the first frame of the film on: float (samples,)."""
    start = look(path).times[0]
    with av.open(str(path)) as container:
        stream = container.streams.audio[track]
        resampler = av.AudioResampler("flt", "mono", SAMPLES)
        blocks = []
        for frame in container.decode(stream):
            time = (
                blocks[-1][0] + len(blocks[-1][1]) / SAMPLES
                if frame.pts is None
                else float(frame.pts * frame.time_base)
            )
            for part in resampler.resample(frame):
                blocks.append((time, part.to_ndarray()[0]))
    length = max(time - start + len(block) / SAMPLES for time, block in blocks)
    sound = np.zeros(round(length * SAMPLES) + 1, np.float32)
    for time, block in blocks:
        at = round((time - start) * SAMPLES)
        block = block[max(0, -at) :]
        at = max(0, at)
        sound[at : at + len(block)] = block[: len(sound) - at]
    return sound


def offsets(path: Path, pieces: Sequence[tuple[float, float]], track: int = 0) -> list[float]:
    """How many seconds too late each beep is that lies well inside a piece (start, end) of the film."""
    sound = listen(path, track) ** 2
    found, at = [], 0.0
    for start, end in pieces:
        middle = BEEP_EVERY_S / 2 + BEEP_EVERY_S * np.ceil(start / BEEP_EVERY_S)
        while middle < end - 0.1:
            if middle > start + 0.1:
                due = middle - start + at
                low = round((due - 0.09) * SAMPLES)
                window = sound[max(0, low) : round((due + 0.09) * SAMPLES)]
                assert window.sum() > 1, f"no beep near {due:.2f} s"
                found.append(
                    (window * np.arange(len(window))).sum() / window.sum() / SAMPLES
                    + max(0, low) / SAMPLES
                    - due
                )
            middle += BEEP_EVERY_S
        at += end - start
    return found


def wanted(pieces: Sequence[tuple[float, float]], rate: int = RATE) -> list[int]:
    """Numbers of the frames with start <= time < end."""
    return [n for start, end in pieces for n in range(100000) if start - 1e-6 <= n / rate < end - 1e-6]
