"""The shelf: the cards of all videos, one file each; whoever writes a sidecar puts its card here."""

from collections.abc import Iterator
from pathlib import Path

from analyzer.errors import OutputError
from analyzer.library.cards import Card, card_of
from analyzer.library.ledger import Kind, Ledger
from analyzer.library.packing import pack, unpack
from analyzer.paths import as_text, shown
from analyzer.records import Movie
from analyzer.stores.sidecar import stamp_of
from analyzer.stores.whole import write_whole, writing


class Shelf:
    """The cards of a library.

    Attributes:
        ledger: of every file that Marquee wrote.
        damaged: the cards that could not be read when all were.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "cards"
        self.ledger = Ledger(folder)
        self.damaged: list[Path] = []

    def cards(self) -> Iterator[Card]:
        """Read all cards, one after another, but those that are damaged: their sidecars renew them."""
        self.damaged.clear()
        for path in sorted(self.folder.glob("*.json")):
            if card := self.read(path):
                yield card
            else:
                self.damaged.append(path)

    def put(self, card: Card) -> None:
        """Write a card.

        Raises:
            OutputError: it cannot be written.
        """
        path = self.path(card.video)
        self.ledger.record(path, "card", card.video)
        with writing(path):
            write_whole(path, pack(card))

    def register(self, movie: Movie, sidecar: Path) -> None:
        """Put the card of a record that was written.

        Raises:
            OutputError: it cannot be written.
        """
        self.put(card_of(movie, sidecar.absolute(), stamp_of(sidecar)))

    def is_current(self, video: str, sidecar: Path) -> bool:
        """Whether the card of a video is of this sidecar as it is now."""
        card = self.read(self.path(video))
        return card is not None and (card.sidecar, card.stamp) == (
            as_text(sidecar.absolute()),
            stamp_of(sidecar),
        )

    def write(self, path: Path, content: bytes, kind: Kind) -> None:
        """Write what shows people to a file of the user's, so that `forget` finds it.

        Raises:
            OutputError: it cannot be written, or is a file of the user's own.
        """
        with writing(path):
            if path.is_dir():
                raise OutputError(f"{shown(path)}: is a directory; name a file in it")
            if path.exists() and not self.ledger.has_written(path):
                raise OutputError(
                    f"{shown(path)}: is there already, and not as Marquee wrote it; name another file"
                )
            self.ledger.record(path, kind, content=content)
            write_whole(path, content)

    def path(self, video: str) -> Path:
        """Return where the card of a video is kept."""
        return self.folder / f"{video}.json"

    def read(self, path: Path) -> Card | None:
        """Return a card; None where there is none, or it is damaged."""
        try:
            return unpack(path.read_bytes())
        except (OSError, ValueError):
            return None
