"""What is run after each video: programs of the user's, never by a shell."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from analyzer.errors import UsageError


def commands(text: str) -> tuple[str, ...]:
    """Return the commands of a list with commas.

    Raises:
        UsageError: one is empty, or a quote in it is not closed.
    """
    found = tuple(command.strip() for command in text.split(","))
    for command in found:
        _words(command)
    return found


def run(commands: Sequence[str], video: Path, sidecar: Path, limit_s: float) -> Iterator[str]:
    """Run commands, one after another; yield a line for each that fails, or takes longer than `limit_s`.

    Each gets the paths of the video and of its sidecar as its last two arguments, and in the environment as
    MARQUEE_VIDEO and MARQUEE_SIDECAR.
    """
    named = {"MARQUEE_VIDEO": str(video), "MARQUEE_SIDECAR": str(sidecar)}
    for command in commands:
        words = [*_words(command), str(video), str(sidecar)]
        try:
            code = _run(words, os.environ | named, limit_s)
        except subprocess.TimeoutExpired:
            yield f"--then {command}: ended after {limit_s:g} s (watch.then_s)"
        except (OSError, ValueError) as error:
            yield f"--then {command}: {words[0]} cannot be run: {getattr(error, 'strerror', None) or error}"
        else:
            if code:
                yield f"--then {command}: ended with {code}"


def _run(words: Sequence[str], env: Mapping[str, str], limit_s: float) -> int:
    """Return the exit code of a program; one that takes too long is ended with all that it started."""
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, env=env, start_new_session=True) as process:
        try:
            return process.wait(limit_s)
        except BaseException:
            if sys.platform != "win32":
                os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            raise


def _words(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError(f"--then {command!r}: {error}") from None
    if not words:
        raise UsageError("--then takes commands, with commas between them; one is empty")
    return words
