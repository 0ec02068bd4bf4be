"""Photos of people whose names are known, from the shared data."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from analyzer.paths import marquee_home

Result = subprocess.CompletedProcess[str]


def photos_of(shared: Path, name: str) -> list[Path]:
    """The twelve photos of one of twenty people."""
    return sorted((shared / "faces" / "lfw_subset" / "identities" / name).iterdir())


def strangers(shared: Path) -> list[Path]:
    """One photo each of 75 people."""
    return sorted((shared / "faces" / "lfw_subset" / "singletons").rglob("*.jpg"))


def gallery(folder: Path, files: Sequence[Path]) -> Path:
    """A folder with copies of files."""
    folder.mkdir(parents=True)
    for file in files:
        shutil.copy(file, folder)
    return folder


def fresh_home(folder: Path) -> Path:
    """A MARQUEE_HOME with the networks and without a library."""
    folder.mkdir()
    for part in ("weights", "converted", "compiled"):
        if (marquee_home() / part).exists():
            (folder / part).symlink_to(marquee_home().absolute() / part)
    return folder


def people(home: Path, *arguments: object) -> Result:
    """Run `marquee people`."""
    return subprocess.run(
        [sys.executable, "-m", "analyzer", "people", *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"MARQUEE_HOME": str(home)},
    )
