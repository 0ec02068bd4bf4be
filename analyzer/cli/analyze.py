"""marquee analyze."""

from typing import Annotated

import typer

from analyzer import jobs
from analyzer.cli.batch import run_batch
from analyzer.cli.options import ConfigOption, EffortOption, OutputOption, PresetOption, SetOption
from analyzer.cli.stores import StoreOption, opened
from analyzer.detect.table import KINDS
from analyzer.discovery import discover
from analyzer.keeping import Keeper
from analyzer.paths import marquee_home
from analyzer.settings import load
from analyzer.watching.claims import claims_of


def analyze(
    files: Annotated[list[str], typer.Argument(help="Videos, folders, or patterns such as 'films/*.mkv'.")],
    galleries: Annotated[
        bool, typer.Option("--galleries", help="Take each folder that holds pictures as a gallery, too.")
    ] = False,
    preset: PresetOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    effort: EffortOption = None,
    only: Annotated[
        str | None, typer.Option(metavar="KIND,...", help=f"Look only for some of {', '.join(KINDS)}.")
    ] = None,
    device: Annotated[str | None, typer.Option(help="What to compute on: auto, cpu or cuda.")] = None,
    batch_size: Annotated[
        int | None, typer.Option(min=1, help="Pictures a network looks at in one go.")
    ] = None,
    output_dir: OutputOption = None,
    store: StoreOption = None,
    no_crops: Annotated[
        bool,
        typer.Option(
            "--no-crops",
            help="Keep no pictures of faces in the record: smaller by a few kilobytes a shot, but a change "
            "of embedder then decodes every video again, and pages of people show no faces.",
        ),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Do again what is up to date.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print one line of JSON a file.")] = False,
) -> int:
    """Analyze videos and galleries: leaves a complete record beside each, as VIDEO.marquee.json.

    What is up to date is skipped. A bad file never stops the rest. Ends with 0 only when all went well.
    """
    shortcuts = {"keyframes.effort": effort, "engine.device": device, "engine.batch_size": batch_size}
    given = [f"{key}={value}" for key, value in shortcuts.items() if value is not None]
    given += ["people.crops=0"] if no_crops else []
    settings = load(preset, config, [*(set_ or []), *given])
    kinds = KINDS if only is None else tuple(kind.strip() for kind in only.split(","))
    paths = discover(files, settings, galleries)
    job = jobs.Job(settings, kinds, output_dir, force)
    jobs.check(job)
    home = marquee_home()
    with opened(store) as kept, claims_of(home) as claims:
        return run_batch(paths, job, Keeper(home, kept), claims, json_)
