"""marquee db: the store of records."""

import typer

from analyzer.cli.db import inspect, keep

app = typer.Typer(
    no_args_is_help=True,
    help="Keep the store of records in order: check it, back it up, rebuild it from the sidecars. These are "
    "what counts; all that a store holds can be made from them.",
)
app.command()(keep.rebuild)
app.command()(inspect.check)
app.command()(inspect.stats)
app.command()(keep.backup)
app.command()(keep.restore)
app.command()(keep.migrate)
