"""One contestant looks at the files, with a clock; called in the worker, where pictures are decoded."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from analyzer.comparing.measured import Measured
from analyzer.detect.batch import Batch, Rgb
from analyzer.detect.faces import Embedder, Faces, Finder, Floats, Found
from analyzer.detect.networks import shared_networks
from analyzer.detect.opening import open_part
from analyzer.errors import InputError, MediaError
from analyzer.media.footage import footage
from analyzer.media.frame import Frame
from analyzer.media.gallery import Gallery, common_folder, is_picture
from analyzer.overlap import batched
from analyzer.paths import as_text
from analyzer.progress import Progress, silent
from analyzer.records import Face
from analyzer.settings import Settings


def measure(files: Sequence[Path], settings: Settings, progress: Progress) -> Measured:
    """Return what a contestant finds in pictures and videos. The first batch is looked at twice: to warm up.

    Args:
        files: pictures and videos.
        settings: of the contestant.
        progress: told with each frame how many of the files are done: a film takes as long as it takes.

    Raises:
        ModelError: a model cannot be had.
    """
    networks = shared_networks(settings)
    finder = _TimedFinder(open_part("faces.detector", networks, settings))
    embedder = _TimedEmbedder(open_part("faces.embedder", networks, settings))
    detector = Faces(finder, embedder, with_crops=False)
    names: list[str] = []
    faces: list[Face] = []
    unread: list[str] = []
    for frames in batched(_frames(files, settings, names, unread, progress), settings.engine.batch_size):
        if frames[0].index == 0:
            detector.detect(Batch(frames))
            finder.seconds = embedder.seconds = 0.0
        faces += detector.detect(Batch(frames))
    return Measured(
        embedder=settings.faces.embedder,
        unread=tuple(unread),
        frames=tuple(names),
        faces=tuple(faces),
        find_s=finder.seconds,
        embed_s=embedder.seconds,
    )


def _frames(
    files: Sequence[Path], settings: Settings, names: list[str], unread: list[str], progress: Progress
) -> Iterator[Frame]:
    """Yield the frames of all files, numbered on; `names` gets what each is, `unread` what is none."""
    for done, file in enumerate(files):
        picture = is_picture(file.name)
        try:
            source = Gallery(common_folder([file]), [file]) if picture else footage(file)
            with source.sampler(settings, silent) as frames:
                for frame in frames:
                    progress(done, len(files))
                    names.append(as_text(file) + ("" if picture else f"#{frame.time_s:.2f}"))
                    yield replace(frame, index=len(names) - 1)
        except (InputError, MediaError) as error:
            progress(done, len(files))
            unread.append(str(error))


class _TimedFinder:
    """A finder, and the seconds it has taken."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        self.seconds = 0.0

    def find(self, batch: Batch) -> list[Found]:
        started = time.perf_counter()
        found = self._finder.find(batch)
        self.seconds += time.perf_counter() - started
        return found


class _TimedEmbedder:
    """An embedder, and the seconds it has taken."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.model, self.template = embedder.model, embedder.template
        self.seconds = 0.0

    def embed(self, chips: Rgb) -> Floats:
        started = time.perf_counter()
        vectors = self._embedder.embed(chips)
        self.seconds += time.perf_counter() - started
        return vectors
