"""The command line: the only place that prints or exits."""

import logging
import sys

import typer
from typer.exceptions import TyperException

from analyzer.cli import (
    adding,
    analyze,
    compare,
    db,
    dedupe,
    demo,
    doctor,
    find,
    inspect,
    people,
    queue,
    similar,
    watch,
    weights,
)
from analyzer.cli.console import complain
from analyzer.cli.scenes import cut, miles, plot, tag
from analyzer.errors import USER_ERRORS
from analyzer.log import log_path, log_to_file

app = typer.Typer(
    name="marquee",
    help="Marquee reads videos and says who leads their cast: faces, poses and objects in one record beside "
    "each video. Everything stays on this machine.",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
app.command()(analyze.analyze)
app.command()(watch.watch)
app.add_typer(queue.app, name="jobs")
app.command()(inspect.info)
app.command()(find.find)
app.command()(similar.similar)
app.command()(dedupe.dedupe)
app.command()(demo.demo)
app.command()(cut.cut)
app.command()(tag.tag)
app.command()(plot.plot)
app.command()(miles.miles)
app.add_typer(people.app, name="people")
app.add_typer(db.app, name="db")
weights.app.command()(adding.add)
weights.app.command()(adding.remove)
weights.app.command()(compare.compare)
app.add_typer(weights.app, name="models")
app.command()(doctor.doctor)
app.command()(inspect.schema)
app.command()(inspect.settings)


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", help="Print the version and exit."),
) -> None:
    if version:
        inspect.version()
        context.exit()


def run() -> int:
    """Run the command line and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a name that is not UTF-8 must not stop its own report
            stream.reconfigure(errors="backslashreplace")
    log_to_file()
    try:
        return app(standalone_mode=False) or 0
    except TyperException as error:
        complain(error.format_message())
        return error.exit_code
    except USER_ERRORS as error:
        complain(str(error))
        return error.exit_code
    except typer.Abort:
        raise KeyboardInterrupt from None
    except Exception as error:
        logging.exception("unexpected")
        complain(f"{type(error).__name__}: {error} (an error of Marquee; details in {log_path()})")
        return 1
