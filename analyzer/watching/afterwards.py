"""What is run after each video: programs of the user's, never by a shell."""

import os
import shlex
import subprocess
from collections.abc import Iterator, Sequence
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


def run(commands: Sequence[str], video: Path, sidecar: Path) -> Iterator[str]:
    """Run commands, one after another; yield a line for each that fails.

    Each gets the paths of the video and of its sidecar as its last two arguments, and in the environment as
    MARQUEE_VIDEO and MARQUEE_SIDECAR.
    """
    named = {"MARQUEE_VIDEO": str(video), "MARQUEE_SIDECAR": str(sidecar)}
    for command in commands:
        words = [*_words(command), str(video), str(sidecar)]
        try:
            done = subprocess.run(words, stdin=subprocess.DEVNULL, env=os.environ | named, check=False)
        except (OSError, ValueError) as error:
            yield f"--then {command}: cannot be run: {getattr(error, 'strerror', None) or error}"
            continue
        if done.returncode:
            yield f"--then {command}: ended with {done.returncode}"


def _words(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError(f"--then {command!r}: {error}") from None
    if not words:
        raise UsageError("--then takes commands, with commas between them; one is empty")
    return words
