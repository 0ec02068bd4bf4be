"""Cut a video file: one file of given spans, or a folder with a file for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from analyzer.cutting.encoding import encode
from analyzer.cutting.output import publish, refuse_to_overwrite, unfinished
from analyzer.media.cutting.plans import How, Joined, Plan
from analyzer.progress import Progress, silent
from analyzer.records import Interval
from analyzer.worker import Worker


@dataclass(frozen=True, slots=True)
class Written:
    """What was cut.

    Attributes:
        path: of the file, or the folder of pieces; its suffix may be another than was asked for.
        duration_s: of all pieces together.
        encoded_s: how much of that was encoded again.
        notices: what is not as one might expect, a line each.
    """

    path: Path
    duration_s: float
    encoded_s: float
    notices: tuple[str, ...]


def cut(
    source: Path,
    spans: Sequence[Interval],
    target: Path,
    how: How,
    worker: Worker,
    ffmpeg: Path,
    progress: Progress = silent,
) -> Written:
    """Write spans of a film into one file, with all of its streams, and check it.

    Args:
        source: the film.
        spans: seconds from the first frame, sorted, not overlapping.
        target: the file to write; where its container cannot hold what is in it, .mkv replaces the suffix.
        how: "exact": right to the frame, as little as possible is encoded again; "copy": at key frames,
            nothing is.
        worker: reads and writes media.
        ffmpeg: encodes; see analyzer.cutting.encoding.find_ffmpeg.
        progress: told how far it is.

    Raises:
        InputError, MediaError, WorkerError: the film cannot be read.
        CuttingError: it cannot be cut, or the result is not what was asked for; nothing is kept.
        OutputError, DiskFullError: something is there already, or it cannot be written.
    """
    with unfinished(target, worker) as folder:
        plan = worker.prepare_cut(source, spans, how, target.suffix, apart=False, folder=folder)
        path = target.with_suffix(plan.suffix)
        refuse_to_overwrite(path)
        _encode(plan, source, ffmpeg, folder, progress)
        written = folder / f"written{plan.suffix}"
        joined = worker.join_cut(source, plan, folder, written, progress)
        publish(written, path)
    return _summed(path, plan, [joined])


def cut_into_pieces(
    source: Path,
    spans: Sequence[Interval],
    target: Path,
    suffix: str,
    how: How,
    worker: Worker,
    ffmpeg: Path,
    progress: Progress = silent,
) -> Written:
    """Write each span of a film into a file of its own, in a folder that appears whole.

    Args:
        source: the film.
        spans: see `cut`.
        target: the folder to make; with "film.cut", the files are film.cut.1.mp4 and so on.
        suffix: of the files.
        how: see `cut`.
        worker: see `cut`.
        ffmpeg: see `cut`.
        progress: see `cut`.

    Raises:
        MarqueeError: see `cut`.
    """
    with unfinished(target, worker) as folder:
        plan = worker.prepare_cut(source, spans, how, suffix, apart=True, folder=folder)
        _encode(plan, source, ffmpeg, folder, progress)
        written = folder / "written"
        written.mkdir()
        joined = []
        for i in range(len(plan.pieces)):
            file = written / f"{target.name}.{i + 1}{plan.suffix}"
            joined.append(worker.join_cut(source, _piece(plan, i), folder, file, progress))
        publish(written, target)
    return _summed(target, plan, joined)


def _piece(plan: Plan, i: int) -> Plan:
    tracks = tuple(t.model_copy(update={"stretches": t.stretches[i : i + 1]}) for t in plan.tracks)
    return plan.model_copy(update={"pieces": plan.pieces[i : i + 1], "tracks": tracks})


def _encode(plan: Plan, source: Path, ffmpeg: Path, folder: Path, progress: Progress) -> None:
    """Encode all parts of a plan."""
    parts = [(track, number) for track in plan.tracks for number in range(len(track.parts))]
    whole = sum(_encoded_s(plan))
    done = 0.0
    for track, number in parts:
        encode(ffmpeg, source, track, number, folder)
        done += whole / len(parts)
        progress(done, whole)


def _encoded_s(plan: Plan) -> list[float]:
    """Return how long each stretch of the main track that is encoded lasts."""
    main = plan.tracks[0]
    found = []
    for piece, stretches in zip(plan.pieces, main.stretches, strict=True):
        lasts = [float((s.high - s.low) * Fraction(main.tick)) for s in stretches if s.part is not None]
        found.append(min(sum(lasts), piece.end_s - piece.start_s))
    return found


def _summed(path: Path, plan: Plan, joined: Sequence[Joined]) -> Written:
    notices = [*plan.notices, *(notice for each in joined for notice in each.notices)]
    duration_s = sum(piece.end_s - piece.start_s for piece in plan.pieces)
    return Written(path, duration_s, sum(_encoded_s(plan)), tuple(dict.fromkeys(notices)))
