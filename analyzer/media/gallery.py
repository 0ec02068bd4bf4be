"""Galleries: pictures in a folder, read as a film of one second and one shot a picture."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Literal

import cv2
import numpy as np

from analyzer.errors import InputError, MediaError
from analyzer.media import fingerprint, looks, picture
from analyzer.media.container import open_file
from analyzer.media.frame import Frame
from analyzer.media.pixels import Image
from analyzer.paths import as_text, shown
from analyzer.progress import Progress
from analyzer.records import GALLERY, Keyframe, Shot, Source
from analyzer.settings import Keyframes, Settings

SUFFIXES = (".jpg", ".jpeg", ".jfif", ".png", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".avif", ".jxl")
"""What a picture's name ends with; one of a format that cannot be read is named, not passed by."""

Turn = Literal[0, 90, 180, 270]
"""Degrees clockwise."""

_TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


def pictures_in(folder: Path) -> list[Path]:
    """Return the pictures that lie directly in a folder, in the order of their names; hidden ones not.

    Raises:
        InputError: the folder cannot be read.
    """
    try:
        return sorted(file for file in folder.iterdir() if is_picture(file.name) and file.is_file())
    except OSError as error:
        raise InputError(
            f"{shown(folder)}: cannot be read: {error.strerror}; check its name and its rights"
        ) from None


def is_picture(name: str) -> bool:
    """Whether a file's name is that of a picture."""
    return not name.startswith(".") and PurePath(name).suffix.lower() in SUFFIXES


def common_folder(files: Sequence[Path]) -> Path:
    """Return the folder below which all files lie, absolute; of files on several drives the first one's."""
    try:
        return Path(os.path.commonpath([file.absolute().parent for file in files]))
    except ValueError:
        return files[0].absolute().parent if files else Path()


class Gallery:
    """Pictures, opened one after another.

    Args:
        path: the folder that they are a gallery of.
        files: the pictures; those below the folder are named in the record as seen from it, others in full.
        turn: how all are turned, beside what their EXIF says.

    Raises:
        InputError: there are none.
    """

    def __init__(self, path: Path, files: Sequence[Path], turn: Turn = 0) -> None:
        if not files:
            raise InputError(f"{shown(path)}: is a directory without pictures; name videos, or one with some")
        self.path, self.files, self.turn = path, files, turn

    def oshash(self) -> str:
        """Return 16 hexadecimal digits of the names and hashes of the files.

        Raises:
            InputError: one cannot be read.
        """
        digest = hashlib.sha256()
        for file in self.files:
            digest.update(f"{name_in(self.path, file)}\0{fingerprint.block_sums(file)}\n".encode())
        return digest.hexdigest()[:16]

    @contextmanager
    def sampler(self, settings: Settings, progress: Progress) -> Iterator["GallerySampler"]:
        """See analyzer.media.footage.Footage."""
        yield GallerySampler(self, settings.keyframes, progress)


def name_in(folder: Path, file: Path) -> str:
    """Return how a picture is named in the record of a gallery."""
    file, folder = file.absolute(), folder.absolute()
    return as_text(file.relative_to(folder) if file.is_relative_to(folder) else file)


class GallerySampler:
    """See analyzer.media.footage.Frames. Iterate once; the attributes are whole after that.

    A picture that repeats one before it is `seen_as` that one; one that cannot be read is counted and
    passed over. One picture is decoded at a time.

    Raises:
        MediaError: while iterating: none could be read.
    """

    def __init__(self, gallery: Gallery, settings: Keyframes, progress: Progress) -> None:
        self.keyframes: tuple[Keyframe, ...] = ()
        self.shots: tuple[Shot, ...] = ()
        self._gallery, self._settings, self._progress = gallery, settings, progress
        self._largest = (1, 1)
        self._bytes = 0
        self._new: list[tuple[int, int]] = []

    def __iter__(self) -> Iterator[Frame]:
        keyframes: list[Keyframe] = []
        for done, file in enumerate(self._gallery.files):
            self._progress(done, len(self._gallery.files))
            image = self._read(file)
            if image is None:
                continue
            height, width = image.shape[:2]
            self._largest = max(self._largest, (width, height), key=lambda size: size[0] * size[1])
            index = len(keyframes)
            keyframes.append(self._keyframe(index, file, looks.measure(_within(image, looks.THUMB_SIDE))))
            if keyframes[index].seen_as == index:
                small = _within(image, self._settings.max_side)
                scale = (width / small.shape[1], height / small.shape[0])
                yield Frame(index, index, small, scale)
        if not keyframes:
            raise MediaError(_unreadable(self._gallery))
        self.keyframes = tuple(keyframes)
        self.shots = tuple(
            Shot(start_s=i, end_s=i + 1, transition="cut" if i else "start") for i in range(len(keyframes))
        )

    def _read(self, file: Path) -> Image | None:
        with open_file(file) as opened:
            data = opened.read(picture.MAX_BYTES + 1)
        self._bytes += len(data)
        image = picture.decode(data) if len(data) <= picture.MAX_BYTES else None
        turn = _TURNS.get(self._gallery.turn)
        return image if image is None or turn is None else np.asarray(cv2.rotate(image, turn), np.uint8)

    def _keyframe(self, index: int, file: Path, measures: looks.Measures) -> Keyframe:
        return Keyframe(
            time_s=index,
            span_s=1,
            shot=index,
            seen_as=self._seen_as(index, measures),
            phash=f"{measures.phash:016x}",
            views=measures.views,
            sharpness=measures.sharpness,
            brightness=measures.brightness,
            histogram=measures.histogram,
            picture=name_in(self._gallery.path, file),
        )

    def _seen_as(self, index: int, measures: looks.Measures) -> int | None:
        if measures.brightness < self._settings.black_below:
            return None
        for hash_, seen in self._new:
            if fingerprint.distance(hash_, measures.phash) <= self._settings.repeat_bits:
                return seen
        self._new.append((measures.phash, index))
        return index

    def source(self) -> Source:
        """Return what is known of the gallery; whole only after iterating.

        Raises:
            InputError: a picture is gone.
        """
        return Source(
            path=as_text(self._gallery.path.absolute()),
            size_bytes=self._bytes,
            oshash=self._gallery.oshash(),
            phash=None,
            duration_s=len(self.keyframes),
            first_frame_s=0,
            fps=None,
            width=self._largest[0],
            height=self._largest[1],
            rotation=self._gallery.turn,
            container=GALLERY,
            codec="pictures",
            pixel_format="rgb24",
            damaged=len(self._gallery.files) - len(self.keyframes),
        )


def _unreadable(gallery: Gallery) -> str:
    if len(gallery.files) == 1:
        return f"{shown(gallery.files[0])}: is no picture that can be read: damaged, or of no known format"
    return f"{shown(gallery.path)}: none of its pictures can be read"


def _within(image: Image, max_side: int) -> Image:
    """Return the picture, its long side at most `max_side`."""
    height, width = image.shape[:2]
    shrink = max_side / max(width, height)
    if shrink >= 1:
        return image
    size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
