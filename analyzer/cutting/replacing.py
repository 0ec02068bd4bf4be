"""Put a cut in the place of its film, so that at every moment one of them is there whole."""

import os
import shutil
from pathlib import Path

from analyzer.cutting.output import publish, refuse_to_overwrite, reported
from analyzer.errors import CuttingError
from analyzer.paths import shown
from analyzer.stores.whole import replacing, temporary
from analyzer.worker import Worker


def replace(original: Path, cut: Path, worker: Worker) -> Path:
    """Decode a cut from end to end, then let it take the film's place.

    Where the suffix stays, that is one step. Where it changes, the cut first gets its new name, then the film
    is deleted.

    Args:
        original: the film.
        cut: what was cut of it.
        worker: decodes.

    Returns:
        Where the cut is now.

    Raises:
        CuttingError: frames of it do not decode; the film is kept.
        OutputError, DiskFullError: a file of that name is there already, or cannot be written.
    """
    check_whole(cut, worker)
    place = original.with_suffix(cut.suffix)
    with reported(place):
        if place == original:
            with replacing(place) as beside:
                _take(cut, beside, original)
        else:
            refuse_to_overwrite(place)
            with temporary(place) as beside:
                _take(cut, beside, original)
                publish(beside, place)
            original.unlink()
        cut.unlink(missing_ok=True)
    return place


def check_whole(cut: Path, worker: Worker) -> None:
    """Decode a cut from end to end, before its film is given up.

    Raises:
        CuttingError: frames of it do not decode.
    """
    decoded = worker.decode(cut)
    if decoded.lost or not decoded.frames:
        whole = decoded.frames + decoded.lost
        raise CuttingError(f"{shown(cut)}: {decoded.lost} of {whole} frames do not decode; the film is kept")


def _take(cut: Path, beside: Path, original: Path) -> None:
    """Give the cut a name beside its place, or copy it there from another disk; with the film's rights."""
    try:
        os.link(cut, beside)
    except OSError:
        shutil.copyfile(cut, beside)
    shutil.copymode(original, beside)
