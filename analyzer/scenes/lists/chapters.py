"""Scenes as chapters of a film: what ffmpeg and what mkvmerge read."""

import itertools
import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from analyzer.paths import one_line
from analyzer.records import Scene, Source
from analyzer.scenes.clock import clock
from analyzer.scenes.lists.times import shown_s

_SPECIAL = re.compile(r"([=;#\\])")


def ffmetadata(film: Path, source: Source, scenes: Sequence[Scene]) -> str:
    """Return chapters as ffmpeg's metadata file, microseconds of the container's clock."""
    chapters = (_chapter(source, scene) for scene in scenes)
    return "".join(f"{line}\n" for line in (";FFMETADATA1", *itertools.chain.from_iterable(chapters)))


def _chapter(source: Source, scene: Scene) -> tuple[str, ...]:
    start, end = (round(shown_s(source, time_s) * 1_000_000) for time_s in (scene.start_s, scene.end_s))
    title = _SPECIAL.sub(r"\\\1", one_line(scene.label))
    return "[CHAPTER]", "TIMEBASE=1/1000000", f"START={start}", f"END={end}", f"title={title}"


def mkvchapters(film: Path, source: Source, scenes: Sequence[Scene]) -> str:
    """Return chapters as mkvmerge's XML, by the container's clock."""
    root = ElementTree.Element("Chapters")
    if scenes:
        edition = ElementTree.SubElement(root, "EditionEntry")
    for scene in scenes:
        atom = ElementTree.SubElement(edition, "ChapterAtom")
        _add(atom, "ChapterTimeStart", f"{clock(shown_s(source, scene.start_s), 9):0>18}")
        _add(atom, "ChapterTimeEnd", f"{clock(shown_s(source, scene.end_s), 9):0>18}")
        display = ElementTree.SubElement(atom, "ChapterDisplay")
        _add(display, "ChapterString", one_line(scene.label))
        _add(display, "ChapterLanguage", "und")
    ElementTree.indent(root)
    kind = '<!DOCTYPE Chapters SYSTEM "matroskachapters.dtd">'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{kind}\n{ElementTree.tostring(root, encoding="unicode")}\n'
    )


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = text
