import contextlib
from collections.abc import Mapping
from pathlib import Path

from analyzer.jobs import Job, Outcome, run
from analyzer.keeping import Keeper
from analyzer.paths import marquee_home
from analyzer.progress import silent
from analyzer.stores.sqlite import SqliteStore
from analyzer.watching.claims import claims_of


def keeper_of(home: Path) -> Keeper:
    """What writes records for a MARQUEE_HOME, with the store that is the default."""
    return Keeper(home, SqliteStore(home / "marquee.db"))


def outcomes(files: Mapping[Path, Path], job: Job) -> list[Outcome]:
    """What becomes of files in a run; see analyzer.jobs.run."""
    home = marquee_home()
    with contextlib.closing(SqliteStore(home / "marquee.db")) as store, claims_of(home) as claims:
        return list(run(files, job, Keeper(home, store), claims, lambda path: silent, lambda: None))
