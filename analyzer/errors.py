"""Everything a user can be told, as one tree; beside each class its exit code.

    MarqueeError                1   base; also the exit code of a batch whose files failed differently
    ├── UsageError              2   the command line, a setting or an argument is wrong
    ├── InputError              3   the file is missing, a directory, unreadable
    ├── MediaError              4   the file is not a video that can be decoded
    │   └── UnsafeMediaError    4   a playlist or script: it would open other files
    ├── OutputError             6   a result cannot be written (permission, full disk)
    ├── SidecarError            7   a sidecar is damaged
    │   └── NewerSidecarError   7   it was written by a newer Marquee
    ├── LibraryError            7   a file of the library of people is damaged
    │   └── NewerLibraryError   7   it was written by a newer Marquee
    └── WorkerError             8   the worker crashed, hung or outgrew its memory
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


class MediaError(MarqueeError):
    """The file is not a video that can be decoded."""

    exit_code = 4


class UnsafeMediaError(MediaError):
    """The file is a playlist or script that would open other files."""


class OutputError(MarqueeError):
    """A result cannot be written."""

    exit_code = 6


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


INTERRUPTED = 130
"""What the command line ends with when it was stopped, by Ctrl-C or a signal."""

USER_ERRORS = (MarqueeError, ModelError)
"""What the command line shows as one line instead of a traceback."""
