"""Cut as miles-deep does: to whole seconds, by copying, with ffmpeg alone."""

from collections.abc import Sequence
from pathlib import Path

import ffmpeg  # type: ignore[import-untyped, unused-ignore]

from analyzer.cutting.encoding import run_ffmpeg
from analyzer.cutting.output import publish, unfinished
from analyzer.media.container import FORMATS
from analyzer.media.cutting.containers import MATROSKA
from analyzer.worker import Worker

_LIST = "pieces.txt"


def cut_as_miles_deep(
    source: Path,
    spans: Sequence[tuple[int, int]],
    target: Path,
    pieces: bool,
    worker: Worker,
    program: Path,
) -> Path:
    """Write spans of a film as the original program does, but never over what is there.

    Each piece lasts from `start` for `end - start` seconds and begins at a key frame. Of several sound tracks
    ffmpeg takes one.

    Args:
        source: the film.
        spans: first and last second of each.
        target: the file; of .wmv, it gets .mkv. With `pieces` the folder, its files named after it.
        pieces: whether to leave the pieces as they are.
        worker: ended if it is in the way.
        program: ffmpeg.

    Returns:
        What was written.

    Raises:
        CuttingError: ffmpeg failed; what it said is given.
        OutputError, DiskFullError: it is there already, or cannot be written.
    """
    suffix = MATROSKA if source.suffix.lower() == ".wmv" else source.suffix
    path = target if pieces or not suffix else target.with_suffix(suffix)
    with unfinished(path, worker) as folder:
        written = folder / "pieces"
        written.mkdir()
        names = [f"{target.name}.{k}{suffix}" if pieces else f"{k}{suffix}" for k in range(1, len(spans) + 1)]
        for name, span in zip(names, spans, strict=True):
            run_ffmpeg(_piece(program, source, span, written / name), source, written / name)
        if not pieces:
            # Their names are plain numbers beside the list: nothing in it needs quotes.
            (folder / "pieces" / _LIST).write_text("".join(f"file {name}\n" for name in names), "ascii")
            joined = folder / f"written{suffix}"
            run_ffmpeg(_joined(program, written / _LIST, joined), source, joined)
            written = joined
        publish(written, path)
    return path


def _piece(program: Path, source: Path, span: tuple[int, int], piece: Path) -> list[str]:
    start, end = span
    seek = {"ss": start}
    taken: dict[str, object] = {"t": end - start, "c": "copy"}
    if source.suffix.lower() == ".wmv":
        seek, taken = {}, {**seek, **taken}
    else:
        taken["avoid_negative_ts"] = 1
    given = ffmpeg.input(f"file:{source}", protocol_whitelist="file", format_whitelist=FORMATS, **seek)
    return _compiled(program, given, piece, taken)


def _joined(program: Path, listed: Path, target: Path) -> list[str]:
    given = ffmpeg.input(
        f"file:{listed}",
        f="concat",
        safe=0,
        protocol_whitelist="file",
        format_whitelist=f"concat,{FORMATS}",
    )
    return _compiled(program, given, target, {"c": "copy"})


def _compiled(program: Path, given: object, target: Path, options: dict[str, object]) -> list[str]:
    output = ffmpeg.output(given, f"file:{target}", **options).global_args("-nostdin", "-loglevel", "error")
    command: list[str] = output.compile(cmd=str(program), overwrite_output=True)
    return command
