"""Model files of backends: named by path, or by a name that their makers offer for download.

<home>/models/        what was downloaded; files that a user puts there are found by their name, too
<home>/trusted.toml   sha256 of the files that the user trusts although they could run code
"""

from __future__ import annotations

import difflib
import functools
import hashlib
import json
import os
import shlex
import tomllib
from collections.abc import Callable
from pathlib import Path

from models import catalog, fetch, locks
from models.errors import ModelError, UnknownModelError, UntrustedModelError, WeightsMissingError

_FOLDER = "_openvino_model"
"""How the folders end that are models; no other folder is one."""


def find(backend: str, name: str, home: Path) -> Path:
    """Return where a backend's model file is, or will be once it is fetched.

    Args:
        backend: see models.backends.
        name: a path, the name of a file in <home>/models, or of one that is offered for download.
        home: MARQUEE_HOME.

    Raises:
        UnknownModelError: nothing of that name; the nearest names are in the message.
    """
    offered, kept = catalog.remotes(backend), home / "models" / name
    try:
        if _is_model(path := Path(name).expanduser()):
            return path.absolute()  # its name says what it is, not that of the file it may be a link to
        if name in offered or _is_model(kept):
            return kept
    except (OSError, RuntimeError) as error:
        raise UnknownModelError(f"{backend}:{name} cannot be looked for: {error}") from error
    near = difflib.get_close_matches(name, offered, n=2, cutoff=0.6)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    raise UnknownModelError(f"{backend}:{name}: there is no such file{hint}")


def identity(backend: str, name: str, home: Path) -> str:
    """Return the sha256 of a backend's model: the pinned one while it is not here yet.

    Raises:
        UnknownModelError: see `find`.
    """
    path, remote = find(backend, name, home), catalog.remotes(backend).get(name)
    if _is_model(path):
        return sha256_of(path)
    assert remote is not None
    return remote.sha256 or remote.url


def bring(backend: str, name: str, home: Path, progress: Callable[[str], None]) -> Path:
    """Return a backend's model file, downloaded if need be.

    Raises:
        UnknownModelError: see `find`.
        WeightsMissingError: the download failed; says which file to bring.
        WeightsCorruptError: it is not the pinned file.
    """
    path = find(backend, name, home)
    if not _is_model(path):
        remote = catalog.remotes(backend)[name]
        try:
            fetch.download(remote.url, path, remote.sha256, progress)
        except WeightsMissingError as error:
            raise WeightsMissingError(f"{error}; without network, put {name} into {path.parent}") from error
    return path


def verify(home: Path) -> dict[str, bool]:
    """For each downloaded file of a backend with a pinned sha256, whether it has it."""
    pinned = [remote for remote in catalog.all_remotes() if remote.sha256]
    there = [(remote, home / "models" / remote.name) for remote in pinned]
    return {
        f"{remote.backend}:{remote.name}": fetch.sha256(path) == remote.sha256
        for remote, path in there
        if path.is_file()
    }


def sha256_of(path: Path) -> str:
    """Checksum of a file, or of a folder's files, hexadecimal; read again only when a file has changed."""
    if path.is_dir():
        parts = sorted(part for part in path.rglob("*") if part.is_file())
        lines = [f"{sha256_of(part)}  {part.relative_to(path).as_posix()}" for part in parts]
        return hashlib.sha256(os.fsencode("\n".join(lines))).hexdigest()
    facts = path.stat()
    return _sha256_of(path, facts.st_mtime_ns, facts.st_size)


@functools.lru_cache(maxsize=64)
def _sha256_of(path: Path, mtime_ns: int, size: int) -> str:
    return fetch.sha256(path)


def trust(path: Path, home: Path) -> str:
    """Note that the user trusts this very file, and return its sha256.

    Raises:
        WeightsMissingError: there is no such file, or it cannot be read.
        ModelError: the home folder cannot be written.
    """
    if not path.is_file():
        raise WeightsMissingError(f"{path} is not a file")
    digest = fetch.sha256(path)
    with fetch.keeping(home):
        home.mkdir(parents=True, exist_ok=True)
        with locks.held(home / ".trusted.lock"):
            names = _trusted(home) | {digest: ascii(path.name)[1:-1]}
            lines = [f"{json.dumps(key)} = {json.dumps(name)}\n" for key, name in names.items()]
            with fetch.written(home / "trusted.toml") as part:
                part.write_text("".join(lines), "utf-8")
    return digest


def refuse_unless_trusted(backend: str, path: Path, home: Path, why: str) -> None:
    """Pass files that the user trusts, and those whose sha256 the catalog pins for the backend.

    Raises:
        UntrustedModelError: it is none of these; `why` says what could happen.
    """
    digest = fetch.sha256(path)
    pinned = {remote.sha256 for remote in catalog.remotes(backend).values()}
    if digest not in pinned and digest not in _trusted(home):
        raise UntrustedModelError(
            f"{path} {why}; if you know where it comes from: marquee models trust {shlex.quote(str(path))}"
        )


def _is_model(path: Path) -> bool:
    return path.is_file() or (path.name.endswith(_FOLDER) and path.is_dir())


def _trusted(home: Path) -> dict[str, str]:
    """The names of trusted files, by sha256."""
    path = home / "trusted.toml"
    try:
        return tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read ({error}); mend it or delete it") from error
