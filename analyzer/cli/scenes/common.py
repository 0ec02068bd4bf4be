"""What the commands about scenes have in common: their options, and what finds scenes."""

import contextlib
import inspect
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any

import typer

from analyzer.cli.batch import exit_code
from analyzer.cli.console import complain
from analyzer.cli.find import seconds
from analyzer.cli.options import ConfigOption, PresetOption, SetOption
from analyzer.cli.progress import BatchProgress
from analyzer.cli.stores import StoreOption, opened
from analyzer.cli.weights import fetch_parts
from analyzer.discovery import discover
from analyzer.errors import USER_ERRORS, OutputError
from analyzer.jobs.scenes import SceneFinder
from analyzer.keeping import Keeper
from analyzer.paths import marquee_home, shown
from analyzer.settings import Settings, load
from analyzer.watching.claims import claims_of
from analyzer.worker import Worker

Files = Annotated[list[str], typer.Argument(help="Videos, folders, or patterns such as 'films/*.mkv'.")]
OutputDir = Annotated[
    Path | None,
    typer.Option("-o", "--output-dir", metavar="DIR", help="Where results go; else beside each video."),
]


@dataclass(frozen=True)
class Given:
    """The options that all commands about scenes have, as they were given."""

    model: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="What classifies: 'backend:model' such as onnx:places, miles-deep, or record (the default): "
            "what 'marquee analyze' finds.",
        ),
    ] = None
    every: Annotated[
        str | None, typer.Option(metavar="TIME", help="One look every so often.", show_default="1s")
    ] = None
    fast: Annotated[
        bool,
        typer.Option("--fast", help="Look at key frames, and between them only where the class changes."),
    ] = False
    rules: Annotated[
        str | None,
        typer.Option(help="marquee, or miles-deep: exactly as that program.", show_default="marquee"),
    ] = None
    min_cut: Annotated[
        str | None, typer.Option(metavar="TIME", help="Leave out shorter scenes.", show_default="4s")
    ] = None
    max_gap: Annotated[
        str | None, typer.Option(metavar="TIME", help="End scenes at longer gaps.", show_default="2s")
    ] = None
    min_score: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Score with which scenes begin and end.", show_default="0.5"),
    ] = None
    min_coverage: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Share of a scene that shows its class.", show_default="0.4"),
    ] = None
    smooth: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Average scores over so long first.", show_default="no"),
    ] = None
    batch_size: Annotated[
        int | None,
        typer.Option("-b", "--batch-size", min=1, help="Pictures that are looked at in one go."),
    ] = None
    preset: PresetOption = None
    config: ConfigOption = None
    set_: SetOption = None
    store: StoreOption = None

    def settings(self) -> Settings:
        """Return the settings that they make.

        Raises:
            UsageError: see analyzer.settings.load; or a length of time is none.
        """
        values = {
            "scenes.every_s": _in_seconds(self.every),
            "scenes.min_cut_s": _in_seconds(self.min_cut),
            "scenes.max_gap_s": _in_seconds(self.max_gap),
            "scenes.smooth_s": _in_seconds(self.smooth),
            "scenes.model": self.model,
            "scenes.fast": "true" if self.fast else None,
            "scenes.rules": self.rules,
            "scenes.min_score": self.min_score,
            "scenes.min_coverage": self.min_coverage,
            "engine.batch_size": self.batch_size,
        }
        assignments = [f"{key}={value}" for key, value in values.items() if value is not None]
        return load(self.preset, self.config, [*(self.set_ or []), *assignments])


def _in_seconds(text: str | None) -> float | None:
    return None if text is None else seconds(text)


def with_scene_options(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the options of Given, which reach it as its parameter `given`."""
    own = [p for p in inspect.signature(command).parameters.values() if p.name != "given"]
    keyword = inspect.Parameter.KEYWORD_ONLY
    shared = [inspect.Parameter(f.name, keyword, default=f.default, annotation=f.type) for f in fields(Given)]
    names = [field.name for field in fields(Given)]

    def call(**values: Any) -> int:
        given = Given(**{name: values.pop(name) for name in names})
        return command(given=given, **values)

    parameters = [p.replace(kind=keyword) for p in own] + shared
    call.__name__, call.__doc__ = command.__name__, command.__doc__
    call.__annotations__ = {p.name: p.annotation for p in parameters} | {"return": int}
    call.__signature__ = inspect.Signature(parameters, return_annotation=int)  # type: ignore[attr-defined]
    return call


@dataclass(frozen=True)
class Tools:
    """What works on each video; `several`: there are more than one."""

    settings: Settings
    finder: SceneFinder
    worker: Worker
    progress: BatchProgress
    several: bool


@contextlib.contextmanager
def tools(settings: Settings, output_dir: Path | None, store: str | None, files: int = 1) -> Iterator[Tools]:
    """Open the store, the claims and a worker.

    Raises:
        MarqueeError: one cannot be; or the folder for results is none.
    """
    if output_dir and not output_dir.is_dir():
        raise OutputError(f"{shown(output_dir)}: no such folder; make it first")
    home = marquee_home()
    with (
        opened(store) as kept,
        claims_of(home) as claims,
        Worker(settings) as worker,
        BatchProgress(files) as progress,
    ):
        keeper = Keeper(home, kept)
        finder = SceneFinder(settings, keeper, claims, worker, output_dir, progress.start, fetch_parts)
        yield Tools(settings, finder, worker, progress, files > 1)


def for_each(
    names: Iterable[str],
    given: Given,
    output_dir: Path | None,
    act: Callable[[Tools, Path], None],
    pick: Callable[[Collection[Path]], Collection[Path]] = tuple,
) -> int:
    """Do something with each video, of those that `pick` takes; a bad one never stops the rest.

    Return the exit code.
    """
    settings = given.settings()
    paths = pick(discover(names, settings))
    codes = []
    with tools(settings, output_dir, given.store, len(paths)) as used:
        for number, path in enumerate(paths, 1):
            try:
                act(used, path)
            except USER_ERRORS as error:
                complain(str(error))
                codes.append(error.exit_code)
            used.progress.finish(number)
    return exit_code(codes)
