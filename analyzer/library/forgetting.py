"""Forgetting a person: the one act that changes what was written.

First the ledger notes what is to be done: what cannot be done now (a drive is away, the machine stops) is
done by a later run. The journal comes last, so that until then the person can be named.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from analyzer.errors import USER_ERRORS, OutputError, SidecarError
from analyzer.library.cards import Card
from analyzer.library.cast import Member
from analyzer.library.erasing import Anchors, names_of, without
from analyzer.library.ledger import Entry
from analyzer.library.library import Library
from analyzer.library.shelf import Shelf
from analyzer.library.strip import strip_card, strip_movie
from analyzer.library.whereabouts import forget_whereabouts
from analyzer.paths import as_text, shown
from analyzer.stores import sidecar
from analyzer.stores.whole import delete_abandoned, write_whole, writing


@dataclass
class Report:
    """What was done and what was not.

    Attributes:
        decisions: how many lines of the journal are gone.
        rewritten, deleted: files.
        due: what is still to be done, one line each: the file, and why.
    """

    decisions: int = 0
    rewritten: list[Path] = field(default_factory=list)
    deleted: list[Path] = field(default_factory=list)
    due: list[str] = field(default_factory=list)


def forget(library: Library, member: Member) -> Report:
    """Remove a person from everything that Marquee wrote.

    Raises:
        OutputError: the library cannot be written.
        LibraryError, InputError: it cannot be read.
    """
    anchors = {
        video: tuple(chain.from_iterable(part.unit.anchors() for part in parts))
        for video, parts in member.videos.items()
    }
    names = names_of(library.decisions, library.known, member)
    library.shelf.ledger.change(lambda entry: _marked(entry, anchors))
    report = finish(library.shelf)
    report.decisions = library.journal.rewrite(
        lambda lines: without(lines, library.known, member, anchors, library.cards)
    )
    forget_whereabouts(library.folder)
    with writing(library.folder):
        delete_abandoned(library.folder)
    _clean_log(library.home / "marquee.log", names)
    library.reload()
    return report


def finish(shelf: Shelf) -> Report:
    """Do what is still to be done.

    Raises:
        OutputError: the ledger cannot be written.
        LibraryError, InputError: it cannot be read.
    """
    report = Report()
    done: list[Entry] = []
    for entry in shelf.ledger.files():
        if not entry.due:
            continue
        try:
            _finish(entry, shelf, report)
            delete_abandoned(entry.path.parent)
            done.append(entry)
        except (*USER_ERRORS, OSError) as error:
            report.due.append(f"{shown(entry.path)}: {getattr(error, 'strerror', None) or error}")
    if done:
        shelf.ledger.change(lambda entry: _settled(entry) if entry.due and entry in done else entry)
    return report


def _marked(entry: Entry, anchors: Anchors) -> Entry:
    if entry.kind not in ("sidecar", "card"):
        return entry.model_copy(update={"due": True})
    of_video = anchors.get(entry.video, ()) if entry.video else sum(anchors.values(), ())
    if not of_video:
        return entry
    return entry.model_copy(update={"due": True, "anchors": (*entry.anchors, *of_video)})


def _settled(entry: Entry) -> Entry | None:
    if entry.path.exists():
        return entry.model_copy(update={"due": False, "anchors": ()})
    return entry if entry.kind == "sidecar" else None  # where it was moved to, it is still to be done


def _finish(entry: Entry, shelf: Shelf, report: Report) -> None:
    path = entry.path
    if not path.exists():
        if not entry.is_gone():
            raise OutputError("cannot be reached; is its drive there?")
    elif entry.kind == "card":
        card = shelf.read(path)
        bare = card and strip_card(card, entry.anchors)
        if bare is None or _is_empty(bare):
            path.unlink()
        else:
            shelf.put(bare)
    elif entry.kind == "sidecar":
        _finish_sidecar(entry, shelf, report)
    elif entry.sha256 in ("", hashlib.sha256(path.read_bytes()).hexdigest()):
        path.unlink()
        report.deleted.append(path)
    else:
        raise OutputError("was changed after Marquee wrote it; delete it yourself if it names them")


def _is_empty(card: Card) -> bool:
    """Whether it is of enrolled photos and has no face left: their names may be the person's."""
    return card.sidecar is None and not any(p.sightings.columns.vectors for p in card.people)


def _finish_sidecar(entry: Entry, shelf: Shelf, report: Report) -> None:
    path = entry.path
    try:
        movie = sidecar.read(path)
    except SidecarError:
        if path.name.endswith(sidecar.SUFFIX):
            raise
        path.unlink()  # one that was set aside: nothing can be taken out of it
        report.deleted.append(path)
        return
    if movie is None:
        return
    stripped = strip_movie(movie, [anchor for anchor in entry.anchors if anchor.video == movie.source.oshash])
    if stripped != movie:
        sidecar.write(path, stripped)
        report.rewritten.append(path)
        card = shelf.read(shelf.path(movie.source.oshash))
        if card and card.sidecar == as_text(path):
            shelf.register(stripped, path)


def _clean_log(path: Path, names: Collection[str]) -> None:
    """Drop the lines of the log that name someone."""
    with writing(path):
        if not names or not path.exists():
            return
        lines = path.read_bytes().splitlines(keepends=True)
        kept = [line for line in lines if not any(name.encode("utf-8") in line for name in names)]
        if kept != lines:
            write_whole(path, b"".join(kept))
