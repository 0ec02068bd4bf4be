"""Keeping records: the sidecar first, then what comes of it: a card in the library, an entry in the store."""

import contextlib
from collections.abc import Callable, Iterable
from pathlib import Path

from analyzer.errors import USER_ERRORS
from analyzer.library.cards import Card
from analyzer.library.forgetting import finish
from analyzer.library.shelf import Shelf
from analyzer.paths import as_text, key_of
from analyzer.records import Movie
from analyzer.stores import sidecar
from analyzer.stores.contract import Store
from analyzer.stores.entries import entry_of
from analyzer.stores.whole import ABANDONED_S, delete_abandoned, writing


class Keeper:
    """Writes sidecars, so that the library and the store know of them."""

    def __init__(self, home: Path, store: Store) -> None:
        self._shelf = Shelf(home / "library")
        self._store = store
        self._renewed: set[str] = set()
        self._swept: set[Path] = set()

    def write(self, path: Path, movie: Movie) -> str | None:
        """Write a sidecar, its card and its entry; return what the user should know.

        Raises:
            OutputError: the sidecar cannot be written; that the library cannot be is only said.
            StoreError: the entry cannot be written; the sidecar is.
        """
        unknown = self._note(path, movie.source.oshash)
        sidecar.write(path, movie)
        self._sweep(path.parent)
        unknown = unknown or _said(lambda: self._shelve(movie, path))
        self._store.save([entry_of(movie, path)])
        return unknown

    def found(self, path: Path, video: Path, oshash: str) -> str | None:
        """Bring card and entry of a fresh sidecar up to date; return what to tell the user.

        Raises:
            StoreError: the entry cannot be read or written.
        """
        unknown = self._note(path, oshash)
        carded = unknown is not None or self._shelf.is_current(oshash, path)
        key, stamp = key_of(video), sidecar.stamp_of(path)
        stored = self._store.stamps([key]) == {key: stamp}
        if carded and stored:
            return unknown
        movie = sidecar.read(path)
        if movie and not carded:
            unknown = _said(lambda: self._shelve(movie, path))
        if movie and not stored:
            self._store.save([entry_of(movie, path)])
        return unknown

    def move(self, path: Path, to: Path) -> None:
        """Have a record lie elsewhere, if it does not yet; its card follows. Doing it again changes nothing.

        Raises:
            OutputError: it cannot be written there, or deleted here.
            SidecarError, InputError: it cannot be read; it stays where it is.
        """
        movie = sidecar.read(path)
        if movie is None:
            return
        if not to.exists():
            to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._note(to, movie.source.oshash)
            sidecar.write(to, movie)
        _said(lambda: self._shelve(sidecar.read(to) or movie, to))
        with writing(path):
            path.unlink(missing_ok=True)

    def drop(self, video: Path) -> None:
        """Drop the entry of a video that is gone.

        Raises:
            StoreError: it cannot be.
        """
        self._store.remove([key_of(video)])

    def discard(self, path: Path, video: str) -> None:
        """Delete a record, and its card where that is of it.

        Raises:
            OutputError: one cannot be deleted.
        """
        card = self._shelf.path(video)
        kept = self._shelf.read(card)
        with writing(path):
            if kept and kept.sidecar == as_text(path):
                card.unlink()
            path.unlink()

    def refresh(self, sidecars: Iterable[Path]) -> None:
        """Bring the entries of sidecars up to date that something else rewrote; the attic has none.

        Raises:
            StoreError: an entry cannot be written.
            SidecarError, InputError: a sidecar cannot be read.
        """
        for path in sidecars:
            if path.name.endswith(sidecar.SUFFIX) and (movie := sidecar.read(path)):
                self._store.save([entry_of(movie, path)])

    def renew(self, movie: Movie, reembed: Callable[[Card], Card]) -> str | None:
        """Have the cards that no sidecar renews, those of photos, compared by the model of a new record.

        Once a model and Keeper; return what to tell the user.

        Args:
            movie: the record.
            reembed: returns a card with embeddings of that model, made from its crops.
        """
        model = next((face.embedding.model for face in movie.faces if face.embedding), None)
        if model is None or model in self._renewed:
            return None
        self._renewed.add(model)
        return _said(lambda: self._renew(model, reembed))

    def _renew(self, model: str, reembed: Callable[[Card], Card]) -> None:
        for card in self._shelf.cards():
            columns = [person.sightings.columns for person in card.people]
            other = any(vectors.model != model for some in columns for vectors in some.vectors)
            if card.sidecar is None and other and any(some.crops for some in columns):
                self._shelf.put(reembed(card))

    def set_aside(self, path: Path, what: str, video: str) -> Path:
        """See analyzer.stores.sidecar.set_aside."""
        aside = sidecar.set_aside(path, what)
        self._note(aside, video)
        return aside

    def _sweep(self, folder: Path) -> None:
        """Delete, once a folder, what runs that were killed left unfinished there."""
        if folder not in self._swept:
            self._swept.add(folder)
            with contextlib.suppress(OSError):
                delete_abandoned(folder, ABANDONED_S)

    def _note(self, path: Path, video: str) -> str | None:
        return _said(lambda: self._shelf.ledger.record(path, "sidecar", video))

    def _shelve(self, movie: Movie, path: Path) -> None:
        self._shelf.register(movie, path)
        self.refresh(finish(self._shelf).rewritten)


def _said(act: Callable[[], object]) -> str | None:
    try:
        act()
    except USER_ERRORS as error:
        return f"the library of people is not up to date: {error}"
    return None
