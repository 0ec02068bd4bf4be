"""analyze(): the one path from a video or gallery to its Movie. Writes nothing."""

from collections.abc import Collection, Sequence
from contextlib import closing
from os import PathLike
from pathlib import Path
from typing import Any

from analyzer import manifest
from analyzer.detect.crops import keep_best
from analyzer.detect.look import look
from analyzer.detect.networks import shared_networks
from analyzer.detect.opening import open_detectors
from analyzer.detect.reembedding import reembed_faces
from analyzer.detect.table import KINDS
from analyzer.detect.tags import sum_up
from analyzer.errors import InputError
from analyzer.media.footage import Footage, footage
from analyzer.media.gallery import Gallery, Turn, common_folder
from analyzer.overlap import ReadAhead
from analyzer.paths import shown
from analyzer.people.billing import bill
from analyzer.people.likeness import prior_of, random_directions
from analyzer.people.parts import Film
from analyzer.people.tracks import make_tracks, pooled
from analyzer.progress import Progress, silent
from analyzer.records import Face, Movie, Track
from analyzer.settings import Settings, load

Parts = dict[str, Any]
"""Fields of a Movie."""

FIELDS = {
    "frames": ("source", "shots", "keyframes"),
    "faces": ("faces",),
    "embeddings": (),
    "poses": ("poses",),
    "objects": ("objects",),
    "features": ("image_features",),
    "tags": ("tags",),
    "people": ("tracks", "people"),
    "scenes": ("scenes",),
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
    """Return the Movie record of one video or gallery.

    Args:
        path: a local video file, or a folder whose pictures are analyzed together.
        settings: what to do and how; the defaults are those of configs/default.toml.
        previous: an earlier record of the same file: only what is stale in it is done again.
        only: which of faces, poses, objects, features and tags to look for.
        force: look for them again although `previous` is up to date.
        progress: told how far it is, from time to time.

    Raises:
        InputError: the file is missing or unreadable, or changes meanwhile, or the folder has no pictures.
        MediaError: it is not a video, or nothing in it can be decoded.
        UsageError: a setting names an unknown network.
        ModelError: a network or its weights cannot be had, or do not work.
    """
    return _analyze(footage(Path(path)), settings or load(), previous, only, force, progress)


def analyze_pictures(
    files: Sequence[Path],
    settings: Settings | None = None,
    *,
    turn: Turn = 0,
    only: Collection[str] = KINDS,
    progress: Progress = silent,
) -> Movie:
    """Return one Movie record of picture files, wherever they are; those that cannot be read are left out.

    Args:
        files: each becomes a keyframe that names it: as seen from the folder that they have in common.
        settings: see analyze.
        turn: degrees clockwise by which all are turned first.
        only: see analyze.
        progress: see analyze; pictures count as seconds.

    Raises:
        InputError: there are no files, or one is missing or unreadable.
        MediaError: none of them can be decoded.
        UsageError, ModelError: see analyze.
    """
    gallery = Gallery(common_folder(files), files, turn)
    return _analyze(gallery, settings or load(), None, only, False, progress)


def _analyze(
    footage: Footage,
    settings: Settings,
    previous: Movie | None,
    only: Collection[str],
    force: bool,
    progress: Progress,
) -> Movie:
    now = manifest.expected(settings)
    fingerprint = footage.oshash()
    if previous and previous.source.oshash != fingerprint:
        previous = None
    before = previous.manifest if previous else {}
    todo = manifest.stale(before, now, only, force)
    kept = manifest.kept(before, todo, now)
    parts = {f: getattr(previous, f) for s in kept if s not in todo for f in FIELDS[s]}

    kinds = [stage for stage in todo if stage in KINDS]
    if kinds or "frames" in todo:
        parts |= _watch(footage, kinds, settings, progress)
        if parts["source"].oshash != fingerprint:
            raise InputError(
                f"{shown(footage.path)}: changed while it was read; try again when it is complete"
            )
        if previous and "frames" not in todo and parts["keyframes"] != previous.keyframes:
            # Other versions of the decoder gave other frames: what was kept of those is found anew.
            return _analyze(
                footage, settings, None, [kind for kind in KINDS if kind in kept], False, progress
            )
    if previous and "embeddings" in todo and "faces" not in todo and not manifest.same_embedder(before, now):
        tracks = previous.tracks if "poses" not in todo and before.get("people") == now["people"] else ()
        parts |= _reembed(previous.faces, tracks, settings)
    if "people" in todo:
        crops = kept["embeddings"].settings["crops"] if "embeddings" in kept else 0
        parts |= _group(parts, crops, settings.faces.embedder)
    return Movie(manifest=kept, **parts)


def _watch(footage: Footage, kinds: Collection[str], settings: Settings, progress: Progress) -> Parts:
    """Decode and look for `kinds`; decoding, preparing and inference overlap."""
    found: dict[str, list[Any]] = {kind: [] for kind in kinds}
    with footage.sampler(settings, progress) as sampler:
        with ReadAhead(iter(sampler), READ_AHEAD) as frames:
            networks = shared_networks(settings)  # loads while the first frames are decoded
            detectors = open_detectors(kinds, networks, settings)
            with closing(look(frames, detectors, networks.engine)) as batches:
                for findings in batches:
                    for kind, records in findings.items():
                        found[kind] += records
        parts: Parts = {"source": sampler.source(), "shots": sampler.shots, "keyframes": sampler.keyframes}
    if "tags" in found:
        found["tags"] = list(sum_up(found["tags"], parts["keyframes"]))
    return parts | {FIELDS[kind][0]: tuple(records) for kind, records in found.items()}


def _reembed(faces: Sequence[Face], tracks: Sequence[Track], settings: Settings) -> Parts:
    """Embed faces anew from their crops; tracks stay and are pooled anew."""
    faces = reembed_faces(faces, settings)
    pools = (pooled([faces[i] for i in track.faces]) for track in tracks)
    renewed = (track.model_copy(update={"embedding": e}) for track, e in zip(tracks, pools, strict=True))
    return {"faces": faces, "tracks": tuple(renewed)}


def _group(parts: Parts, crops: int, embedder: str) -> Parts:
    """Make tracks of the faces, unless there are some, and people of the tracks."""
    faces, poses, keyframes = parts["faces"], parts.get("poses", ()), parts["keyframes"]
    first = next((face.embedding for face in faces if face.embedding), None)
    likeness = prior_of(first.model, first.vector.size, embedder) if first else random_directions(1)
    tracks = parts.get("tracks") or make_tracks(faces, poses, keyframes, likeness)
    faces = keep_best(faces, tracks, crops)
    source = parts["source"]
    film = Film(tracks, faces, poses, keyframes, (source.width, source.height))
    return {"faces": faces, "tracks": tracks, "people": bill(film, likeness)}
