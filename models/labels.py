"""What classes are called: lists of labels as they are passed around with models."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from models.errors import ModelError


def read(path: Path) -> tuple[str, ...]:
    """Return the labels of a text file, one a line, each line as it is, but for spaces at its ends.

    So a line of a synset list, "n02123045 tabby, tabby cat", is one label. Empty lines are passed over.

    Raises:
        ModelError: it cannot be read, is not UTF-8, or has no label.
    """
    if path.exists() and not path.is_file():
        raise ModelError(f"{path} is no list of labels but a folder or a device")
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ModelError(f"{path} is no list of labels: it is not UTF-8 ({error.reason})") from error
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error
    labels = [line.strip() for line in text.split("\n") if line.strip()]
    if not labels:
        raise ModelError(f"{path} has no labels; it should have one a line")
    return distinct(labels)


def distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Return labels of which each is of one class alone.

    ImageNet has two classes called crane: where a name stands for several, their numbers follow it, from 0.
    """
    counts = Counter(names)
    return tuple(f"{name} ({number})" if counts[name] > 1 else name for number, name in enumerate(names))
