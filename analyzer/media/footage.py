"""What can be analyzed: a video file, or a gallery of pictures."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from analyzer.media import fingerprint
from analyzer.media.frame import Frame
from analyzer.media.gallery import Gallery, pictures_in
from analyzer.progress import Progress
from analyzer.records import Keyframe, Shot, Source
from analyzer.settings import Settings

if TYPE_CHECKING:
    from analyzer.media.sampling import Sampler


class Frames(Protocol):
    """A stream of frames to analyze, and what is known of it once it has ended.

    Attributes:
        keyframes: every look that was taken, analyzed or not.
        shots: the shots, without gaps from 0 to the end.
    """

    keyframes: tuple[Keyframe, ...]
    shots: tuple[Shot, ...]

    def __iter__(self) -> Iterator[Frame]: ...

    def source(self) -> Source:
        """Return what is known of the file or gallery.

        Raises:
            InputError: it is gone.
        """
        ...


class Footage(Protocol):
    """Something to analyze, not yet opened."""

    @property
    def path(self) -> Path:
        """The file or folder."""
        ...

    def oshash(self) -> str:
        """Return its fingerprint; see records.Source.

        Raises:
            InputError: it cannot be read.
        """
        ...

    def sampler(self, settings: Settings, progress: Progress) -> AbstractContextManager[Frames]:
        """Open it. `progress` is told how far it has been read, whether or not frames come of it.

        Raises:
            InputError: it cannot be read.
            MediaError: nothing in it can be decoded.
        """
        ...


class Film:
    """A video file as Footage."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def oshash(self) -> str:
        """See Footage."""
        return fingerprint.oshash(self.path)

    @contextmanager
    def sampler(self, settings: Settings, progress: Progress) -> Iterator["Sampler"]:
        """See Footage."""
        from analyzer.media.sampling import Sampler  # takes long to import
        from analyzer.media.video import open_video

        with open_video(self.path) as video:
            yield Sampler(video, settings.keyframes, settings.shots, progress)


def footage(path: Path) -> Footage:
    """Return what is at a path: of a folder its pictures.

    Raises:
        InputError: a folder without pictures, or one that cannot be read.
    """
    return Gallery(path, pictures_in(path)) if path.is_dir() else Film(path)
