"""Scenes as a table for spreadsheets, and as JSON for programs."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from analyzer.paths import as_text
from analyzer.records import Clock, Record, Scene, Source
from analyzer.scenes.clock import clock
from analyzer.scenes.lists.times import offset_s, shown_s

COLUMNS = ("label", "start", "end", "start_s", "end_s", "duration_s", "score", "coverage", "file")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "＋", "－", "＠")  # noqa: RUF001  (full width)


class SceneList(Record):
    """Scenes of a film.

    Attributes:
        version: of this shape.
        file: where the film lies.
        source: as in the record.
        offset_s: what is added to the scenes' times, which are from the first frame, for those that players
            show.
        scenes: as in the record.
    """

    version: Literal[1] = 1
    file: str
    source: Source
    offset_s: Clock
    scenes: tuple[Scene, ...]


def as_json(film: Path, source: Source, scenes: Sequence[Scene]) -> str:
    """Return scenes as the JSON of a SceneList."""
    listed = SceneList(file=as_text(film), source=source, offset_s=offset_s(source), scenes=tuple(scenes))
    return listed.model_dump_json(indent=2) + "\n"


def as_csv(film: Path, source: Source, scenes: Sequence[Scene]) -> str:
    """Return scenes as a table by RFC 4180, in times that players show.

    A text that a spreadsheet would take for a formula gets an apostrophe in front, and so does one that
    begins with an apostrophe.
    """
    table = io.StringIO()
    writer = csv.writer(table, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(COLUMNS)
    for scene in scenes:
        start, end = shown_s(source, scene.start_s), shown_s(source, scene.end_s)
        times = (clock(start, 3), clock(end, 3), start, end, round(end - start, 6))
        writer.writerow((_cell(scene.label), *times, scene.score, scene.coverage, _cell(as_text(film))))
    return table.getvalue()


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
