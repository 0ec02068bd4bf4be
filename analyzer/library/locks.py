"""One at a time: two processes that write to the library wait for each other."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from analyzer.stores.whole import writing
from models.locks import held


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the library's folder, which is made if need be; wait for who holds it.

    Raises:
        OutputError: the folder cannot be written to.
    """
    with contextlib.ExitStack() as stack:
        with writing(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            stack.enter_context(held(folder / "lock"))
        yield
