"""The catalog: name -> where a network's file comes from, its checksum, licence and task.

`catalog.toml` beside this file lists what Marquee knows; what users add is kept in `<home>/models.toml`.
"""

from __future__ import annotations

import difflib
import functools
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from models.errors import ModelError, UnknownModelError

Task = Literal[
    "face-detector",
    "face-landmarks",
    "face-embedder",
    "pose-detector",
    "pose-landmarks",
    "object-detector",
    "face-attributes",
    "image-feature",
    "classifier",
    "picture",
]
Format = Literal["tflite", "dlib", "nudenet", "onnx", "png", "jpg"]


class Wheel(BaseModel):
    """A wheel that a file is taken from; `file` is one of its builds, `size` its bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    package: str
    version: str
    file: str
    size: int


class Likeness(BaseModel):
    """Cosine similarities of an embedder's vectors of two faces.

    Attributes:
        strangers, spread: mean and standard deviation for two people.
        same: mean for two pictures of one person; None where it is not known.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    strangers: float
    spread: float
    same: float | None = None


class Remote(BaseModel):
    """A file that a backend's own makers offer for download.

    Attributes:
        backend: whose it is; see models.backends.
        sha256: None where its makers do not promise that the file stays the same, or nobody has told.
        size: bytes, 0 where nobody has told.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    backend: str
    task: Task
    url: str
    sha256: str | None = None
    size: int = 0
    licence: str
    note: str = ""


class Entry(BaseModel):
    """One model or picture. See the head of catalog.toml for what the numbers mean.

    Attributes:
        wheel, member: the package and the file inside it; None for a user's own model.
        source: where a user's own model came from.
        size: bytes of the file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    task: Task
    sha256: str
    size: int
    format: Format
    wheel: Wheel | None = None
    member: str = ""
    source: str = ""
    licence: str = "unknown"
    note: str = ""
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    scale: float = 1.0
    outputs: tuple[str, ...] = ()
    cpu_batch: int = 1
    metric: Literal["euclidean", "cosine"] | None = None
    threshold: float | None = None
    likeness: Likeness | None = None

    @property
    def is_network(self) -> bool:
        """False for pictures."""
        return self.task != "picture"

    @property
    def file_name(self) -> str:
        """Name in the cache; another version of the file has another name."""
        return f"{self.name}-{self.sha256[:12]}.{self.format}"


@functools.cache
def _tables() -> dict[str, dict[str, dict[str, Any]]]:
    return tomllib.loads(resources.files("models").joinpath("catalog.toml").read_text("utf-8"))


@functools.cache
def remotes(backend: str) -> dict[str, Remote]:
    """The files that a backend's makers offer, by name."""
    files = (Remote(name=name, **fields) for name, fields in _tables()["remotes"].items())
    return {file.name: file for file in files if file.backend == backend}


@functools.cache
def built_in() -> dict[str, Entry]:
    """The entries that come with Marquee, by name."""
    table = _tables()
    wheels = {name: Wheel(package=name, **fields) for name, fields in table["wheels"].items()}
    return {
        name: Entry(**{"name": name, **fields, "wheel": wheels[fields["wheel"]]})
        for name, fields in table["models"].items()
    }


def own(home: Path) -> dict[str, Entry]:
    """The entries that the user has added.

    Raises:
        ModelError: models.toml is damaged.
    """
    path = home / "models.toml"
    if not path.exists():
        return {}
    try:
        table = tomllib.loads(path.read_text("utf-8"))
        return {name: Entry(name=name, **fields) for name, fields in table.items()}
    except (OSError, ValueError, TypeError, ValidationError) as error:
        reason = str(error).splitlines()[0]
        raise ModelError(f"{path} cannot be read ({reason}); mend it or delete it") from error


def load(home: Path) -> dict[str, Entry]:
    """All entries by name."""
    return own(home) | built_in()


def find(name: str, home: Path) -> Entry:
    """One entry.

    Raises:
        UnknownModelError: no such name; the nearest names are in the message.
    """
    entries = load(home)
    if name in entries:
        return entries[name]
    near = difflib.get_close_matches(name, entries, cutoff=0.4)
    hint = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(sorted(entries))}"
    raise UnknownModelError(f"no model named {name}; {hint}")
