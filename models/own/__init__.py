"""Models of the user's own: ONNX files with a description beside them, kept in <home>/models under a name."""

from __future__ import annotations

import contextlib
import difflib
import functools
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models import catalog, fetch, files, locks
from models.errors import ModelError, UnknownModelError, WeightsCorruptError, WeightsMissingError
from models.own import description
from models.own.description import Description

if TYPE_CHECKING:
    from models.engines import Engine
    from models.sessions import Session


def kept(home: Path) -> list[Path]:
    """Return the files that were added, in the order of their names; others may be another backend's."""
    return sorted(path for path in (home / "models").glob("*.onnx") if description.path_of(path).is_file())


def find(name: str, home: Path) -> Path:
    """Return the file of a model: one that was added under this name, or a path.

    Raises:
        UnknownModelError: there is neither; the nearest names are in the message.
    """
    added = home / "models" / f"{name}.onnx"
    for path in (added, Path(name).expanduser()):
        if path.is_file():
            return path.resolve()
    near = difflib.get_close_matches(name, [path.stem for path in kept(home)], n=2)
    hint = f"did you mean {' or '.join(near)}?" if near else "'marquee models add' keeps one under a name"
    raise UnknownModelError(f"onnx:{name}: there is no such model; {hint}")


def described(path: Path) -> Description:
    """Return the description beside a model file, or what a look into it tells.

    Raises:
        ModelError: it is damaged, or of another file.
        BrokenModelError: there is none, and the file cannot be understood.
    """
    facts = path.stat()
    return description.read(path, Description) or _seen(path, facts.st_mtime_ns, facts.st_size)


@functools.lru_cache(maxsize=16)
def _seen(path: Path, mtime_ns: int, size: int) -> Description:
    return _looked_at(path, {})


def licence_of(path: Path) -> str:
    """Return the licence that the description beside a file names, or what is wrong with it."""
    try:
        about = description.read(path, Description)
    except ModelError as error:
        return str(error)
    return about.licence if about else "unknown"


def _looked_at(path: Path, known: Mapping[str, Any]) -> Description:
    from models.own import looking  # takes 0.3 s

    return looking.describe(path, known)


def fingerprint(path: Path, about: Description) -> str:
    """Return 64 hexadecimal digits of what a model's results hang on: its file, and how it is run."""
    return about.fingerprint(files.sha256_of(path))


def open_session(path: Path, about: Description, home: Path, engine: Engine) -> Session:
    """Load a model file as its description says; what is made of it is cached.

    Raises:
        DeviceError, BrokenModelError: see models.sessions.open_session.
        ModelError: the cache cannot be written.
    """
    from models.own import convert  # these take 0.5 s
    from models.sessions import Network, open_file

    key = f"{_key(path, about)}-v{convert.VERSION}"
    target = home / "converted" / f"own-{key}.onnx"
    if not target.exists():
        with fetch.written(target) as part:
            convert.convert(path, about, part)
    network = Network(f"onnx:{path.stem}", target, sparse=about.head == "end-to-end")
    return open_file(network, engine, home / "compiled" / f"own-{key}")


def _key(path: Path, about: Description) -> str:
    """What the names of files begin with that are made of a model."""
    return fingerprint(path, about)[:16]


def add(
    home: Path,
    name: str,
    *,
    file: Path | None = None,
    url: str = "",
    sha256: str = "",
    known: Mapping[str, Any] | None = None,
    check: Callable[[Path], None] = lambda path: None,
) -> Description:
    """Keep an ONNX file under a name, with a description beside it.

    Args:
        home: MARQUEE_HOME.
        name: letters, digits, dots, dashes and underscores.
        file: where it lies; or else
        url: where it is downloaded from, by http or https.
        sha256: what the file must have; required with a url.
        known: fields of the description that the user knows better than a look into the file.
        check: called with the file, its description beside it, before it is kept; what it raises is raised.

    Raises:
        ModelError: the name is taken or malformed, the file does not fit, or the home cannot be written.
        WeightsMissingError: no such file, or the download failed.
        WeightsCorruptError: the sha256 differs.
        BrokenModelError: it is no ONNX network that takes one picture.
    """
    _refuse(home, name, file, url, sha256)
    with fetch.keeping(home):
        (home / "models").mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".add-", dir=home) as folder:
            part = Path(folder) / f"{name}.onnx"
            _bring(file, url, part)
            found = fetch.sha256(part)
            if sha256 and found != sha256.lower():
                raise WeightsCorruptError(f"{file or url} has sha256 {found}, not {sha256.lower()}")
            about = _looked_at(part, {"source": _source(file, url), **(known or {})})
            description.write(about, part)
            check(part)
            with locks.held(home / ".models.lock"):
                _refuse_taken(home, name)  # by another process, meanwhile
                for made in (description.path_of(part), part):
                    made.replace(home / "models" / made.name)
    return about


def remove(home: Path, name: str) -> None:
    """Delete a model that was added.

    Raises:
        UnknownModelError: there is none of this name.
        ModelError: it cannot be deleted.
    """
    path = home / "models" / f"{name}.onnx"
    if path not in kept(home):  # a name may be a path that leads elsewhere
        find(name, home)
        raise UnknownModelError(f"{name} was not added by 'marquee models add'")
    with fetch.keeping(path):
        with contextlib.suppress(ModelError):  # a description that is damaged
            made = f"own-{_key(path, described(path))}-v*"
            for file in (home / "converted").glob(f"{made}.onnx"):
                file.unlink()
            for folder in (home / "compiled").glob(made):
                shutil.rmtree(folder)
        path.unlink()
        description.path_of(path).unlink(missing_ok=True)


def _source(file: Path | None, url: str) -> str:
    return os.fsencode(file.resolve()).decode("utf-8", "backslashreplace") if file else url


def _bring(file: Path | None, url: str, target: Path) -> None:
    if file is None:
        fetch.url(url, target)
    elif file.is_file():
        shutil.copyfile(file, target)
    else:
        raise WeightsMissingError(f"{file} is not a file")


def _refuse(home: Path, name: str, file: Path | None, url: str, sha256: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise ModelError(f"{name!r} cannot be a model's name: letters, digits, dots, dashes, underscores")
    _refuse_taken(home, name)
    if (file is None) == (not url):
        raise ModelError("name either a file or a url")
    if url and not re.fullmatch(r"[0-9A-Fa-f]{64}", sha256):
        raise ModelError("a url needs the sha256 of the file: 64 hexadecimal digits")


def _refuse_taken(home: Path, name: str) -> None:
    taken = [(home / "models" / f"{name}{suffix}").exists() for suffix in (".onnx", ".toml")]
    if any(taken) or name in catalog.built_in() or name in catalog.supplied():
        raise ModelError(f"there is a model named {name} already; choose another name")
