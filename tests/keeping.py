from pathlib import Path

from analyzer.stores.sqlite import SqliteStore

from analyzer.keeping import Keeper


def keeper_of(home: Path) -> Keeper:
    """What writes records for a MARQUEE_HOME, with the store that is the default."""
    return Keeper(home, SqliteStore(home / "marquee.db"))
