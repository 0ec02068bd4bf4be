"""What can go wrong with a network or its weights.

ModelError                  5   anything below
├── UnknownModelError       5   no such name (the nearest names are suggested), or not for this task
├── BackendMissingError     5   the package that runs it is not installed; says how to install it
├── UntrustedModelError     5   the file could run code when it is loaded, and nobody has said to trust it
├── WeightsMissingError     5   not in the cache and could not be fetched; says which file to bring
├── WeightsCorruptError     5   the checksum differs from the pinned one
├── DeviceError             5   the asked device, engine or precision is not there
└── BrokenModelError        5   loads, but does not compute what it should
"""


class ModelError(Exception):
    """Base of all errors of this package; `exit_code` is what the command line ends with."""

    exit_code = 5


class UnknownModelError(ModelError):
    """No model of this name, or none for this task."""


class BackendMissingError(ModelError):
    """The package that runs a model is not installed."""


class UntrustedModelError(ModelError):
    """A model file could run code when it is loaded."""


class WeightsMissingError(ModelError):
    """Weights are not cached and could not be fetched."""


class WeightsCorruptError(ModelError):
    """Weights do not have the pinned sha256."""


class DeviceError(ModelError):
    """The device, engine or precision asked for is not available."""


class BrokenModelError(ModelError):
    """The network's output differs from its recorded expectation, or cannot be read at all."""


def said(error: BaseException) -> str:
    """Return what an error of somebody else's says, as a part of one line."""
    return f"{' '.join(str(error).split()) or type(error).__name__:.200}"
