"""Everything a user can be told, as one tree; beside each class its exit code.

    MarqueeError                1   base; also the exit code of a batch whose files failed differently
    ├── UsageError              2   the command line, a setting or an argument is wrong
    ├── InputError              3   the file is missing, a directory, unreadable
    │   └── AwayError           3   the drive or share that it is on is not there; may pass
    ├── MediaError              4   the file is not a video that can be decoded
    │   └── UnsafeMediaError    4   a playlist or script: it would open other files
    ├── OutputError             6   a result cannot be written (permission)
    │   └── DiskFullError       6   there is no room for it; may pass
    ├── SidecarError            7   a sidecar is damaged
    │   └── NewerSidecarError   7   it was written by a newer Marquee
    ├── LibraryError            7   a file of the library of people is damaged
    │   └── NewerLibraryError   7   it was written by a newer Marquee
    ├── WorkerError             8   the worker crashed, hung or outgrew its memory
    ├── StoreError              9   the store of records is damaged, refuses us, or is not what it should be
    │   ├── StoreAwayError      9   its server cannot be reached, or it is taken; may pass
    │   ├── DamagedStoreError   9   its file is damaged
    │   └── NewerStoreError     9   it was written by a newer Marquee
    ├── NothingFoundError      10   no scene of the wanted classes is in the video
    └── CuttingError           11   ffmpeg failed, or what it wrote is not what was asked for
    ModelError                  5   the network's own tree: see models/errors.py

A message is one line: what, which file, what to do.
"""

from models.errors import ModelError


class MarqueeError(Exception):
    """Base of the analyzer's errors; `exit_code` is what the command line ends with."""

    exit_code = 1


class UsageError(MarqueeError):
    """The command line, a setting or an argument is wrong."""

    exit_code = 2


class InputError(MarqueeError):
    """The file is missing, a directory or unreadable."""

    exit_code = 3


class AwayError(InputError):
    """The drive or network share that a file is on is not there; it may come back."""


class MediaError(MarqueeError):
    """The file is not a video that can be decoded."""

    exit_code = 4


class UnsafeMediaError(MediaError):
    """The file is a playlist or script that would open other files."""


class OutputError(MarqueeError):
    """A result cannot be written."""

    exit_code = 6


class DiskFullError(OutputError):
    """There is no room for a result; there may be later."""


class SidecarError(MarqueeError):
    """A sidecar is damaged."""

    exit_code = 7


class NewerSidecarError(SidecarError):
    """A sidecar was written by a newer Marquee."""


class LibraryError(MarqueeError):
    """A file of the library of people is damaged."""

    exit_code = 7


class NewerLibraryError(LibraryError):
    """A file of the library was written by a newer Marquee."""


class WorkerError(MarqueeError):
    """The worker process crashed, hung or outgrew its memory."""

    exit_code = 8


class StoreError(MarqueeError):
    """The store of records is damaged, refuses us, or is not what it should be."""

    exit_code = 9


class StoreAwayError(StoreError):
    """The store's server cannot be reached, or another program has taken the store; that may pass."""


class DamagedStoreError(StoreError):
    """The store's file is damaged, or is none."""


class NewerStoreError(StoreError):
    """The store was written by a newer Marquee."""


class NothingFoundError(MarqueeError):
    """No scene of the wanted classes is in the video."""

    exit_code = 10


class CuttingError(MarqueeError):
    """ffmpeg failed, or what it wrote is not what was asked for; nothing of it is kept."""

    exit_code = 11


INTERRUPTED = 130
"""What the command line ends with when it was stopped, by Ctrl-C or a signal."""

USER_ERRORS = (MarqueeError, ModelError)
"""What the command line shows as one line instead of a traceback."""
