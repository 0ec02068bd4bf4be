"""The catalog: name -> where a network's file comes from, its checksum, licence and task.

`catalog.toml` beside this file lists them; `remotes.toml`, what the makers of backends offer for download.
What users add is no entry of either: see models.own.
"""

from __future__ import annotations

import difflib
import functools
import tomllib
from importlib import resources
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from models.errors import UnknownModelError

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
Format = Literal["tflite", "dlib", "nudenet", "png", "jpg"]

_HUNDREDTH = 2.33
"""Standard deviations that one in a hundred exceeds."""


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


class Supplied(BaseModel):
    """A model that Marquee knows and may not pass on: its files are brought by the user, in an archive.

    Attributes:
        backend: what runs it; see models.backends.
        files: what its description calls them, and their names in the archive.
        labels: of its classes, in order.
        width, height: of its pictures.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    backend: str
    task: Task
    files: dict[str, str]
    labels: tuple[str, ...]
    width: int
    height: int
    licence: str
    note: str = ""


class Entry(BaseModel):
    """One model or picture. See the head of catalog.toml for what the numbers mean.

    Attributes:
        wheel, member: the package and the file inside it.
        size: bytes of the file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    task: Task
    sha256: str
    size: int
    format: Format
    wheel: Wheel
    member: str
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


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("models").joinpath(name).read_text("utf-8"))


@functools.cache
def all_remotes() -> tuple[Remote, ...]:
    """The files that the makers of backends offer."""
    return tuple(Remote(name=name, **fields) for name, fields in _read("remotes.toml")["remotes"].items())


def remotes(backend: str) -> dict[str, Remote]:
    """The files that a backend's makers offer, by name."""
    return {remote.name: remote for remote in all_remotes() if remote.backend == backend}


@functools.cache
def built_in() -> dict[str, Entry]:
    """The entries that come with Marquee, by name."""
    table = _read("catalog.toml")
    wheels = {name: Wheel(package=name, **fields) for name, fields in table["wheels"].items()}
    return {
        name: Entry(**{"name": name, **fields, "wheel": wheels[fields["wheel"]]})
        for name, fields in table["models"].items()
    }


@functools.cache
def supplied() -> dict[str, Supplied]:
    """The models whose files the user brings, by name."""
    table = _read("catalog.toml")["supplied"]
    return {name: Supplied(name=name, **fields) for name, fields in table.items()}


def likeness_at(threshold: float) -> Likeness:
    """Return what a published threshold says of an embedder, where nothing else is known.

    It is taken to lie midway between strangers and one person; strangers to have nothing in common, unless
    one person is then nearer to the same picture than to it; one pair of strangers in a hundred to pass it.
    A film's own strangers correct it; see analyzer.people.likeness.

    Args:
        threshold: cosine distance below which two faces are taken for one person.
    """
    between = 1 - threshold
    same = min(2 * between, (1 + between) / 2)
    strangers = 2 * between - same
    return Likeness(strangers=strangers, spread=(between - strangers) / _HUNDREDTH, same=same)


def find(name: str) -> Entry:
    """One entry.

    Raises:
        UnknownModelError: no such name; the nearest names are in the message.
    """
    entries = built_in()
    if name in entries:
        return entries[name]
    near = difflib.get_close_matches(name, entries, cutoff=0.4)
    hint = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(sorted(entries))}"
    raise UnknownModelError(f"no model named {name}; {hint}")
