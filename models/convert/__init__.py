"""Networks of other formats written as ONNX, so that every engine loads the same file."""

from __future__ import annotations

from pathlib import Path

from models.catalog import Entry
from models.errors import BrokenModelError

VERSION = 1
"""Raised when a conversion changes; part of the converted files' names."""


def convert(entry: Entry, source: Path, target: Path) -> None:
    """Write the entry's file as an ONNX network that takes RGB uint8 images (N, side, side, 3).

    Raises:
        BrokenModelError: the file is not what its entry says.
    """
    import onnx  # takes 0.3 s, and is needed once in a cache's life

    from models.convert import dlib, nudenet, tflite

    if entry.format == "tflite":
        model = tflite.convert(source, entry.outputs, entry.mean, entry.scale)
    elif entry.format == "dlib":
        model = dlib.convert(source, entry.mean, entry.scale)
    elif entry.format == "nudenet":
        model = nudenet.convert(source, entry.mean, entry.scale)
    else:
        raise BrokenModelError(f"{entry.name} is a {entry.format} file, not a network")
    onnx.save(model, target)
