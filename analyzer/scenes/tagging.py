"""The `.tag` file of a video."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import ceil, floor
from pathlib import Path

from analyzer.errors import OutputError
from analyzer.paths import shown
from analyzer.scenes import tag_file
from analyzer.scenes.blocks import Block
from analyzer.scenes.scores import Scores, looks_in
from analyzer.stores.whole import write_whole, writing

_NEARLY = 1e-6
"""By which products of looks and seconds may miss whole seconds."""


def write_tags(folder: Path, video: Path, scores: Scores, blocks: Iterable[Block]) -> Path:
    """Write the blocks of a video into a folder, as `<name>.tag`; what is there is replaced. Return its path.

    Raises:
        OutputError: it cannot be written.
    """
    path = folder / f"{video.stem}.tag"
    seconds = looks_in(scores.duration_s, 1)
    text = tag_file.text(video.name, scores.labels, seconds, in_seconds(blocks, scores.every_s, seconds))
    with writing(path):
        write_whole(path, text.encode("utf-8"))
    return path


def refuse_another(folder: Path, video: Path) -> None:
    """Check that the `.tag` file that is there is not of another video of the same name but for its ending.

    Raises:
        OutputError: it is.
    """
    path = folder / f"{video.stem}.tag"
    try:
        known = tag_file.read(path.read_text("utf-8", errors="surrogateescape")).name
    except (OSError, ValueError):
        return
    if known != video.name:
        raise OutputError(f"{shown(path)}: holds the tags of {known}; delete it, or choose another folder")


def in_seconds(blocks: Iterable[Block], every_s: float, seconds: int) -> Sequence[Block]:
    """Return blocks of looks as such of whole seconds: all that they touch, of so many."""
    touched = (
        (b, floor(b.first * every_s + _NEARLY), ceil((b.last + 1) * every_s - _NEARLY)) for b in blocks
    )
    return [replace(b, first=first, last=max(first, min(end, seconds) - 1)) for b, first, end in touched]
