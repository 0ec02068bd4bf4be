"""Lists of scenes for editors, players, spreadsheets and programs; docs/scenes.md describes each."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

from analyzer.records import Scene, Source

Form = Literal["edl", "otio", "csv", "json", "ffmetadata", "mkvchapters"]
FORMS: tuple[Form, ...] = get_args(Form)


def write_list(form: Form, film: Path, source: Source, scenes: Sequence[Scene]) -> str:
    """Return scenes of a film as the text of a file, to be written as UTF-8 with its line ends as they are.

    Args:
        form: of the list.
        film: where the film lies; what the list refers to.
        source: of the film's record.
        scenes: in any order; they may overlap.
    """
    from analyzer.scenes.lists import chapters, edl, tables, timelines  # OpenTimelineIO: not for all commands

    write = {
        "edl": edl.edl,
        "otio": timelines.otio,
        "csv": tables.as_csv,
        "json": tables.as_json,
        "ffmetadata": chapters.ffmetadata,
        "mkvchapters": chapters.mkvchapters,
    }[form]
    return write(film, source, sorted(scenes, key=lambda scene: (scene.start_s, scene.end_s)))
