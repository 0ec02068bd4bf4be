"""What is compared: settings that differ in the face detector, the embedder or both."""

from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.detect.table import ADAPTERS, PARTS
from analyzer.errors import UsageError
from analyzer.paths import marquee_home
from analyzer.settings import Settings, load
from models import backends
from models.errors import UnknownModelError

KEYS = ("faces.detector", "faces.embedder")


@dataclass(frozen=True)
class Setup:
    """One contestant: how the user named it, and the settings that this means."""

    name: str
    settings: Settings


def setups(names: Sequence[str], base: Sequence[str] = ()) -> list[Setup]:
    """Return what the names stand for, in their order.

    Args:
        names: a face detector, an embedder, or both joined by a plus.
        base: "section.key=value" assignments for all of them.

    Raises:
        UsageError: a name stands for nothing, or two of them for the same.
        ModelError: what runs it is not installed.
    """
    made = [Setup(name, load(assignments=[*base, *_assignments(name)])) for name in names]
    if len({setup.settings for setup in made}) < len(made):
        raise UsageError(f"{', '.join(names)}: two of these are the same")
    return made


def _assignments(name: str) -> list[str]:
    parts = {_key_of(part): part for part in name.split("+")}
    if len(parts) < len(name.split("+")):
        raise UsageError(f"{name}: a plus joins one detector and one embedder")
    return [f"{key}={part}" for key, part in parts.items()]


def _key_of(spec: str) -> str:
    """The setting that a spec is for: an embedded network by its name, another by what its backend says."""
    known = [key for key in KEYS if spec in PARTS[key]]
    if known or ":" not in spec:
        if not known:
            choices = ", ".join(name for key in KEYS for name in PARTS[key])
            raise UsageError(f"{spec!r} is no face model: {choices}, or backend:model")
        return known[0]
    reasons = []
    for key in KEYS:
        task = ADAPTERS[key].task
        assert task is not None
        try:
            backends.identity(task, spec, marquee_home())
            return key
        except UnknownModelError as error:
            reasons.append(str(error))
    raise UnknownModelError(reasons[0])
