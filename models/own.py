"""Networks that the user adds under a name: copied or downloaded, checked, listed in models.toml."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any, get_args

from models import catalog, fetch
from models.catalog import Entry, Task
from models.errors import ModelError, UnknownModelError, WeightsCorruptError, WeightsMissingError


def add(
    home: Path, name: str, task: str, *, file: Path | None = None, url: str = "", sha256: str = ""
) -> Entry:
    """Keep an ONNX file under a name.

    Args:
        home: MARQUEE_HOME.
        name: letters, digits, dots, dashes and underscores.
        task: one of the catalog's, but not "picture".
        file: where it lies; or else
        url: where it is downloaded from, by http or https.
        sha256: what the file must have; required with a url.

    Raises:
        ModelError: the name is taken or malformed, or the home folder cannot be written.
        UnknownModelError: no such task.
        WeightsMissingError: no such file, or the download failed.
        WeightsCorruptError: the sha256 differs.
    """
    _check(home, name, task, file, url, sha256)
    with fetch.keeping(home):
        (home / "weights").mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".add-", dir=home) as folder:
            part = Path(folder) / "model.onnx"
            _bring(file, url, part)
            entry = _entry(name, task, str(file.resolve()) if file else url, part)
            if sha256 and entry.sha256 != sha256.lower():
                raise WeightsCorruptError(f"{file or url} has sha256 {entry.sha256}, not {sha256.lower()}")
            part.replace(home / "weights" / entry.file_name)
    _list(home, catalog.own(home) | {name: entry})
    return entry


def _bring(file: Path | None, url: str, target: Path) -> None:
    if file is None:
        fetch.url(url, target)
    elif file.is_file():
        shutil.copyfile(file, target)
    else:
        raise WeightsMissingError(f"{file} is not a file")


def _entry(name: str, task: str, source: str, file: Path) -> Entry:
    readable = os.fsencode(source).decode("utf-8", "backslashreplace")
    facts = {"sha256": fetch.sha256(file), "size": file.stat().st_size, "format": "onnx"}
    return Entry.model_validate({"name": name, "task": task, "source": readable, **facts})


def _check(home: Path, name: str, task: str, file: Path | None, url: str, sha256: str) -> None:
    tasks = [known for known in get_args(Task) if known != "picture"]
    if task not in tasks:
        raise UnknownModelError(f"no task named {task}; known: {', '.join(tasks)}")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise ModelError(f"{name!r} cannot be a model's name: letters, digits, dots, dashes, underscores")
    if name in catalog.load(home):
        raise ModelError(f"there is a model named {name} already; choose another name")
    if (file is None) == (not url):
        raise ModelError("name either a file or a url")
    if url and not re.fullmatch(r"[0-9A-Fa-f]{64}", sha256):
        raise ModelError("a url needs the sha256 of the file: 64 hexadecimal digits")


def _list(home: Path, entries: dict[str, Entry]) -> None:
    with fetch.written(home / "models.toml") as part:
        part.write_text("\n".join(_table(entry) for entry in entries.values()), "utf-8")


def _table(entry: Entry) -> str:
    fields: dict[str, Any] = entry.model_dump(exclude={"name"}, exclude_defaults=True)
    # A JSON string or number is a TOML one too.
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in fields.items()]
    return "\n".join([f"[{json.dumps(entry.name)}]", *lines, ""])
