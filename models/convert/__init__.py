"""Networks of other formats written as ONNX, so that every engine loads the same file."""

from __future__ import annotations

from pathlib import Path

import onnx

from models.catalog import Entry
from models.errors import BrokenModelError

VERSION = 1
"""Raised when a conversion changes; part of the converted files' names."""


def convert(entry: Entry, source: Path) -> onnx.ModelProto:
    """The entry's file as an ONNX network that takes RGB uint8 images (N, side, side, 3).

    Raises:
        BrokenModelError: the file is not what its entry says.
    """
    from models.convert import dlib, nudenet, tflite

    if entry.format == "tflite":
        return tflite.convert(source, entry.outputs, entry.mean, entry.scale)
    if entry.format == "dlib":
        return dlib.convert(source, entry.mean, entry.scale)
    if entry.format == "nudenet":
        return nudenet.convert(source, entry.mean, entry.scale)
    raise BrokenModelError(f"{entry.name} is a {entry.format} file, not a network")
