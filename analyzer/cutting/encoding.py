"""Run ffmpeg to encode the parts of a cut."""

import os
import re
import subprocess
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from typing import IO

import ffmpeg  # type: ignore[import-untyped, unused-ignore]
import imageio_ffmpeg  # type: ignore[import-untyped, unused-ignore]

from analyzer.errors import CuttingError, DiskFullError, UsageError
from analyzer.media.container import FORMATS
from analyzer.media.cutting.parts import encoded_path, part_path
from analyzer.media.cutting.plans import AHEAD, Part, Track
from analyzer.paths import shown

_FINEST = 60000
"""Ticks a second of the MPEG-4 encoder's clock; it can count to 65535."""
_RATED = {"mpeg1video", "mpeg2video"}
"""Encoders whose clock is the frame rate."""
_COUNTED = "avi"
_TIMED = "nut"
_MOST = 4096
"""Bytes of ffmpeg's messages that are looked at, of the first and of the last ones."""


STALL_S = 120.0
"""After which an ffmpeg that writes nothing is given up."""


def find_ffmpeg(setting: str) -> Path:
    """Return the ffmpeg that a setting names: "bundled", or a path.

    Raises:
        UsageError: it does not run, or is another program.
    """
    path = Path(imageio_ffmpeg.get_ffmpeg_exe() if setting == "bundled" else setting).expanduser()
    try:
        told = subprocess.run([path, "-version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"cutting.ffmpeg: {shown(path)} does not run: {error}; name another") from None
    if told.returncode or not told.stdout.startswith(b"ffmpeg"):
        raise UsageError(f"cutting.ffmpeg: {shown(path)} is no ffmpeg; name another")
    return path


def encode(program: Path, film: Path, track: Track, number: int, folder: Path) -> None:
    """Encode a part; the file of its packets is deleted then.

    Raises:
        CuttingError: ffmpeg failed; what it said is given.
        DiskFullError: no room.
    """
    part = part_path(folder, track.stream, number)
    target = encoded_path(folder, track.stream, number)
    run_ffmpeg(_command(program, part, target, track, track.parts[number]), film, target)
    part.unlink()


def run_ffmpeg(command: list[str], film: Path, target: Path) -> None:
    """Run a command of ffmpeg to its end; it ends with whatever ends us, or if it writes nothing for long.

    Args:
        command: with the program.
        film: for messages.
        target: what it writes.

    Raises:
        CuttingError, DiskFullError: see `encode`.
    """
    with tempfile.TemporaryFile() as messages:
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=messages
            )
        except OSError as error:
            raise CuttingError(f"{shown(film)}: ffmpeg cannot be started: {error}") from None
        try:
            size, grown = -1, time.monotonic()
            while process.poll() is None:
                now = target.stat().st_size if target.exists() else 0
                if now != size:
                    size, grown = now, time.monotonic()
                elif time.monotonic() - grown > STALL_S:
                    raise CuttingError(f"{shown(film)}: given up, ffmpeg wrote nothing for {STALL_S:g} s")
                _wait(process)
        finally:
            process.kill()  # does nothing where it has ended
            process.wait()
        if process.returncode:
            raise _failure(film, process.returncode, _words(messages))


def _wait(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.wait(0.2)
    except subprocess.TimeoutExpired:
        return


def _failure(film: Path, code: int, words: str) -> CuttingError | DiskFullError:
    if "No space left on device" in words:
        return DiskFullError(f"{shown(film)}: no room for its cut; make some")
    how = words or (f"ended by signal {-code}" if code < 0 else f"ended with {code}")
    return CuttingError(f"{shown(film)}: ffmpeg: {how}")


def _words(messages: IO[bytes]) -> str:
    """Return ffmpeg's first and last message: mostly what went wrong and what came of it."""
    size = messages.seek(0, os.SEEK_END)
    found = []
    for start, which in ((0, 0), (max(0, size - _MOST), -1)):
        messages.seek(start)
        lines = map(_printable, messages.read(_MOST).decode("utf-8", "replace").splitlines())
        telling = [line for line in lines if line and line != "Conversion failed!"]
        found += telling[which:][:1]
    return "; ".join(dict.fromkeys(found))


def _printable(line: str) -> str:
    """Return a message without the address in memory of who says it."""
    return shown(Path(re.sub(r" @ 0x[0-9a-f]+\]", "]", line).strip())) if line.strip() else ""


def _command(program: Path, part: Path, target: Path, track: Track, content: Part) -> list[str]:
    rate = Fraction(track.rate)
    stream = ffmpeg.input(
        f"file:{part}",
        f=_COUNTED if content.stamps else _TIMED,
        protocol_whitelist="file,pipe",
        format_whitelist=FORMATS,
        noautorotate=None,
    ).video.filter("select", content.select)
    if content.stamps:
        stream = stream.filter("settb", f"{rate.denominator}/{rate.numerator}").filter("setpts", f"N+{AHEAD}")
    if track.looks:
        name, _, values = track.looks.partition("=")
        stream = stream.filter(name, **dict(value.split("=") for value in values.split(":")))
    options = {"c:v": track.encoder, **track.options}
    if content.keys:
        options["force_key_frames"] = ",".join(f"{float((n + AHEAD) / rate):.6f}" for n in content.keys)
    output = stream.output(
        f"file:{target}", f="nut", fps_mode="passthrough", enc_time_base=_tick(track, content), **options
    )
    base = output.global_args("-nostdin", "-loglevel", "error", "-copyts")
    command: list[str] = base.compile(cmd=str(program), overwrite_output=True)
    return command


def _tick(track: Track, content: Part) -> str:
    """Return the encoder's clock: that of the frames, as far as it can have such a one."""
    rate = Fraction(track.rate)
    if content.stamps or track.encoder in _RATED:
        return f"{rate.denominator}:{rate.numerator}"
    tick = Fraction(track.tick)
    if track.encoder == "mpeg4" and tick.denominator > _FINEST:
        tick = Fraction(1, _FINEST)
    return f"{tick.numerator}:{tick.denominator}"
