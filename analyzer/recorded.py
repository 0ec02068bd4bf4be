"""The record of something: its sidecar where that is up to date, else made now and kept nowhere."""

from pathlib import Path

from analyzer import manifest
from analyzer.discovery import refuse_nothing
from analyzer.errors import MarqueeError
from analyzer.media.footage import footage
from analyzer.media.gallery import is_picture
from analyzer.progress import Progress
from analyzer.records import Movie
from analyzer.settings import Settings
from analyzer.stores import sidecar
from analyzer.worker import Worker

FACES = ("faces",)


def record_of(path: Path, settings: Settings, worker: Worker, progress: Progress) -> Movie:
    """Return a record with the faces of a video, gallery or single picture. Nothing is written.

    Raises:
        MarqueeError, ModelError: it cannot be read or analyzed.
    """
    refuse_nothing(path)
    if path.is_file() and is_picture(path.name):
        return worker.analyze_pictures([path], FACES, progress)
    return _kept(path, settings) or worker.analyze(path, None, FACES, False, progress)


def frames_of(path: Path, settings: Settings, worker: Worker, progress: Progress) -> Movie:
    """Return a record with at least the frames of a video. Nothing is written.

    Raises:
        MarqueeError, ModelError: it cannot be read or analyzed.
    """
    refuse_nothing(path)
    version = manifest.expected(settings)["frames"].version
    movie = _sound(path)
    made = movie and movie.manifest.get("frames")
    return (
        movie
        if movie and made and made.version == version
        else worker.analyze(path, None, (), False, progress)
    )


def _sound(path: Path) -> Movie | None:
    """The record beside it, if that is of this file and sound."""
    fingerprint = footage(path).oshash()
    try:
        movie = sidecar.read(sidecar.sidecar_path(path))
    except MarqueeError:
        return None
    return movie if movie and movie.source.oshash == fingerprint else None


def _kept(path: Path, settings: Settings) -> Movie | None:
    """The record beside it, if that is of this file and has embeddings of the embedder in the settings."""
    fingerprint, now = footage(path).oshash(), manifest.expected(settings)["embeddings"]
    try:
        header = sidecar.read_header(sidecar.sidecar_path(path))
        made = header and header.source.oshash == fingerprint and header.manifest.get("embeddings")
        if made and (made.models, made.version) == (now.models, now.version):
            return sidecar.read(sidecar.sidecar_path(path))
    except MarqueeError:
        return None
    return None
