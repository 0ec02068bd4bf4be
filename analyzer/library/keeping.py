"""What a run of analysis tells the library: which sidecars there are, and the card of each."""

from collections.abc import Callable
from pathlib import Path

from analyzer.errors import USER_ERRORS
from analyzer.library.cards import Card
from analyzer.library.forgetting import finish
from analyzer.library.shelf import Shelf
from analyzer.records import Movie
from analyzer.stores import sidecar


class Keeper:
    """Writes sidecars, so that the library knows of them."""

    def __init__(self, home: Path) -> None:
        self._shelf = Shelf(home / "library")
        self._renewed: set[str] = set()

    def write(self, path: Path, movie: Movie) -> str | None:
        """Write a sidecar and its card; return what the user should know.

        Raises:
            OutputError: the sidecar cannot be written; that the library cannot be is only said.
        """
        unknown = self._note(path, movie.source.oshash)
        sidecar.write(path, movie)
        return unknown or _said(lambda: self._shelve(movie, path))

    def found(self, path: Path, video: str) -> str | None:
        """Bring the card of a sidecar up to date that is up to date itself; return what to tell the user."""
        if unknown := self._note(path, video):
            return unknown
        if self._shelf.is_current(video, path):
            return None
        return _said(lambda: self._shelve(sidecar.read(path), path))

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

    def _note(self, path: Path, video: str) -> str | None:
        return _said(lambda: self._shelf.ledger.record(path, "sidecar", video))

    def _shelve(self, movie: Movie | None, path: Path) -> None:
        if movie:
            self._shelf.register(movie, path)
            finish(self._shelf)


def _said(act: Callable[[], object]) -> str | None:
    try:
        act()
    except USER_ERRORS as error:
        return f"the library of people is not up to date: {error}"
    return None
