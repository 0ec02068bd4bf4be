"""Progress of a batch: a line for the file and one for all, with speed and time left."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from analyzer.cli.console import err
from analyzer.paths import shown
from analyzer.progress import Progress as Report

LONGEST_NAME = 40


class SpeedColumn(ProgressColumn):
    """Speed of a file as a multiple of real time; of the batch, which of how many files it is at."""

    def render(self, task: Task) -> Text:
        """Return the cell."""
        speed = f"{task.speed:.0f}x" if task.speed else ""
        return Text(task.fields.get("note") or speed, style="cyan")


class BatchProgress:
    """Shows how far a batch is, on a terminal; elsewhere it shows nothing. A context manager."""

    def __init__(self, files: int) -> None:
        self._files = files
        self._bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            SpeedColumn(),
            TimeRemainingColumn(compact=True),
            console=err,
            transient=True,
            redirect_stdout=False,  # what is printed for programs goes where it should
            disable=not err.is_terminal,
        )
        self._all = self._bars.add_task("all files", total=files, visible=files > 1, note=f"0 of {files}")
        self._current: TaskID | None = None

    def __enter__(self) -> "BatchProgress":
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    @contextlib.contextmanager
    def hidden(self) -> Iterator[None]:
        """Show nothing meanwhile: a question would be drawn over."""
        self._bars.stop()
        try:
            yield
        finally:
            self._bars.start()

    def start(self, path: Path) -> Report:
        """Begin a file, or the next step of it; return what is to be told of its progress."""
        self._end()
        name = shown(Path(path.name))
        if len(name) > LONGEST_NAME:
            name = name[: LONGEST_NAME - 1] + "…"
        task = self._current = self._bars.add_task(name, total=None)

        def report(done_s: float, duration_s: float) -> None:
            if duration_s:  # else it is alive, and knows no more
                self._bars.update(task, completed=done_s, total=max(duration_s, done_s))

        return report

    def finish(self, done: int) -> None:
        """End the file in hand; `done` files of the batch are through."""
        self._end()
        self._bars.update(self._all, completed=done, note=f"{done} of {self._files}")

    def _end(self) -> None:
        if self._current is not None:
            self._bars.remove_task(self._current)
            self._current = None
