"""Options that several commands have: which settings hold, and where sidecars go."""

from pathlib import Path
from typing import Annotated

import typer

from analyzer.settings import presets

PresetOption = Annotated[
    str | None,
    typer.Option("--preset", help=f"Settings that come with Marquee: {', '.join(presets())}."),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="Your own settings, a TOML file like what 'marquee settings' prints."),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="SECTION.KEY=VALUE", help="One setting; 'marquee settings' lists them."),
]
EffortOption = Annotated[
    str | None,
    typer.Option("--effort", help="How many frames are looked at: fast, balanced or thorough."),
]
OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output-dir",
        help="Where sidecars go, in folders as below the one named; else beside each video.",
    ),
]
