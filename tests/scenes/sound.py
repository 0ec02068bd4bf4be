"""Sound for films made at test time: tones, and clicks at known times."""

import itertools
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np
import scipy.signal

RATE = 48000
CLICK_S, CLICK_HZ = 0.004, 3000
TONE = 0.02
"""How loud the tones are; clicks have 0.8."""


def clicks(times_s: Sequence[float]) -> np.ndarray:
    """Return samples, 1 to the last of some times, with a click at each but the last, and tones between."""
    samples = np.zeros(round(times_s[-1] * RATE), np.float32)
    click = 0.8 * _click().imag
    for number, (start_s, end_s) in enumerate(itertools.pairwise(times_s)):
        start, end = round(start_s * RATE), round(end_s * RATE)
        pitch = 220 * 2 ** (number % 12 / 12)
        samples[start:end] = TONE * np.sin(2 * np.pi * pitch * np.arange(end - start) / RATE)
        samples[start : start + len(click)] = click[: end - start]
    return samples


def add_sound(path: Path, samples: np.ndarray, codec: str = "aac") -> None:
    """Give a video sound, one channel of 48 kHz; its pictures are copied."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        made = Path(folder) / path.name
        sound = ["-f", "f32le", "-ar", str(RATE), "-ac", "1", "-i", "pipe:0"]
        how = ["-i", f"file:{path}", *sound, "-map", "0", "-map", "1", "-c", "copy", "-c:a", codec]
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", *how, f"file:{made}"]
        subprocess.run(command, input=samples.astype("<f4").tobytes(), check=True)
        made.replace(path)


def heard(path: Path) -> list[float]:
    """Return when clicks begin in the sound of a file as it is decoded, by the file's clock, seconds."""
    samples, start_s = _decoded(path)
    strength = np.abs(scipy.signal.fftconvolve(samples, _click()[::-1].conj(), "valid"))
    peaks, _ = scipy.signal.find_peaks(strength, height=strength.max() / 2, distance=RATE // 20)
    return [start_s + float(peak) / RATE for peak in peaks]


def _click() -> np.ndarray:
    return np.exp(2j * np.pi * CLICK_HZ * np.arange(round(CLICK_S * RATE)) / RATE)


def _decoded(path: Path) -> tuple[np.ndarray, float]:
    """Return the samples of the first channel, each where its time says, and the time of the first."""
    with av.open(path) as container:
        frames = [(f.time, f.to_ndarray().reshape(-1, f.samples)[0]) for f in container.decode(audio=0)]
    start_s = frames[0][0]
    places = [round((time - start_s) * RATE) for time, _ in frames]
    samples = np.zeros(places[-1] + len(frames[-1][1]), np.float32)
    for place, (_, part) in zip(places, frames, strict=True):
        samples[place : place + len(part)] = part
    return samples, start_s
