"""The library of people: cards, journal and ledger of one MARQUEE_HOME, and what they add up to."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from analyzer.errors import UsageError
from analyzer.library.addresses import Addresses
from analyzer.library.assembly import acquaintances, assemble
from analyzer.library.calibrate import strictness_in
from analyzer.library.cards import Card, card_of
from analyzer.library.cast import Cast, Member
from analyzer.library.decisions import AnyDecision, Undo
from analyzer.library.journal import Journal
from analyzer.library.known import Known
from analyzer.library.shelf import Shelf
from analyzer.library.vectors import odd_sizes, prevailing_model
from analyzer.records import Movie
from models import backends
from models.catalog import Likeness

UNKNOWN = Likeness(strangers=0, spread=0.1)
"""Of a model that the catalog knows nothing of: about that of directions of a hundred numbers."""


class Library:
    """The library of a MARQUEE_HOME; what it reads it reads once.

    Attributes:
        home: the MARQUEE_HOME.
        folder: where it is kept.
        shelf: the cards.
        journal: the decisions.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / "library"
        self.shelf = Shelf(self.folder)
        self.journal = Journal(self.folder)
        self.decisions: Sequence[AnyDecision] = self.journal.read()

    @cached_property
    def cards(self) -> dict[str, Card]:
        """The cards by video."""
        cards = {card.video: card for card in self.shelf.cards()}
        odd = odd_sizes(cards.values())
        self.shelf.damaged += map(self.shelf.path, sorted(odd))
        return {video: card for video, card in cards.items() if video not in odd}

    @cached_property
    def known(self) -> Known:
        """What the decisions add up to."""
        return Known(self.decisions)

    @cached_property
    def model(self) -> str | None:
        """The model whose embeddings are compared: that of most; None where there are none."""
        return prevailing_model(list(self.cards.values()))

    @cached_property
    def likeness(self) -> Likeness:
        """How like its vectors are."""
        return backends.likeness_of(self.model or "", self.home) or UNKNOWN

    @property
    def strictness(self) -> float:
        """What the thresholds of matching are multiplied by, as it was calibrated."""
        return strictness_in(self.folder, self.model or "")

    @cached_property
    def cast(self) -> Cast:
        """Everyone."""
        return assemble(*self._matter(self.cards))

    @cached_property
    def acquaintances(self) -> tuple[Member, ...]:
        """The known people alone, sooner than everyone."""
        return acquaintances(*self._matter(self.cards))

    def _matter(self, cards: Mapping[str, Card]) -> tuple[list[Card], Known, str, Likeness, float]:
        return list(cards.values()), self.known, self.model or "", self.likeness, self.strictness

    @property
    def addresses(self) -> Addresses:
        """What the names of a command line stand for."""
        return Addresses(self.cast, self.cards, self.known)

    def resolve(self, text: str) -> Member:
        """Return the person that a name, an alias, a key or `<video>:p2` means.

        Raises:
            UsageError: there is none, or there are several.
            InputError: the file of a video is named that cannot be read.
        """
        return self.addresses.person(text)

    def names_in(self, movie: Movie) -> dict[str, str]:
        """Return the names of the people of a record, by the ids that they have in it."""
        if not self.known.people:
            return {}
        cards = self.cards | {movie.source.oshash: card_of(movie, None)}
        if movie.source.oshash in odd_sizes(cards.values()):
            return {}
        names: dict[str, str] = {}
        for member in acquaintances(*self._matter(cards)):
            for part in member.videos.get(movie.source.oshash, ()) if member.name else ():
                also = names.get(part.unit.appearance.id)
                names[part.unit.appearance.id] = f"{also}, {member.name}" if also else member.name or ""
        return names

    def decide(self, decision: AnyDecision) -> int:
        """Write a decision to the journal and return its number.

        Raises:
            UsageError: it does not go with what was decided before.
            LibraryError, InputError, OutputError: the journal cannot be read or written.
        """
        written = self.journal.append(decision, _check)
        self.reload()
        return written.n

    def reload(self) -> None:
        """Read the journal again; the cards, too, once they are asked for."""
        self.decisions = self.journal.read()
        for derived in ("cards", "known", "cast", "acquaintances"):
            self.__dict__.pop(derived, None)

    def undo(self, number: int | None = None) -> AnyDecision:
        """Have a decision not count, the last one if none is named; return it.

        Raises:
            UsageError: there is none such, it is undone already, or another rests on it.
            LibraryError, InputError, OutputError: the journal cannot be read or written.
        """
        gone = self.known.undone
        live = [decision for decision in self.decisions if decision.n not in gone]
        if number is None:
            number = next((d.n for d in reversed(live) if not isinstance(d, Undo)), None)
            if number is None:
                raise UsageError("there is nothing to undo")
        target = next((d for d in self.decisions if d.n == number), None)
        if target is None:
            raise UsageError(f"there is no decision {number}; 'marquee people history' lists them")
        if number in gone:
            raise UsageError(f"decision {number} is undone already, by {gone[number]}")
        self.decide(Undo(undone=number))
        return target


def _check(decisions: Sequence[AnyDecision]) -> None:
    dangling, last = Known(decisions).dangling, decisions[-1]
    before = {decision.n for decision in Known(decisions[:-1]).dangling}
    for decision in dangling:
        if decision.n in before:
            continue
        if isinstance(last, Undo):
            raise UsageError(
                f"decision {last.undone} cannot be undone: decision {decision.n} ({decision.do} "
                f"{decision.key}) rests on it; undo that one first"
            )
        raise UsageError(f"{decision.key}: no such person (any more); 'marquee people list' shows everyone")
