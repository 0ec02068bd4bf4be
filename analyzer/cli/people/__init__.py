"""marquee people: who is who, across videos."""

import typer

from analyzer.cli.people import (
    browse,
    calibrate,
    decide,
    forgetting,
    graph,
    output,
    photos,
    recurring,
)

app = typer.Typer(
    no_args_is_help=True,
    help="Know people across videos: name them, correct what is wrong, undo it, forget someone. A PERSON is "
    "a name, an alias, a key such as k7, <video>:p2 or <video>:<face>; <video> is its path, or at least four "
    "of the digits that lists show.",
)
app.command("list")(browse.list_)
app.command()(browse.show)
app.command()(decide.name)
app.command()(decide.alias)
app.command()(decide.merge)
app.command()(decide.split)
app.command("not")(decide.not_)
app.command()(decide.hide)
app.command()(photos.enrol)
app.command()(photos.identify)
app.command()(recurring.common)
app.command()(output.export)
app.command()(graph.graph)
app.command()(forgetting.forget)
app.command()(decide.undo)
app.command()(calibrate.calibrate)
app.command()(browse.history)
