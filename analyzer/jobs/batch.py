"""Many files, one after another, of which none is done by two processes at once."""

import time
from collections.abc import Callable, Generator, Iterable, Mapping
from pathlib import Path

from analyzer.jobs.job import Job, Outcome
from analyzer.jobs.runner import Runner
from analyzer.keeping import Keeper
from analyzer.progress import Progress
from analyzer.stores import sidecar
from analyzer.watching.claims import WAIT_S, Claims


def run(
    files: Mapping[Path, Path],
    job: Job,
    keeper: Keeper,
    claims: Claims,
    progress: Callable[[Path], Progress],
    prepare: Callable[[], None],
) -> Generator[Outcome, None, None]:
    """Analyze each file, write its sidecar and yield what became of it; a bad file never stops the rest.

    A file that another process has in hand is put off to the end, and then waited for.

    Args:
        files: see analyzer.discovery.discover.
        job: what is asked.
        keeper: writes the records.
        claims: those of the library.
        progress: see Runner.
        prepare: see Runner.

    Raises:
        StoreError: files cannot be claimed.
    """
    with Runner(job, keeper, progress, prepare) as runner:
        for path in _claimed(files, claims):
            try:
                folder = job.output_dir and job.output_dir / files[path]
                outcome = runner.run(path, sidecar.sidecar_path(path, folder))
            finally:
                claims.release(path)
            yield outcome


def _claimed(files: Iterable[Path], claims: Claims) -> Generator[Path, None, None]:
    """Yield each file once it is claimed."""
    put_off = []
    for path in files:
        if claims.take(path):
            yield path
        else:
            put_off.append(path)
    for path in put_off:
        while not claims.take(path):
            time.sleep(WAIT_S)
        yield path
