"""marquee db rebuild, backup, restore, migrate: what changes a store or keeps it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from analyzer.cli.console import complain, megabytes, out
from analyzer.cli.stores import StoreOption, opened
from analyzer.errors import SidecarError, UsageError
from analyzer.paths import marquee_home, shown
from analyzer.stores.opening import sqlite_file
from analyzer.upkeep import backup as backups
from analyzer.upkeep import rebuilding
from analyzer.upkeep.comparing import Difference

SHOWN = 5
"""Names that are shown of many."""

Force = Annotated[bool, typer.Option("--force", help="Replace what is there.")]


def rebuild(
    folders: Annotated[
        list[Path] | None, typer.Argument(metavar="[FOLDER]...", help="Look for sidecars here, too.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what is different; change nothing.")
    ] = False,
    move_aside: Annotated[
        bool,
        typer.Option("--move-aside", help="Rename a SQLite file that is damaged or not in order, first."),
    ] = False,
    store: StoreOption = None,
) -> None:
    """Bring the store to what the sidecars say: those that Marquee has written, and those in folders."""
    if move_aside:
        _move_aside(store, dry_run)
    notices: list[str] = []
    with opened(store) as kept:
        if dry_run:
            found = rebuilding.compare(kept, marquee_home(), folders or ())
        else:
            found, notices = rebuilding.rebuild(kept, marquee_home(), folders or ())
    print_difference(found, dry_run)
    for notice in [*notices, *found.unreadable]:
        complain(notice)
    if found.unreadable:
        raise typer.Exit(SidecarError.exit_code)


def _move_aside(store: str | None, dry_run: bool) -> None:
    file = sqlite_file(store)
    if file is None:
        raise UsageError("--move-aside: only the file of a SQLite store can be renamed")
    if dry_run:
        raise UsageError("--move-aside renames the file; without --dry-run, then")
    if aside := rebuilding.move_aside(file):
        out.print(f"{shown(file)}: is kept as {shown(aside)}")


def print_difference(found: Difference, dry_run: bool) -> None:
    """Print how a store differs, or differed, from the sidecars."""
    would = "would be " if dry_run else ""
    for what, names in (("added", found.added), ("changed", found.changed), ("removed", found.removed)):
        if names:
            out.print(f"{would}{what}: {named(names)}")
    if found.away:
        out.print(f"kept, for their drive is away: {named(found.away)}")
    if not found:
        out.print("the store says what the sidecars say")


def named(names: Mapping[str, str]) -> str:
    """Return how many there are of something, and some of them."""
    some = sorted(names.values())[:SHOWN]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{len(names)} ({', '.join(shown(Path(name)) for name in some)}{more})"


def backup(
    file: Annotated[Path, typer.Argument(help="Where to, such as marquee.tar.gz.")],
    force: Force = False,
    store: StoreOption = None,
) -> None:
    """Write all that the store holds to one file, and read it back."""
    if (own := sqlite_file(store)) and own.resolve() == file.resolve():
        raise UsageError(f"{shown(file)}: is the store itself; name another file")
    with opened(store, older=True) as kept:
        manifest = backups.backup(kept, file, force)
    out.print(f"{shown(file)}: {_counts(manifest.counts)}; {megabytes(file.stat().st_size)}")


def restore(
    file: Annotated[Path, typer.Argument(help="What 'backup' has written.")],
    force: Force = False,
    store: StoreOption = None,
) -> None:
    """Replace all that the store holds by what a backup does; if that fails, it stays as it was."""
    with opened(store, older=True) as kept:
        manifest = backups.restore(kept, file, marquee_home(), force)
        out.print(f"{kept.name}: {_counts(manifest.counts)}")
        if kept.pending():
            complain("the backup is of an older Marquee; 'marquee db migrate' brings it on")


def _counts(counts: Mapping[str, int]) -> str:
    found = [f"{count} {name}" for name, count in counts.items() if count]
    return ", ".join(found) or "nothing in it"


def migrate(store: StoreOption = None) -> None:
    """Bring a store that an older Marquee has written to what this one writes."""
    with opened(store, older=True) as kept:
        if not kept.pending():
            out.print("nothing to do")
        kept.migrate(lambda name: out.print(f"{name}: done"))
