from pathlib import Path

from analyzer.keeping import Keeper
from analyzer.stores.sqlite import SqliteStore


def keeper_of(home: Path) -> Keeper:
    """What writes records for a MARQUEE_HOME, with the store that is the default."""
    return Keeper(home, SqliteStore(home / "marquee.db"))
