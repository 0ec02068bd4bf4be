"""analyze(): the one path from a video file to its Movie. Writes nothing."""

from collections.abc import Collection
from contextlib import closing
from os import PathLike
from pathlib import Path
from typing import Any

from analyzer import manifest
from analyzer.detect.look import look
from analyzer.detect.networks import shared_networks
from analyzer.detect.opening import open_detectors
from analyzer.detect.table import KINDS
from analyzer.errors import InputError
from analyzer.media.fingerprint import oshash
from analyzer.media.sampling import Sampler
from analyzer.media.video import open_video
from analyzer.overlap import ReadAhead
from analyzer.paths import shown
from analyzer.people.billing import bill
from analyzer.people.likeness import prior_of, random_directions
from analyzer.people.parts import Film
from analyzer.people.tracks import make_tracks
from analyzer.progress import Progress, silent
from analyzer.records import Movie
from analyzer.settings import Settings, load

Parts = dict[str, Any]
"""Fields of a Movie."""

FIELDS = {
    "frames": ("source", "shots", "keyframes"),
    "faces": ("faces",),
    "poses": ("poses",),
    "objects": ("objects",),
    "features": ("image_features",),
    "people": ("tracks", "people"),
}
"""Which fields of the Movie each stage fills."""

READ_AHEAD = 8
"""Decoded frames that wait for the detectors."""


def analyze(
    path: str | PathLike[str],
    settings: Settings | None = None,
    *,
    previous: Movie | None = None,
    only: Collection[str] = KINDS,
    force: bool = False,
    progress: Progress = silent,
) -> Movie:
    """Return the Movie record of one video.

    Args:
        path: a local video file.
        settings: what to do and how; the defaults are those of configs/default.toml.
        previous: an earlier record of the same file: only what is stale in it is done again.
        only: which of faces, poses, objects and features to look for.
        force: look for them again although `previous` is up to date.
        progress: told how far it is, from time to time.

    Raises:
        InputError: the file is missing or unreadable, or changes meanwhile.
        MediaError: it is not a video, or nothing in it can be decoded.
        UsageError: a setting names an unknown network.
        ModelError: a network or its weights cannot be had, or do not work.
    """
    video, settings = Path(path), settings or load()
    now = manifest.expected(settings)
    fingerprint = oshash(video)
    if previous and previous.source.oshash != fingerprint:
        previous = None
    before = previous.manifest if previous else {}
    todo = manifest.stale(before, now, only, force)
    kept = manifest.kept(before, todo, now)
    parts = {f: getattr(previous, f) for s in kept if s not in todo for f in FIELDS[s]}

    kinds = [stage for stage in todo if stage in KINDS]
    if kinds or "frames" in todo:
        parts |= _watch(video, kinds, settings, progress)
        if parts["source"].oshash != fingerprint:
            raise InputError(f"{shown(video)}: changed while it was read; try again when it is complete")
        if previous and "frames" not in todo and parts["keyframes"] != previous.keyframes:
            # Other versions of the decoder gave other frames: what was kept of those is found anew.
            return analyze(path, settings, only=[kind for kind in KINDS if kind in kept], progress=progress)
    if "people" in todo:
        parts |= _group(parts)
    return Movie(manifest=kept, **parts)


def _watch(video: Path, kinds: Collection[str], settings: Settings, progress: Progress) -> Parts:
    """Decode the video and look for `kinds`; decoding, preparing and inference overlap."""
    found: dict[str, list[Any]] = {kind: [] for kind in kinds}
    with open_video(video) as film:
        sampler = Sampler(film, settings.keyframes, settings.shots, progress)
        with ReadAhead(iter(sampler), READ_AHEAD) as frames:
            networks = shared_networks(settings)  # loads while the first frames are decoded
            detectors = open_detectors(kinds, networks, settings)
            with closing(look(frames, detectors, networks.engine)) as batches:
                for findings in batches:
                    for kind, records in findings.items():
                        found[kind] += records
        parts = {"source": film.source(sampler.phash), "shots": sampler.shots, "keyframes": sampler.keyframes}
    return parts | {FIELDS[kind][0]: tuple(records) for kind, records in found.items()}


def _group(parts: Parts) -> Parts:
    """Make tracks of the faces, and people of the tracks."""
    faces, poses, keyframes = parts["faces"], parts.get("poses", ()), parts["keyframes"]
    first = next((face.embedding for face in faces if face.embedding), None)
    likeness = prior_of(first.model, first.vector.size) if first else random_directions(1)
    tracks = make_tracks(faces, poses, keyframes, likeness)
    source = parts["source"]
    film = Film(tracks, faces, poses, keyframes, (source.width, source.height))
    return {"tracks": tracks, "people": bill(film, likeness)}
