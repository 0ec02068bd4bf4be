"""Which processes are alive: each holds a lock of its own, which the system takes from it when it ends.

So a process that was killed is known to be dead at once, also to one in another container, by no clock.
"""

import contextlib
import uuid
from collections.abc import Iterator
from pathlib import Path

from analyzer.errors import OutputError, StoreError
from analyzer.paths import shown
from models.locks import held, is_held


class Owner:
    """This process, as others see it. A context manager.

    Attributes:
        name: unlike that of any other process, ever.

    Raises:
        OutputError: on entering: its lock cannot be made.
    """

    def __init__(self, home: Path) -> None:
        self.name = uuid.uuid4().hex
        self._folder = home / "queue"
        self._held = contextlib.ExitStack()

    def __enter__(self) -> "Owner":
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with held(self._folder / "lock"):
                self._clean()
                self._held.enter_context(held(self._lock(self.name)))
        except OSError as error:
            what = f"{shown(self._folder)}: cannot be written to: {error.strerror or error}"
            raise OutputError(what) from None
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()
        with contextlib.suppress(OSError):
            self._lock(self.name).unlink()

    def is_alive(self, name: str) -> bool:
        """Whether an owner still runs.

        Raises:
            StoreError: its lock cannot be looked at.
        """
        try:
            return is_held(self._lock(name))
        except OSError as error:
            raise StoreError(f"{shown(self._lock(name))}: {error.strerror or error}") from None

    def _lock(self, name: str) -> Path:
        return self._folder / f"{name}.lock"

    def _clean(self) -> None:
        for path in self._dead():
            path.unlink(missing_ok=True)

    def _dead(self) -> Iterator[Path]:
        return (path for path in self._folder.glob("*.lock") if not is_held(path))
