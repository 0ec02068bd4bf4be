"""How people and faces are named on the command line.

A person: a name, an alias, a key such as k7, `<video>:p2`, or `<video>:<face>`: whoever that face belongs to.
A video: at least four digits of its oshash that no other begins with, or its path.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from analyzer.errors import InputError, UsageError
from analyzer.library.cards import Card, people_of, tracks_of
from analyzer.library.cast import Cast, Member, Part
from analyzer.library.decisions import LONGEST_NAME
from analyzer.library.known import Known, plain
from analyzer.library.placing import Unit
from analyzer.media.fingerprint import oshash
from analyzer.settings import nearest
from analyzer.stores import sidecar
from analyzer.stores.sidecar import stamp_of

KEY = re.compile(r"k[1-9]\d*")
PLACE = re.compile(r"(?P<video>.+):(?P<person>p[1-9]\d*|)(?P<face>\d+|)", re.DOTALL)
LEAST_DIGITS = 4


def check_name(name: str) -> str:
    """Return a name without needless spaces.

    Raises:
        UsageError: it is empty, too long, or could be taken for a key or a face.
    """
    tidy = " ".join(name.split())
    if not tidy:
        raise UsageError("a name cannot be empty")
    if not tidy.isprintable():
        raise UsageError(f"{name!r} cannot be a name: it holds characters that cannot be seen")
    if len(tidy) > LONGEST_NAME:
        raise UsageError(f"a name has at most {LONGEST_NAME} characters, and this one {len(tidy)}")
    if KEY.fullmatch(plain(tidy)) or re.search(r":p?\d+$", plain(tidy)):
        raise UsageError(f"{tidy!r} cannot be a name: it means a person by key, or a face")
    return tidy


class Addresses:
    """What the names of a command line stand for."""

    def __init__(self, cast: Cast, cards: Mapping[str, Card], known: Known) -> None:
        self._cast, self._cards, self._known = cast, cards, known

    def person(self, text: str) -> Member:
        """Return the person that is meant.

        Raises:
            UsageError: there is none, or there are several.
            InputError: the file of a video is named that cannot be read.
        """
        if called := self.called(text):
            if len(called) > 1:
                raise UsageError(
                    f"{len(called)} people are called {text}: {told_apart(called)}; name one by key"
                )
            return called[0]
        if KEY.fullmatch(text):
            return self._by_key(text)
        if PLACE.fullmatch(text):
            return self.owner(self.place(text))[0]
        names = [name for m in self._cast.members for name in (m.name, *m.aliases) if name]
        raise UsageError(
            f"nobody is called {text!r}{nearest(text, names)}; 'marquee people list' shows everyone, "
            "a person without a name is <video>:p2"
        )

    def called(self, name: str) -> list[Member]:
        """Return the known people of a name or alias."""
        keys = {key for key, person in self._known.people.items() if person.is_called(name)}
        return [member for member in self._cast.members if member.key in keys]

    def place(self, text: str) -> Unit:
        """Return what `<video>:p2` or `<video>:<face>` means.

        Raises:
            UsageError: there is no such video, person or face.
            InputError: the video, or the record that the face is in, cannot be read.
        """
        match = PLACE.fullmatch(text)
        if not match or bool(match["person"]) == bool(match["face"]):
            raise UsageError(
                f"{text!r}: a face is named as <video>:<number>, a person of a video as <video>:p2"
            )
        card = self.card(match["video"])
        if match["face"]:
            return _by_face(card, int(match["face"]))
        for appearance in card.people:
            if appearance.id == match["person"]:
                return Unit(card, appearance, tuple(range(len(appearance.sightings))))
        count = len(card.people)
        raise UsageError(f"{text}: {card.path} has {count} people" + (f", p1 to p{count}" if count else ""))

    def card(self, video: str) -> Card:
        """Return the card of a video.

        Raises:
            UsageError: the library knows of none such, or of several.
            InputError: its file cannot be read.
        """
        by_path = [card for card in self._cards.values() if video in (card.path, Path(card.path).name)]
        if len(by_path) == 1:
            return by_path[0]
        if re.fullmatch(f"[0-9a-f]{{{LEAST_DIGITS},16}}", video.lower()):
            found = [card for name, card in self._cards.items() if name.startswith(video.lower())]
            if len(found) == 1:
                return found[0]
            if found:
                raise UsageError(f"{video}: {len(found)} videos begin so; give more digits")
        elif Path(video).exists() and (card := self._cards.get(oshash(Path(video)))):
            return card
        raise UsageError(f"{video}: the library has no such video; 'marquee analyze' adds it")

    def owner(self, place: Unit) -> tuple[Member, Part]:
        """Return whose most of some sightings are, and the part that they belong to."""
        found = [
            (member, part)
            for member in self._cast.members
            for part in member.parts
            if part.unit.appearance is place.appearance
        ]
        whole = len(place.rows) == len(place.appearance.sightings)

        def fit(pair: tuple[Member, Part]) -> tuple[bool, int]:
            named = whole and pair[1].handle.endswith(f":{place.appearance.id}")
            return named, len(set(pair[1].unit.rows) & set(place.rows))

        return max(found, key=fit)

    def _by_key(self, key: str) -> Member:
        if key in self._known:
            root = self._known.root(key)
            return next(member for member in self._cast.members if member.key == root)
        raise UsageError(f"{key}: no such person; 'marquee people list' shows everyone")


def told_apart(members: Sequence[Member]) -> str:
    """Return people of one name in words, each by key and where they are seen."""
    return ", ".join(f"{member.key} ({seen_in(member)})" for member in members)


def seen_in(member: Member) -> str:
    """Return where someone is seen, in a few words."""
    if not member.parts:
        return "in no video"
    first, more = member.parts[0].handle, len(member.videos) - 1
    return first + (f" and {more} more video{'s' * (more > 1)}" if more else "")


def _by_face(card: Card, face: int) -> Unit:
    for appearance in card.people:
        columns, ends = appearance.sightings.columns, appearance.sightings.spot_ends
        for spot in (columns.faces == face).nonzero()[0]:
            return Unit(card, appearance, (int(ends.searchsorted(spot, "right")) - 1,))
    return _by_record(card, face)


def _by_record(card: Card, face: int) -> Unit:
    """Find a face that the card does not keep."""
    path = Path(card.sidecar or "")
    movie = sidecar.read(path) if card.sidecar else None
    if movie is None or stamp_of(path) != card.stamp:
        raise InputError(f"{card.path}: its record has gone or changed; 'marquee analyze' renews it")
    for appearance, person in zip(card.people, people_of(movie), strict=True):
        for row, track in enumerate(tracks_of(person, movie)):
            if face in movie.tracks[track].faces:
                return Unit(card, appearance, (row,))
    raise UsageError(f"{card.video[:8]}:{face}: this video has no such face, or it is nobody's")
