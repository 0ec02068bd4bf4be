"""Settings: configs/default.toml, a preset, the user's file and single values, checked as one.

The values live in configs/default.toml alone; the types and ranges live here alone.
"""

import difflib
import tomllib
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analyzer.errors import UsageError
from analyzer.paths import marquee_home

Share = Annotated[float, Field(ge=0, le=1)]
Table = dict[str, Any]


class Section(BaseModel):
    """Base: immutable, every key known and required."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Keyframes(Section):
    """Which frames are looked at."""

    effort: Literal["fast", "balanced", "thorough"]
    max_side: Annotated[int, Field(strict=True, ge=320)]
    black_below: Share
    blurred_below: Annotated[float, Field(ge=0)]
    repeat_bits: Annotated[int, Field(strict=True, ge=0, le=64)]


class Shots(Section):
    """Where one shot ends and the next begins."""

    min_length_s: Annotated[float, Field(ge=0)]


class Engine(Section):
    """What the networks run on."""

    device: Literal["auto", "cpu", "cuda"]
    runtime: Literal["auto", "openvino", "onnxruntime"]
    precision: Literal["auto", "bf16", "f32"]
    batch_size: Annotated[int, Field(strict=True, ge=1, le=256)]


class Faces(Section):
    """Faces and their embeddings."""

    detector: str
    embedder: str
    attributes: str
    min_score: Share
    min_presence: Share


class Poses(Section):
    """Bodies."""

    detector: str
    min_score: Share


class Objects(Section):
    """Objects."""

    detector: str
    min_score: Share


class Features(Section):
    """Image features."""

    model: str


class Tags(Section):
    """Words for the whole video."""

    model: str
    min_score: Share


class Scenes(Section):
    """What each second shows, and the scenes that are made of it."""

    model: str
    every_s: Annotated[float, Field(ge=0.04, le=60)]
    fast: Annotated[bool, Field(strict=True)]
    rules: Literal["marquee", "miles-deep"]
    min_cut_s: Annotated[float, Field(ge=0)]
    max_gap_s: Annotated[float, Field(ge=0)]
    min_score: Share
    min_coverage: Share
    smooth_s: Annotated[float, Field(ge=0)]


class Cutting(Section):
    """Writing parts of a video."""

    ffmpeg: str


class People(Section):
    """Grouping faces into people."""

    crops: Annotated[int, Field(strict=True, ge=0, le=100)]


class Jobs(Section):
    """Many files."""

    include: tuple[str, ...]
    exclude: tuple[str, ...]
    stall_s: Annotated[float, Field(gt=0)]
    max_memory_mb: Annotated[int, Field(strict=True, ge=256)]
    attempts: Annotated[int, Field(strict=True, ge=1)]
    retry_s: Annotated[float, Field(ge=0)]


class Watch(Section):
    """Watched folders."""

    settle_s: Annotated[float, Field(ge=0)]
    look_s: Annotated[float, Field(gt=0)]
    poll_s: Annotated[float, Field(gt=0)]
    then_s: Annotated[float, Field(gt=0)]


class Settings(Section):
    """All settings; each section is described in configs/default.toml."""

    keyframes: Keyframes
    shots: Shots
    engine: Engine
    faces: Faces
    poses: Poses
    objects: Objects
    features: Features
    tags: Tags
    scenes: Scenes
    cutting: Cutting
    people: People
    jobs: Jobs
    watch: Watch


def presets() -> list[str]:
    """Names that `--preset` takes."""
    files = resources.files("configs").iterdir()
    names = (Path(file.name) for file in files)
    return sorted(name.stem for name in names if name.suffix == ".toml")


def load(preset: str | None = None, file: Path | None = None, assignments: Iterable[str] = ()) -> Settings:
    """Return the settings that add up: the defaults, the user's own, a preset, a file, single values.

    The user's own are those of settings.toml in MARQUEE_HOME, if it is there.

    Raises:
        UsageError: an unknown preset, section or key (the nearest known one is named), a value of
            the wrong type or out of range, or a file that is missing or not TOML.
    """
    table = _read_preset("default")
    if (own := marquee_home() / "settings.toml").is_file():
        _merge(table, _read(own), str(own))
    if preset is not None:
        _merge(table, _read_preset(preset), f"preset {preset}")
    if file is not None:
        _merge(table, _read(file), str(file))
    for assignment in assignments:
        _merge(table, _parse_assignment(assignment), f"--set {assignment}")
    return _validate(table)


def _read(file: Path) -> Table:
    try:
        return _parse(file.read_text("utf-8"), str(file))
    except OSError as error:
        raise UsageError(f"{file}: settings cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{file}: settings cannot be read: not UTF-8 text") from None


def _read_preset(name: str) -> Table:
    if name not in presets():
        raise UsageError(f"no preset {name!r}; there are {', '.join(presets())}{nearest(name, presets())}")
    return _parse((resources.files("configs") / f"{name}.toml").read_text("utf-8"), f"{name}.toml")


def default_text() -> str:
    """Return configs/default.toml, which documents every setting."""
    return (resources.files("configs") / "default.toml").read_text("utf-8")


def _parse(text: str, origin: str) -> Table:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{origin}: not TOML: {error}") from None


def _parse_assignment(assignment: str) -> Table:
    key, equals, value = assignment.partition("=")
    section, dot, name = key.strip().partition(".")
    if not (equals and dot and section and name):
        raise UsageError(f"--set takes section.key=value, not {assignment!r}")
    try:
        parsed = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        parsed = value.strip()  # a bare word: --set engine.device=cpu
    return {section: {name: parsed}}


def _merge(table: Table, changes: Table, origin: str) -> None:
    for section, values in changes.items():
        if section not in table:
            raise UsageError(f"{origin}: unknown section {section!r}{nearest(section, table)}")
        if not isinstance(values, dict):
            raise UsageError(f"{origin}: {section} is a section, write [{section}] or {section}.key")
        for key, value in values.items():
            if key not in table[section]:
                known = [f"{s}.{k}" for s in table for k in table[s]]
                hint = nearest(f"{section}.{key}", known)
                raise UsageError(f"{origin}: unknown setting {section}.{key}{hint}")
            table[section][key] = value


def _validate(table: Table) -> Settings:
    try:
        return Settings.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        problem = first["msg"].replace("valid tuple", 'list, as in ["*.mp4"]')
        raise UsageError(f"setting {where} = {first['input']!r}: {problem}") from None


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a hint at the known word that `word` may have meant, or an empty string."""
    matches = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"; did you mean {matches[0]!r}?" if matches else ""
