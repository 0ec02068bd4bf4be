"""marquee tag."""

from pathlib import Path

from analyzer.cli.console import complain, err
from analyzer.cli.people.common import counted
from analyzer.cli.scenes.common import Files, Given, OutputDir, Tools, for_each, with_scene_options
from analyzer.paths import shown
from analyzer.scenes.choosing import each
from analyzer.scenes.tagging import refuse_another, write_tags


@with_scene_options
def tag(files: Files, given: Given, output_dir: OutputDir = None) -> int:
    """Write down what is where: VIDEO.tag, as Miles Deep writes it, and the scenes into the record.

    Scenes of all classes are written, also where they overlap.
    """

    def act(tools: Tools, path: Path) -> None:
        tools.finder.record(path, ())  # what is wrong with it is said before the work
        refuse_another(output_dir or path.parent, path)
        found = tools.finder.find(path, each)
        if notice := tools.finder.keep(path, found):
            complain(f"{shown(path)}: {notice}")
        target = write_tags(output_dir or path.parent, path, found.scores, found.blocks)
        err.print(f"{shown(target)}: {counted(len(found.scenes), 'scene')}")

    return for_each(files, given, output_dir, act)
